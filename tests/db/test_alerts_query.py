"""Lists of alerts and one with its history, against a real database."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from stacklens.alerts.query import (
    CURSOR,
    AlertRow,
    Cursor,
    Filter,
    Page,
    alert_detail,
    list_alerts,
    one_alert,
    updates_after,
)
from stacklens.db.tables import alerts, raw_logs
from stacklens.domain.alert import Severity, Status


async def listed(
    engine: AsyncEngine, wanted: Filter, limit: int = 100, after: Cursor | None = None
) -> Page:
    async with engine.connect() as connection:
        return await list_alerts(connection, wanted, limit=limit, after=after)


async def names(engine: AsyncEngine, wanted: Filter) -> set[str]:
    page = await listed(engine, wanted)
    assert page.total == len(page.rows)
    return {msgspec.json.decode(row.group)["product_id"] for row in page.rows}


def known(row: AlertRow) -> str:
    return str(msgspec.json.decode(row.group)["product_id"])


class TestFilter:
    @pytest.fixture(autouse=True)
    async def alerts(self, engine: AsyncEngine) -> None:
        later = NOW + timedelta(hours=1)
        [a, _] = await record(
            engine,
            a_finding("a", title="Price of 100% cotton is null"),
            a_finding(
                "b", issue_code="UNKNOWN", severity=Severity.WARNING, service="billing",
                title="under_score", event_time=later,
            ),
        )  # fmt: skip
        async with engine.begin() as connection:
            await connection.execute(
                update(alerts)
                .where(alerts.c.id == a)
                .values(status=Status.RESOLVED, jira_issue_key="SHOP-7")
            )

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (Filter(), {"a", "b"}),
            (Filter(status=[Status.NEW]), {"b"}),
            (Filter(status=[Status.NEW, Status.RESOLVED]), {"a", "b"}),
            (Filter(status=[Status.ACKNOWLEDGED]), set()),
            (Filter(severity=[Severity.WARNING]), {"b"}),
            (Filter(issue_code=["PRICE_MISSING"]), {"a"}),
            (Filter(service=["billing", "nobody"]), {"b"}),
            (Filter(service=["pos-demo"], severity=[Severity.WARNING]), set()),
            (Filter(since=NOW), {"a", "b"}),
            (Filter(since=NOW + timedelta(seconds=1)), {"b"}),
            (Filter(since=NOW + timedelta(hours=2)), set()),
            (Filter(since=datetime(1, 1, 1, tzinfo=UTC)), {"a", "b"}),
            (Filter(q="price"), {"a"}),
            (Filter(q="PRICE cotton"), {"a"}),
            (Filter(q="price nothing-like-it"), set()),
            (Filter(q="  "), {"a", "b"}),
            (Filter(q="100%"), {"a"}),
            (Filter(q="0% c"), {"a"}),
            (Filter(q="%"), {"a"}),
            (Filter(q="r_s"), {"b"}),
            (Filter(q="\\"), set()),
            (Filter(q="shop-7"), {"a"}),
            (Filter(q="billing"), {"b"}),
        ],
        ids=repr,
    )
    async def test_it_narrows_the_list(
        self, engine: AsyncEngine, wanted: Filter, found: set[str]
    ) -> None:
        assert await names(engine, wanted) == found

    async def test_an_id_finds_its_alert(self, engine: AsyncEngine) -> None:
        row = (await listed(engine, Filter(issue_code=["UNKNOWN"]))).rows[0]
        assert await names(engine, Filter(q=str(row.id)[:13])) == {"b"}


class TestPages:
    async def test_they_are_newest_first_and_complete(self, engine: AsyncEngine) -> None:
        for minute in range(3):
            await record(
                engine,
                *(a_finding(f"{minute}-{place}") for place in range(3)),
                now=NOW + timedelta(minutes=minute),
            )
        seen: list[AlertRow] = []
        after: Cursor | None = None
        sizes = []
        while True:
            page = await listed(engine, Filter(), limit=4, after=after)
            assert page.total == 9
            seen.extend(page.rows)
            sizes.append(len(page.rows))
            if (after := page.following) is None:
                break
        assert sizes == [4, 4, 1]
        assert len({row.id for row in seen}) == 9
        assert seen == sorted(seen, key=lambda row: (row.created_at, row.id), reverse=True)

    async def test_the_last_page_may_be_full(self, engine: AsyncEngine) -> None:
        await record(engine, *(a_finding(f"p{number}") for number in range(4)))
        page = await listed(engine, Filter(), limit=4)
        assert (len(page.rows), page.following) == (4, None)

    async def test_what_is_added_meanwhile_does_not_move_them(self, engine: AsyncEngine) -> None:
        old = [f"old-{number}" for number in range(30)]
        await record(engine, *(a_finding(name) for name in old))
        is_over = asyncio.Event()

        async def keep_adding() -> None:
            number = 0
            while not is_over.is_set():
                number += 1
                await record(
                    engine, a_finding(f"new-{number}"), now=NOW + timedelta(seconds=number)
                )

        adding = asyncio.create_task(keep_adding())
        seen: list[str] = []
        after: Cursor | None = None
        while True:
            page = await listed(engine, Filter(), limit=7, after=after)
            seen.extend(known(row) for row in page.rows)
            if (after := page.following) is None:
                break
        is_over.set()
        await adding
        assert len(seen) == len(set(seen))
        assert sorted(name for name in seen if name in old) == sorted(old)


class TestCursor:
    def test_it_comes_back_as_it_was(self) -> None:
        cursor = Cursor(NOW.replace(microsecond=7), uuid.uuid4())
        assert Cursor.decode(cursor.encode()) == cursor

    @given(st.from_regex(CURSOR, fullmatch=True))
    def test_whatever_looks_like_one_is_one(self, text: str) -> None:
        assert Cursor.decode(text).encode() == text

    @pytest.mark.parametrize("text", ["", "x", "A" * 31, "A" * 33, "é" * 32, "AQ" + "A" * 30])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="no cursor"):
            Cursor.decode(text)


class TestDetail:
    async def test_it_has_the_events_newest_first(self, engine: AsyncEngine) -> None:
        findings = [
            a_finding(event_time=NOW + timedelta(seconds=number), offset=number)
            for number in range(12)
        ]
        [one, *_] = await record(engine, *findings)
        await store(engine, *(finding.place.offset for finding in findings))
        async with engine.connect() as connection:
            detail = await alert_detail(connection, one)
        assert detail is not None
        assert [sample.offset for sample in detail.samples] == list(range(11, 1, -1))
        assert msgspec.json.decode(detail.samples[0].event) == {"offset": 11}
        assert (detail.count, detail.ticket) == (12, None)
        assert [change.kind for change in detail.changes] == ["opened"]

    async def test_an_event_that_is_kept_no_longer_is_left_out(self, engine: AsyncEngine) -> None:
        findings = [
            a_finding(event_time=NOW + timedelta(seconds=number), offset=number)
            for number in range(3)
        ]
        [one, *_] = await record(engine, *findings)
        await store(engine, 0, 2)
        async with engine.connect() as connection:
            detail = await alert_detail(connection, one)
        assert detail is not None
        assert [sample.offset for sample in detail.samples] == [2, 0]

    async def test_nobody_knows_an_alert_that_is_not_there(self, engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            assert await alert_detail(connection, uuid.uuid4()) is None
            assert await one_alert(connection, uuid.uuid4()) is None


async def store(engine: AsyncEngine, *offsets: int) -> None:
    """Put the events of these offsets into the log, each with the second of its offset."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TABLE raw_logs_of_this_test PARTITION OF raw_logs"
                " FOR VALUES FROM ('2026-11-22T00:00Z') TO ('2026-11-23T00:00Z')"
            )
        )
        for offset in offsets:
            moment = NOW + timedelta(seconds=offset)
            await connection.execute(
                insert(raw_logs).values(
                    partition=0,
                    offset=offset,
                    arrival_time=moment,
                    event_time=moment,
                    time_source="test",
                    identity=uuid.uuid4(),
                    service="pos-demo",
                    env="test",
                    level="error",
                    event={"offset": offset},
                )
            )


async def test_numbers_that_no_python_type_holds_pass_through(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    huge = "1" + "0" * 400
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE alerts SET raw_log = CAST(:raw AS jsonb)"),
            {"raw": f'{{"big": {huge}, "exact": 0.10}}'},
        )
        row = await one_alert(connection, one)
    assert row is not None
    assert f'"raw_log":{{"big": {huge}, "exact": 0.10}}' in msgspec.json.encode(row).decode()


async def test_the_stream_is_read_in_the_order_of_its_numbers(engine: AsyncEngine) -> None:
    ids = await record(engine, *(a_finding(f"p{number}") for number in range(4)))
    await record(engine, a_finding("p1"))
    async with engine.connect() as connection:
        found = await updates_after(connection, 2, 100)
        assert [(row.id, row.seq, created) for row, created in found] == [
            (ids[2], 3, 3),
            (ids[3], 4, 4),
            (ids[1], 5, 2),
        ]
        assert len(await updates_after(connection, 0, 2)) == 2
