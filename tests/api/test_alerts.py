"""The alerts API: list, detail, verbs."""

import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from stacklens.alerts import query
from stacklens.api.alerts import AlertDetail, AlertRow, Change, Sample
from stacklens.domain.alert import Severity

VERBS = ("acknowledge", "resolve", "reopen")


async def do(client: httpx.AsyncClient, alert: Any, verb: str, **headers: str) -> httpx.Response:
    return await client.post(f"/api/alerts/{alert}/{verb}", headers=headers)


def fields(answer: httpx.Response) -> set[str]:
    """Which fields a 422 finds fault with."""
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return {error["field"].removesuffix(".0") for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("described", "written"),
    [
        (AlertRow, query.AlertRow),
        (AlertDetail, query.AlertDetail),
        (Change, query.Change),
        (Sample, query.Sample),
    ],
)
def test_what_is_described_is_what_is_written(described: Any, written: Any) -> None:
    assert set(described.model_fields) == set(written.__struct_fields__)


class TestList:
    async def test_an_empty_list_says_where_the_stream_stands(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        answer = await client.get("/api/alerts")
        assert (answer.status_code, answer.json()) == (200, [])
        assert answer.headers["x-total-count"] == "0"
        epoch, _, seq = answer.headers["x-stream-position"].rpartition(":")
        assert (bool(epoch), seq) == (True, "0")
        await record(engine, a_finding())
        assert (await client.get("/api/alerts")).headers["x-stream-position"] == f"{epoch}:1"

    async def test_a_row_has_every_member_of_the_contract(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        [row] = (await client.get("/api/alerts")).json()
        AlertRow.model_validate(row)
        assert (row["id"], row["issue_code"], row["status"]) == (str(one), "PRICE_MISSING", "NEW")
        assert (row["severity"], row["confidence"], row["count"]) == ("critical", 95, 1)
        assert row["created_at"] == "2026-11-22T16:35:00Z"
        assert row["group"] == {"product_id": "p2"}
        assert row["jira_issue_key"] is None

    async def test_pages_follow_the_link(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        await record(engine, *(a_finding(f"p{number}") for number in range(5)))
        await record(engine, a_finding("x", service="other"))
        address = "/api/alerts?service=pos-demo&service=b%26c&limit=2"
        seen: list[str] = []
        while True:
            answer = await client.get(address)
            assert answer.headers["x-total-count"] == "5"
            seen.extend(row["id"] for row in answer.json())
            if "next" not in answer.links:
                break
            address = answer.links["next"]["url"]
            assert "service=b%26c" in address
        assert (len(seen), len(set(seen))) == (5, 5)

    async def test_filters_narrow_it(self, client: httpx.AsyncClient, engine: AsyncEngine) -> None:
        await record(
            engine,
            a_finding("a"),
            a_finding("b", severity=Severity.INFO, issue_code="OTHER"),
        )
        for narrowed in (
            "severity=info",
            "severity=info&severity=warning",
            "issue_code=OTHER",
            "q=other",
            f"severity=info&status=NEW&since={quote(NOW.isoformat())}",
        ):
            answer = await client.get(f"/api/alerts?{narrowed}")
            assert [row["group"]["product_id"] for row in answer.json()] == ["b"], narrowed

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=many", "limit"),
            ("status=new", "status"),
            ("severity=bad", "severity"),
            ("since=yesterday", "since"),
            ("since=2026-11-22T16:35:00", "since"),
            ("since=2026-11-22T16:35:00+01:00", "since"),
            ("since=2026-02-30T16:35:00Z", "since"),
            ("since=0", "since"),
            ("q=a%00b", "q"),
            ("service=%00", "service"),
            ("issue_code=%00", "issue_code"),
            (f"q={'a' * 201}", "q"),
            ("cursor=nonsense", "cursor"),
            ("cursor=%00", "cursor"),
            (f"cursor={'a' * 300}", "cursor"),
            ("stauts=NEW", "stauts"),
        ],
    )
    async def test_what_is_not_valid_is_named(
        self, client: httpx.AsyncClient, asked: str, field: str
    ) -> None:
        assert fields(await client.get(f"/api/alerts?{asked}")) == {field}

    async def test_odd_but_valid_searches_are_answered(self, client: httpx.AsyncClient) -> None:
        for asked in ("q=%FF%FE", "q=", "q=%25%5C_", "since=0001-01-01T00:00:00%2B14:00"):
            assert (await client.get(f"/api/alerts?{asked}")).status_code == 200, asked


class TestDetail:
    async def test_it_has_history_beside_the_members_of_the_row(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        await do(client, one, "acknowledge")
        answer = await client.get(f"/api/alerts/{one}")
        AlertDetail.model_validate(answer.json())
        assert answer.headers["etag"] == '"2"'
        assert [(change["kind"], change["actor"]) for change in answer.json()["changes"]] == [
            ("opened", "system"),
            ("acknowledged", "local"),
        ]
        assert (answer.json()["samples"], answer.json()["ticket"]) == ([], None)

    @pytest.mark.parametrize(
        "unknown", [str(uuid.UUID(int=1)), "1", "x", "%00", "%F0%9F%94%A5", "0" * 32, "..%2f"]
    )
    async def test_an_id_that_nobody_has_is_404(
        self, client: httpx.AsyncClient, unknown: str
    ) -> None:
        answers = [await client.get(f"/api/alerts/{unknown}")]
        answers += [await client.post(f"/api/alerts/{unknown}/{verb}") for verb in VERBS]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.headers["content-type"] for answer in answers} == {
            "application/problem+json"
        }


class TestVerbs:
    async def test_each_answers_with_the_row_as_it_is_now(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        for verb, status in zip(VERBS, ("ACKNOWLEDGED", "RESOLVED", "NEW"), strict=True):
            answer = await do(client, one, verb)
            assert (answer.status_code, answer.json()["status"]) == (200, status)
            assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
            AlertRow.model_validate(answer.json())

    async def test_asking_again_changes_nothing(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        first = await do(client, one, "acknowledge")
        second = await do(client, one, "acknowledge")
        assert (second.status_code, second.json()) == (200, first.json())

    async def test_what_the_state_does_not_allow_is_409_with_the_row(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        resolved = await do(client, one, "resolve")
        answer = await do(client, one, "acknowledge")
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["alert"] == resolved.json()
        assert "RESOLVED" in answer.json()["detail"]

    @pytest.mark.parametrize("stale", ["7", '"7"', 'W/"7"', "0", "999999999999999999"])
    async def test_a_stale_version_is_409_with_the_row(
        self, client: httpx.AsyncClient, engine: AsyncEngine, stale: str
    ) -> None:
        [one] = await record(engine, a_finding())
        answer = await do(client, one, "acknowledge", **{"If-Match": stale})
        assert answer.status_code == 409
        assert (answer.json()["alert"]["version"], answer.json()["alert"]["status"]) == (1, "NEW")

    @pytest.mark.parametrize("fresh", ["1", '"1"', 'W/"1"', "*", "01"])
    async def test_the_present_version_is_as_good_as_none(
        self, client: httpx.AsyncClient, engine: AsyncEngine, fresh: str
    ) -> None:
        [one] = await record(engine, a_finding())
        answer = await do(client, one, "acknowledge", **{"If-Match": fresh})
        assert (answer.status_code, answer.json()["version"]) == (200, 2)

    @pytest.mark.parametrize("nonsense", ["", "x", '"x"', "-1", '"1', "1" * 19, '"1", "2"'])
    async def test_what_is_no_version_is_422(
        self, client: httpx.AsyncClient, engine: AsyncEngine, nonsense: str
    ) -> None:
        [one] = await record(engine, a_finding())
        answer = await do(client, one, "acknowledge", **{"If-Match": nonsense})
        assert fields(answer) == {"If-Match"}

    async def test_a_body_is_not_looked_at(
        self, client: httpx.AsyncClient, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        answer = await client.post(
            f"/api/alerts/{one}/acknowledge",
            content=b"\x00 not JSON",
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 200


async def test_numbers_beyond_64_bits_arrive_as_they_were_stored(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    [one] = await record(engine, a_finding())
    huge = "9" * 50
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE alerts SET raw_log = CAST(:raw AS jsonb)"), {"raw": f'{{"n": {huge}}}'}
        )
    await do(client, one, "resolve")
    answers = [
        await client.get("/api/alerts"),
        await client.get(f"/api/alerts/{one}"),
        await do(client, one, "acknowledge"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert all(f'"n": {huge}' in answer.text for answer in answers)
