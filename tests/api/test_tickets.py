"""The ticket of an alert over HTTP."""

import uuid

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import a_finding, record
from api.serving import MakeApp, client_of
from stacklens.alerts import tickets as domain
from stacklens.api.tickets import JiraSite, Ticket
from stacklens.db.tables import tickets
from stacklens.domain.alert import TicketState

STEPS = ("look", "create-anyway", "link")


@pytest.fixture
async def path(engine: AsyncEngine) -> str:
    """The ticket of an alert that nobody asked for yet."""
    [one] = await record(engine, a_finding())
    return f"/api/alerts/{one}/ticket"


async def step(client: httpx.AsyncClient, path: str, name: str) -> httpx.Response:
    return await client.post(f"{path}/{name}", json={"key": "SHOP-7"} if name == "link" else None)


async def set_state(engine: AsyncEngine, state: TicketState) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(tickets).values(state=state, error="Jira said no"))


def test_what_is_described_is_what_is_written() -> None:
    assert set(Ticket.model_fields) == set(domain.Ticket.__dataclass_fields__)


async def test_asking_makes_a_request_and_asking_again_shows_it(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 404
    first, second = await client.post(path), await client.post(path)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json() == (await client.get(path)).json()
    Ticket.model_validate(first.json())
    assert (first.json()["state"], first.json()["key"]) == ("pending", None)


async def test_the_row_and_the_detail_show_it(client: httpx.AsyncClient, path: str) -> None:
    asked = (await client.post(path)).json()
    detail = (await client.get(path.removesuffix("/ticket"))).json()
    assert (detail["ticket_state"], detail["ticket"]) == ("pending", asked)
    assert [change["kind"] for change in detail["changes"]] == ["opened", "ticket_requested"]
    assert detail["changes"][1]["actor"] == "local"


async def test_what_failed_can_be_asked_for_anew(
    client: httpx.AsyncClient, engine: AsyncEngine, path: str
) -> None:
    await client.post(path)
    await set_state(engine, TicketState.FAILED)
    assert (await client.get(path)).json()["error"] == "Jira said no"
    again = await client.post(path)
    assert (again.status_code, again.json()["state"]) == (202, "pending")


async def test_one_that_is_being_sent_is_pending_to_people(
    client: httpx.AsyncClient, engine: AsyncEngine, path: str
) -> None:
    await client.post(path)
    await set_state(engine, TicketState.SENDING)
    assert (await client.get(path)).json()["state"] == "pending"


@pytest.mark.parametrize(
    ("name", "status", "state"),
    [("look", 202, "unknown"), ("create-anyway", 202, "pending"), ("link", 200, "created")],
)
async def test_an_unknown_one_can_be_settled(
    client: httpx.AsyncClient, engine: AsyncEngine, path: str, name: str, status: int, state: str
) -> None:
    await client.post(path)
    await set_state(engine, TicketState.UNKNOWN)
    answer = await step(client, path, name)
    assert (answer.status_code, answer.json()["state"]) == (status, state)


async def test_a_linked_issue_leads_to_its_page(
    client: httpx.AsyncClient, engine: AsyncEngine, path: str
) -> None:
    await client.post(path)
    await set_state(engine, TicketState.UNKNOWN)
    linked = (await step(client, path, "link")).json()
    assert (linked["key"], linked["url"]) == ("SHOP-7", "http://127.0.0.1:8090/browse/SHOP-7")
    row = (await client.get(path.removesuffix("/ticket"))).json()
    assert (row["jira_issue_key"], row["jira_url"]) == ("SHOP-7", linked["url"])


@pytest.mark.parametrize("name", STEPS)
async def test_only_an_unknown_one_can_be_settled(
    client: httpx.AsyncClient, path: str, name: str
) -> None:
    assert (await step(client, path, name)).status_code == 409
    await client.post(path)
    refused = await step(client, path, name)
    assert (refused.status_code, refused.headers["content-type"]) == (
        409,
        "application/problem+json",
    )


@pytest.mark.parametrize(
    "key", ["", "shop-7", "SHOP", "SHOP-0", "SHOP-7\n", "SHOP-7/../x", 7, None]
)
async def test_what_is_no_issue_key_is_422(
    client: httpx.AsyncClient, path: str, key: object
) -> None:
    answer = await client.post(f"{path}/link", json={"key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "key"


async def test_an_alert_that_is_not_there_has_no_ticket(client: httpx.AsyncClient) -> None:
    for unknown in (uuid.UUID(int=1), "x"):
        path = f"/api/alerts/{unknown}/ticket"
        answers = [await client.get(path), await client.post(path)]
        answers += [await step(client, path, name) for name in STEPS]
        assert {answer.status_code for answer in answers} == {404}


async def test_without_jira_it_says_what_to_set(make_app: MakeApp, path: str) -> None:
    jira = JiraSite("", missing=["JIRA_BASE_URL", "JIRA_TOKEN"])
    async with client_of(make_app(jira=jira)) as client:
        answers = [await client.post(path), *[await step(client, path, name) for name in STEPS]]
        assert {answer.status_code for answer in answers} == {409}
        assert all("JIRA_BASE_URL, JIRA_TOKEN" in answer.json()["detail"] for answer in answers)
        assert (await client.get(path)).status_code == 404
