"""What is kept aside, in the table."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.session import connect
from stacklens.db.tables import quarantine
from stacklens.ingest.judge import Refused
from stacklens.ingest.quarantine import keep_aside

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ONE = Refused(b"\x00\xff\x1b[31m<script>", "not JSON: Expecting value at character 0")
OTHER = Refused(b'{"message": "b"}', "service: is missing")


async def kept(engine: AsyncEngine) -> Sequence[Row[Any]]:
    async with engine.connect() as connection:
        return (await connection.execute(select(quarantine).order_by(quarantine.c.id))).all()


async def test_bytes_are_kept_as_they_came_with_reason_time_and_source(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    assert await keep_aside(engine, [ONE, OTHER], NOW, "10.0.0.5") == 2
    rows = {row.raw: row for row in await kept(engine)}
    assert set(rows) == {ONE.raw, OTHER.raw}
    row = rows[ONE.raw]
    assert (row.reason, row.source, row.arrival_time, row.repeats) == (
        ONE.reason,
        "10.0.0.5",
        NOW,
        0,
    )
    assert [record.getMessage() for record in caplog.records] == ["record_quarantined"]


async def test_the_same_again_raises_a_count(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    assert await keep_aside(engine, [ONE, ONE, ONE], NOW, None) == 1
    assert await keep_aside(engine, [ONE, OTHER, ONE], LATER, "other") == 1
    assert await keep_aside(engine, [ONE], LATER, "other") == 0
    by_raw = {row.raw: row for row in await kept(engine)}
    assert (by_raw[ONE.raw].repeats, by_raw[ONE.raw].arrival_time) == (5, NOW)
    assert by_raw[OTHER.raw].repeats == 0
    assert len(caplog.records) == 2


async def test_the_same_bytes_for_another_reason_are_another_record(engine: AsyncEngine) -> None:
    assert await keep_aside(engine, [ONE, Refused(ONE.raw, "other")], NOW, None) == 2


async def test_an_empty_record_and_a_large_one(engine: AsyncEngine) -> None:
    large = Refused(bytes(range(256)) * 40_000, "longer than 1048576 bytes")
    assert await keep_aside(engine, [Refused(b"", "x"), large], NOW, None) == 2
    assert {row.raw for row in await kept(engine)} == {b"", large.raw}


async def test_batches_with_the_same_records_at_once_do_not_wait_for_each_other(
    engine: AsyncEngine, deadline: None
) -> None:
    records = [Refused(b"%d" % number, "x") for number in range(200)]
    new = await asyncio.gather(
        *(keep_aside(engine, records[::step], NOW, None) for step in (1, -1) * 4)
    )
    assert sum(new) == 200
    assert {row.repeats for row in await kept(engine)} == {7}


async def test_nothing_is_kept_when_the_database_is_away() -> None:
    engine = connect("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(SQLAlchemyError):
        await keep_aside(engine, [ONE], NOW, None)
    await engine.dispose()
