"""The promises of `eventlog/contract.py`, each tried on every engine."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from conditions import eventually
from stacklens.db.tables import raw_logs
from stacklens.domain.event import LogEvent, Record
from stacklens.domain.normalize import normalize
from stacklens.eventlog.contract import EventLog, EventLogError, Subscription
from stacklens.eventlog.postgres import PostgresEventLog

PARTITIONS = 4
GROUP = "suite"

MakeLog = Callable[[], Awaitable[EventLog]]


@pytest.fixture(params=["postgres"])
async def make_log(
    request: pytest.FixtureRequest, database_url: str, engine: AsyncEngine
) -> AsyncIterator[MakeLog]:
    """Opens the log once more, as another process would."""
    async with AsyncExitStack() as stack:

        async def make() -> EventLog:
            assert request.param == "postgres"
            log = PostgresEventLog(database_url, engine, PARTITIONS)
            stack.push_async_callback(log.close)
            return log

        yield make


def event(number: int = 0, request_id: str | None = None, **fields: object) -> LogEvent:
    record: dict[str, object] = {
        "service": "pos-demo",
        "env": "test",
        "message": f"event {number}",
        "timestamp": "2026-11-22T10:00:00Z",
        "request_id": request_id or str(uuid.uuid4()),
        "number": number,
    } | fields
    return normalize(msgspec.json.encode(record), datetime.now(UTC))


async def drain(subscription: Subscription, count: int) -> list[Record]:
    """Read and store until `count` records came."""
    records: list[Record] = []
    while len(records) < count:
        batch = await subscription.read(100)
        async with subscription.storing(batch):
            records += batch
    return records


def numbers(records: Sequence[Record]) -> list[object]:
    return sorted(record.event.fields["number"] for record in records)  # type: ignore[type-var]


@asynccontextmanager
async def reading(log: EventLog) -> AsyncIterator[tuple[list[Record], asyncio.Task[None]]]:
    """A subscriber in the background that stores whatever it reads."""
    seen: list[Record] = []

    async def run() -> None:
        async with log.subscribe(GROUP) as subscription:
            while True:
                batch = await subscription.read(50)
                async with subscription.storing(batch):
                    pass
                seen.extend(batch)

    task = asyncio.create_task(run())
    try:
        yield seen, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_was_appended_is_read_as_it_was(make_log: MakeLog) -> None:
    log = await make_log()
    sent = event(7, price=None, note='tab\there "quoted" back\\slash\nline ünï', nested={"a": [1]})
    assert await log.append([sent]) == [True]
    async with log.subscribe(GROUP) as subscription:
        (record,) = await drain(subscription, 1)
    read = record.event
    assert dict(read.fields) == dict(sent.fields)
    assert (read.identity, read.event_time, read.time_source) == (
        str(uuid.UUID(sent.identity)),
        sent.event_time,
        "timestamp",
    )
    assert (read.service, read.env, read.level, read.host) == ("pos-demo", "test", "info", None)


async def test_one_request_keeps_its_order_within_one_partition(make_log: MakeLog) -> None:
    log = await make_log()
    for start in range(0, 60, 20):
        batch = [event(n, request_id=f"r{n % 5}") for n in range(start, start + 20)]
        assert all(await log.append(batch))
    async with log.subscribe(GROUP) as subscription:
        records = await drain(subscription, 60)
    for request in range(5):
        mine = [r for r in records if r.event.fields["request_id"] == f"r{request}"]
        assert len({record.partition for record in mine}) == 1
        assert [r.event.fields["number"] for r in mine] == list(range(request, 60, 5))
    places = [(record.partition, record.offset) for record in records]
    assert len(set(places)) == 60
    for partition in range(PARTITIONS):
        offsets = [offset for where, offset in places if where == partition]
        assert offsets == list(range(len(offsets)))


async def test_nothing_is_skipped_when_writers_commit_out_of_order(make_log: MakeLog) -> None:
    """Many writers at once with batches of very different sizes, a reader beside them."""
    dice = random.Random(2)
    logs = [await make_log() for _ in range(6)]
    sizes = [[dice.choice([1, 2, 400]) for _ in range(12)] for _ in logs]
    total = sum(map(sum, sizes))

    async def write(log: EventLog, sizes: list[int], writer: int) -> None:
        for part, size in enumerate(sizes):
            assert all(await log.append([event(i, at=[writer, part]) for i in range(size)]))

    async with reading(await make_log()) as (seen, _):
        await asyncio.gather(
            *(write(log, s, n) for n, (log, s) in enumerate(zip(logs, sizes, strict=True)))
        )
        await eventually(lambda: len(seen) >= total, within=20)
    assert len({record.event.identity for record in seen}) == total == len(seen)


async def test_a_record_is_invisible_until_those_before_it_are_committed(
    make_log: MakeLog, engine: AsyncEngine
) -> None:
    """A writer stands still in mid-append: later ones of its partition wait for it."""
    log = await make_log()
    await log.append([event(0, request_id="same")])
    async with engine.connect() as slow:
        await slow.execute(text("SELECT next_offset FROM event_log_heads FOR UPDATE"))
        writing = asyncio.create_task(log.append([event(1, request_id="same")]))
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        async with engine.connect() as watch:
            await eventually(lambda: _scalar(watch, waiting), what="the append waits for the lock")
        assert not writing.done()
        await slow.rollback()
    assert await writing == [True]


async def _scalar(connection: object, statement: object) -> int:
    result = await connection.execute(statement)  # type: ignore[attr-defined]
    await connection.commit()  # type: ignore[attr-defined]
    return int(result.scalar_one())


async def test_subscribers_share_the_partitions_and_take_over_from_one_that_dies(
    make_log: MakeLog, engine: AsyncEngine
) -> None:
    first, second, writer = await make_log(), await make_log(), await make_log()
    async with reading(first) as (seen_first, _), reading(second) as (seen_second, dying):
        await eventually(
            lambda: _both_get_some(writer, seen_first, seen_second), within=15, what="a fair share"
        )
        owned_first = {r.partition for r in seen_first[-20:]}
        owned_second = {r.partition for r in seen_second[-20:]}
        assert not owned_first & owned_second
        # Its session is cut as by kill -9: the locks go with it, nobody says good-bye.
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        before = len(seen_first)
        await writer.append([event(n) for n in range(200)])
        await eventually(lambda: len(seen_first) >= before + 200, within=10)
    everything = seen_first + seen_second
    assert len({record.event.identity for record in everything}) == len(everything)
    async with engine.connect() as connection:
        stored = await connection.scalar(select(func.count()).select_from(raw_logs))
    assert len(everything) == stored


async def _both_get_some(writer: EventLog, *seen: list[Record]) -> bool:
    before = [len(records) for records in seen]
    await writer.append([event(n) for n in range(40)])
    await eventually(lambda: sum(map(len, seen)) >= sum(before) + 40)
    return all(len(records) > count for records, count in zip(seen, before, strict=True))


async def test_reading_starts_again_at_the_stored_offset(make_log: MakeLog) -> None:
    log = await make_log()
    await log.append([event(n) for n in range(50)])
    async with log.subscribe(GROUP) as subscription:
        stored = await subscription.read(4)
        async with subscription.storing(stored):
            pass
        unstored = await subscription.read(1000)
    assert len(stored) + len(unstored) == 50
    async with (await make_log()).subscribe(GROUP) as subscription:
        again = await drain(subscription, len(unstored))
    assert numbers([*stored, *again]) == list(range(50))


async def test_long_events_are_read_a_few_at_a_time(make_log: MakeLog) -> None:
    """Two thousand of a megabyte in one read would be the end of the reader, again and again."""
    log = await make_log()
    noise = [random.randbytes(350_000).hex() for _ in range(40)]
    for number, pad in enumerate(noise):
        await log.append([event(number, request_id="r1", pad=pad)])
    read: list[Record] = []
    async with log.subscribe(GROUP) as subscription:
        while len(read) < len(noise):
            batch = await subscription.read(2_000)
            assert sum(len(str(record.event.fields["pad"])) for record in batch) < 12_000_000
            async with subscription.storing(batch):
                read += batch
    assert [record.event.fields["number"] for record in read] == list(range(len(noise)))


async def test_an_event_that_cannot_be_written_holds_nobody_up(make_log: MakeLog) -> None:
    one, other = await make_log(), await make_log()
    broken = msgspec.structs.replace(event(request_id="r1"), service="\ud800")
    with pytest.raises(UnicodeEncodeError):
        await one.append([broken])
    async with asyncio.timeout(5):
        assert await other.append([event(request_id="r1")]) == [True]


async def crash_in(
    storing: AbstractAsyncContextManager[AsyncConnection], effect: TextClause
) -> None:
    async with storing as transaction:
        await transaction.execute(effect)
        raise RuntimeError("crash")


async def test_effects_and_offset_are_stored_together_or_not_at_all(
    make_log: MakeLog, engine: AsyncEngine
) -> None:
    log = await make_log()
    await log.append([event(1)])
    effect = text("INSERT INTO instance (id) VALUES (gen_random_uuid())")
    async with engine.connect() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM instance"))
    async with log.subscribe(GROUP) as subscription:
        records = await subscription.read(10)
        storing = subscription.storing(records)
        with pytest.raises(RuntimeError, match="crash"):
            await crash_in(storing, effect)
        again = await subscription.read(10)
        async with subscription.storing(again) as transaction:
            await transaction.execute(effect)
    assert [r.event.identity for r in again] == [r.event.identity for r in records]
    async with engine.connect() as connection:
        after = await connection.scalar(text("SELECT count(*) FROM instance"))
    assert (before, after) == (1, 2)


async def test_an_owner_that_lost_its_partition_cannot_store(
    make_log: MakeLog, engine: AsyncEngine
) -> None:
    log = await make_log()
    await log.append([event(1)])
    async with log.subscribe(GROUP) as subscription:
        records = await subscription.read(10)
        async with engine.begin() as other:
            await other.execute(text("UPDATE consumer_offsets SET next_offset = next_offset + 1"))
        with pytest.raises(EventLogError):
            async with subscription.storing(records):
                pass


async def test_the_same_identity_is_stored_once(make_log: MakeLog) -> None:
    first, second = await make_log(), await make_log()
    events = [event(n) for n in range(100)]
    assert await first.append([*events, events[3]]) == [True] * 100 + [False]
    assert await second.append(events[:10]) == [False] * 10
    fresh = [event(n) for n in range(300)]
    outcomes = await asyncio.gather(*(log.append(fresh) for log in (first, second) * 3))
    assert sum(map(sum, outcomes)) == 300
    async with first.subscribe(GROUP) as subscription:
        records = await drain(subscription, 400)
        assert len({record.event.identity for record in records}) == 400


async def test_the_same_identity_in_two_partitions_is_stored_once(make_log: MakeLog) -> None:
    logs = [await make_log() for _ in range(4)]
    outcomes = await asyncio.gather(
        *(log.append([event(n, event_id="one")]) for n, log in enumerate(logs))
    )
    assert sum(map(sum, outcomes)) == 1


async def test_arrival_never_goes_back_within_a_partition(make_log: MakeLog) -> None:
    log = await make_log()
    early = datetime.now(UTC) - timedelta(hours=3)
    late = event(1, request_id="same")
    held_back = normalize(event(2, request_id="same").text, early)
    await log.append([late])
    await log.append([held_back])
    async with log.subscribe(GROUP) as subscription:
        records = await drain(subscription, 2)
    assert [record.event.fields["number"] for record in records] == [1, 2]
    assert records[1].event.arrival_time >= records[0].event.arrival_time


async def test_a_log_that_cannot_be_reached_says_so_and_works_again_afterwards(
    make_log: MakeLog, engine: AsyncEngine
) -> None:
    log = await make_log()
    await log.append([event(1)])
    async with log.subscribe(GROUP) as subscription:
        await drain(subscription, 1)
        async with engine.connect() as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        with pytest.raises(EventLogError):
            await log.append([event(2)])
        with pytest.raises(EventLogError):
            await subscription.read(10)
    assert await log.append([event(3)]) == [True]
    async with log.subscribe(GROUP) as subscription:
        (record,) = await drain(subscription, 1)
    assert record.event.fields["number"] == 3
