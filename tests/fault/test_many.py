"""Many at once over real processes: of orders one alert comes, of clicks one ticket."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from conditions import eventually
from fault.programs import running
from fault.traffic import Fields, sale
from jira_support import AUTH, SandboxProcess, jira_sandbox
from stacklens.jira_sandbox.sandbox import DEFAULT_PROJECT

ORDERS = 10_000
CLICKS = 100
ALERTS = 5

pytestmark = pytest.mark.timeout(120)


def order(product: str = "p2") -> Fields:
    """An order of something without a price, as the till logs it."""
    return sale(
        str(uuid.uuid4()),
        product_id=product,
        price=None,
        error_code="PRICE_MISSING",
        message="Product price is null",
    )


async def alerts(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get("/api/alerts")).json()
    return rows


async def test_ten_thousand_orders_of_the_mouse_are_one_alert_with_their_count(
    database_url: str,
) -> None:
    where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": "0", "LOG_LEVEL": "WARNING"}
    limits = httpx.Limits(max_connections=20)
    async with AsyncExitStack() as stack:
        serving = await stack.enter_async_context(running("run", "ingest", "api", **where))
        await stack.enter_async_context(running("run", "consumer", **where))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=await serving.ready(), limits=limits, timeout=30)
        )
        singles = [order() for _ in range(ORDERS // 10)]
        batches = [[order() for _ in range(ORDERS // 10)] for _ in range(9)]
        answers = await asyncio.gather(
            *(client.post("/api/logs/ingest", json=line) for line in singles),
            *(client.post("/api/logs", json=batch) for batch in batches),
        )
        assert Counter(answer.status_code for answer in answers) == {202: len(singles), 200: 9}
        # Sent again, as a shipper does that has not seen the answer: nothing is counted twice.
        again = await client.post("/api/logs", json=batches[0])
        assert again.json()["duplicates"] == ORDERS // 10

        async def counted() -> bool:
            return {row["count"] for row in await alerts(client)} == {ORDERS}

        await eventually(counted, within=30)
        [alert] = await alerts(client)
    assert (alert["count"], alert["version"], alert["status"]) == (ORDERS, 1, "NEW")
    assert (alert["issue_code"], alert["group"]["product_id"]) == ("PRICE_MISSING", "p2")


@pytest.fixture
async def consoles(
    database_url: str,
) -> AsyncIterator[tuple[list[httpx.AsyncClient], SandboxProcess]]:
    """Two processes with the whole product each, on one database and one Jira."""
    async with AsyncExitStack() as stack:
        sandbox = stack.enter_context(jira_sandbox())
        where = {
            "POSTGRES_URL": database_url,
            "STACKLENS_PORT": "0",
            "LOG_LEVEL": "WARNING",
            "JIRA_BASE_URL": sandbox.url,
            "JIRA_USER": AUTH[0],
            "JIRA_TOKEN": AUTH[1],
            "JIRA_PROJECT_KEY": DEFAULT_PROJECT,
        }
        roles = ("ingest", "consumer", "deliver", "api")
        programs = [
            await stack.enter_async_context(running("run", *roles, **where)) for _ in range(2)
        ]
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=await program.ready(), timeout=30)
            )
            for program in programs
        ]
        yield clients, sandbox


async def test_a_hundred_clicks_over_two_processes_make_one_ticket_each(
    consoles: tuple[list[httpx.AsyncClient], SandboxProcess],
) -> None:
    """For several alerts at once, so that some of the answers of Jira get lost on the way."""
    clients, sandbox = consoles
    await clients[0].post("/api/logs", json=[order(f"p{n}") for n in range(ALERTS)])
    rows = await eventually(lambda: all_of(clients[1]), within=10)
    for kind in ("close_after", "rate_limited", "garbage_after", "error_after"):
        sandbox.fault(kind, call="create")
    sandbox.lag(1.0)

    clicks = [(client, row["id"]) for row in rows for client in clients * (CLICKS // 2)]
    random.Random(3).shuffle(clicks)
    answers = await asyncio.gather(
        *(client.post(f"/api/alerts/{alert_id}/ticket") for client, alert_id in clicks)
    )
    # One of them asked, the others were told.
    assert Counter(answer.status_code for answer in answers) == {
        202: ALERTS,
        200: ALERTS * (CLICKS - 1),
    }
    await eventually(lambda: all_created(clients[0]), within=60)
    assert sandbox.faults_left() == 0
    keys = {row["id"]: row["jira_issue_key"] for row in await alerts(clients[1])}
    assert sorted(sandbox.keys()) == sorted(keys.values())
    assert len(set(keys.values())) == ALERTS
    for alert_id, key in keys.items():
        detail = (await clients[0].get(f"/api/alerts/{alert_id}")).json()
        kinds = Counter(change["kind"] for change in detail["changes"])
        assert kinds["ticket_requested"] == kinds["ticket_created"] == 1
        assert detail["ticket"]["key"] == key
        assert detail["jira_url"] == f"{sandbox.url}/browse/{key}"


async def all_of(client: httpx.AsyncClient) -> list[dict[str, Any]] | None:
    rows = await alerts(client)
    return rows if len(rows) == ALERTS else None


async def all_created(client: httpx.AsyncClient) -> bool:
    return {row["ticket_state"] for row in await alerts(client)} == {"created"}


async def test_a_hundred_wishes_to_create_anyway_make_one_ticket_too(
    consoles: tuple[list[httpx.AsyncClient], SandboxProcess],
) -> None:
    """The request got lost before Jira saw it: nobody can know, so a person decides."""
    clients, sandbox = consoles
    await clients[0].post("/api/logs", json=[order()])
    [row] = await eventually(lambda: alerts(clients[1]), within=10)
    address = f"/api/alerts/{row['id']}/ticket"
    sandbox.fault("close_before", call="create")
    await clients[0].post(address)

    async def state(wanted: str) -> bool:
        ticket = (await clients[0].get(address)).json()
        return bool(ticket["state"] == wanted)

    await eventually(lambda: state("unknown"), within=10)
    assert sandbox.keys() == []
    answers = await asyncio.gather(
        *(client.post(f"{address}/create-anyway") for client in clients * (CLICKS // 2))
    )
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: CLICKS - 1}
    await eventually(lambda: state("created"), within=20)
    [key] = sandbox.keys()
    assert (await alerts(clients[1]))[0]["jira_issue_key"] == key
