"""Group commit, over the real event log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import msgspec
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from conditions import eventually
from stacklens.db.tables import raw_logs
from stacklens.domain.event import LogEvent
from stacklens.domain.normalize import normalize
from stacklens.eventlog.contract import EventLog, EventLogError, NotStorableError, Subscription
from stacklens.eventlog.postgres import PostgresEventLog
from stacklens.ingest import writer as module
from stacklens.ingest.writer import BusyError, Verdict, Writer

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


class RecordingLog:
    """The real event log; it counts appends, and waits before each until it may go on."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.appended: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Callable[[Sequence[LogEvent]], BaseException | None] = lambda _: None

    async def append(self, events: Sequence[LogEvent]) -> Sequence[bool]:
        self.appended.append(len(events))
        await self.gate.wait()
        if fault := self.fault(events):
            raise fault
        return await self._log.append(events)

    def subscribe(self, group: str) -> AbstractAsyncContextManager[Subscription]:
        return self._log.subscribe(group)


@pytest.fixture
async def log(database_url: str, engine: AsyncEngine) -> AsyncIterator[RecordingLog]:
    log = PostgresEventLog(database_url, engine, 4)
    yield RecordingLog(log)
    await log.close()


@pytest.fixture
async def writer(log: RecordingLog, deadline: None) -> AsyncIterator[Writer]:
    writer = Writer(log)
    async with writer.running():
        yield writer
        log.gate.set()


def event(name: str = "a", size: int = 0) -> LogEvent:
    line = {"service": "pos", "message": name, "more": "x" * size}
    return normalize(msgspec.json.encode(line), NOW)


def refusable(name: str) -> LogEvent:
    """An event with a text that PostgreSQL does not take; ingest makes none such."""
    return msgspec.structs.replace(event(name), text=b'{"n": nan}')


async def stored(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(raw_logs))).scalar_one()


async def test_an_event_that_comes_alone_is_written_at_once(
    writer: Writer, log: RecordingLog, engine: AsyncEngine
) -> None:
    assert await writer.write([event()]) == [True]
    assert await writer.write([event()]) == [False]
    assert log.appended == [1, 1]
    assert await stored(engine) == 1


async def test_nothing_to_write_is_no_append(writer: Writer, log: RecordingLog) -> None:
    assert await writer.write([]) == []
    assert log.appended == []


async def test_requests_that_come_together_share_one_commit(
    writer: Writer, log: RecordingLog, engine: AsyncEngine
) -> None:
    log.gate.clear()
    first = asyncio.create_task(writer.write([event("first")]))
    await eventually(lambda: log.appended == [1])
    others = [asyncio.create_task(writer.write([event(f"e{n}")])) for n in range(50)]
    await asyncio.sleep(0)
    log.gate.set()
    assert await asyncio.gather(first, *others) == [[True]] * 51
    assert log.appended == [1, 50]
    assert await stored(engine) == 51


async def test_each_request_gets_its_own_verdicts(writer: Writer, log: RecordingLog) -> None:
    await writer.write([event("old")])
    log.gate.clear()
    tasks = [
        asyncio.create_task(writer.write(events))
        for events in (
            [event("a"), event("old"), event("a")],
            [refusable("x")],
            [event("a"), event("b")],
        )
    ]
    await asyncio.sleep(0)
    log.gate.set()
    assert await asyncio.gather(*tasks) == [
        [True, False, False],
        ["invalid input syntax for type json"],
        [False, True],
    ]


async def test_what_the_store_refuses_is_found_by_halving(
    writer: Writer, engine: AsyncEngine, log: RecordingLog
) -> None:
    events: list[LogEvent] = [event(f"e{n}") for n in range(100)]
    events[17] = refusable("x")
    events[83] = refusable("y")
    verdicts = await writer.write(events)
    refused = [place for place, verdict in enumerate(verdicts) if verdict is not True]
    assert refused == [17, 83]
    assert verdicts[17] == verdicts[83] == "invalid input syntax for type json"
    assert await stored(engine) == 98
    assert len(log.appended) < 35


async def test_a_commit_has_a_bound_and_no_request_is_cut(
    writer: Writer, log: RecordingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMIT_EVENTS", 10)
    log.gate.clear()
    names = iter(range(1_000))
    tasks = [
        asyncio.create_task(writer.write([event(f"e{next(names)}") for _ in range(size)]))
        for size in (1, 6, 4, 1, 25, 3)
    ]
    await eventually(lambda: log.appended)
    log.gate.set()
    await asyncio.gather(*tasks)
    assert log.appended == [1 + 6, 4 + 1, 25, 3]


async def test_when_too_many_wait_new_ones_are_refused_and_nothing_is_lost(
    writer: Writer, log: RecordingLog, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_EVENTS", 10)
    log.gate.clear()
    under_way = asyncio.create_task(writer.write([event("a")]))
    await eventually(lambda: log.appended)
    # A request that is larger than the bound is taken when nothing else waits.
    waiting = asyncio.create_task(writer.write([event(f"w{n}") for n in range(11)]))
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await writer.write([event("too many")])
    log.gate.set()
    await asyncio.gather(under_way, waiting)
    assert await writer.write([event("too many")]) == [True]
    assert await stored(engine) == 13


async def test_bytes_that_wait_are_bounded_too(
    writer: Writer, log: RecordingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", 10_000)
    log.gate.clear()
    under_way = asyncio.create_task(writer.write([event("a")]))
    await eventually(lambda: log.appended)
    waiting = asyncio.create_task(writer.write([event("b", 9_000)]))
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await writer.write([event("c", 1_000)])
    log.gate.set()
    await asyncio.gather(under_way, waiting)
    assert await writer.write([event("c", 1_000)]) == [True]


@pytest.mark.parametrize("fault", [EventLogError("the disk is full"), KeyError("a bug")])
async def test_an_error_reaches_everybody_who_waits_and_the_next_may_succeed(
    writer: Writer, log: RecordingLog, fault: BaseException
) -> None:
    log.fault = lambda _: fault
    log.gate.clear()
    tasks = [asyncio.create_task(writer.write([event(name)])) for name in "abc"]
    await asyncio.sleep(0)
    log.gate.set()
    for answer in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(answer, EventLogError)
        assert str(fault) in str(answer)
    log.fault = lambda _: None
    assert await writer.write([event("a")]) == [True]


async def test_an_outage_is_logged_once(
    writer: Writer, log: RecordingLog, caplog: pytest.LogCaptureFixture
) -> None:
    for outage in range(2):
        log.fault = lambda _: EventLogError("away")
        for _ in range(3):
            with pytest.raises(EventLogError):
                await writer.write([event(f"a{outage}")])
        log.fault = lambda _: None
        await writer.write([event(f"a{outage}")])
    assert [record.getMessage() for record in caplog.records] == ["append_failed"] * 2


async def test_a_request_that_is_given_up_disturbs_nobody(
    writer: Writer, log: RecordingLog, engine: AsyncEngine
) -> None:
    log.gate.clear()
    given_up = [asyncio.create_task(writer.write([event(name)])) for name in "ab"]
    await eventually(lambda: log.appended)
    kept = asyncio.create_task(writer.write([event("c")]))
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    log.gate.set()
    assert await kept == [True]
    assert await stored(engine) == 3
    # The same when the commit fails.
    log.gate.clear()
    log.fault = lambda _: EventLogError("away")
    task = asyncio.create_task(writer.write([event("d")]))
    await eventually(lambda: len(log.appended) == 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    log.gate.set()
    with pytest.raises(EventLogError):
        await writer.write([event("d")])
    log.fault = lambda _: None
    assert await writer.write([event("d")]) == [True]


async def test_what_waits_at_the_end_is_still_written(
    log: RecordingLog, engine: AsyncEngine, deadline: None
) -> None:
    writer = Writer(log)
    log.gate.clear()
    async with writer.running():
        tasks = [asyncio.create_task(writer.write([event("under way")]))]
        await eventually(lambda: log.appended)
        tasks += [asyncio.create_task(writer.write([event(f"waiting {n}")])) for n in range(3)]
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, log.gate.set)
    assert await asyncio.gather(*tasks) == [[True]] * 4
    assert await stored(engine) == 4


async def test_a_commit_that_is_under_way_at_the_end_is_answered(
    log: RecordingLog, engine: AsyncEngine, deadline: None
) -> None:
    writer = Writer(log)
    log.gate.clear()
    async with writer.running():
        task = asyncio.create_task(writer.write([event()]))
        await eventually(lambda: log.appended)
        asyncio.get_running_loop().call_later(0.05, log.gate.set)
    assert await task == [True]


async def test_after_its_end_it_takes_nothing(log: RecordingLog, deadline: None) -> None:
    writer = Writer(log)
    async with writer.running():
        pass
    with pytest.raises(EventLogError, match="has stopped"):
        await writer.write([event()])


async def test_an_outage_of_the_database_is_told_and_outlasted(
    writer: Writer, engine: AsyncEngine
) -> None:
    assert await writer.write([event("before")]) == [True]
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'stacklens append' AND datname = current_database()"
            )
        )
    with pytest.raises(EventLogError):
        await writer.write([event("during")])
    assert await writer.write([event("during")]) == [True]
    assert await stored(engine) == 2


async def test_the_same_batch_from_two_processes_at_once_is_stored_once(
    database_url: str, engine: AsyncEngine, deadline: None
) -> None:
    batch = [event(f"e{n}") for n in range(500)]
    logs = [PostgresEventLog(database_url, engine, 4) for _ in range(2)]
    writers = [Writer(log) for log in logs]
    async with writers[0].running(), writers[1].running():
        rounds: list[Sequence[Verdict]] = await asyncio.gather(
            *(writer.write(batch) for writer in writers for _ in range(3))
        )
    for log in logs:
        await log.close()
    assert await stored(engine) == 500
    assert [sum(verdicts) for verdicts in zip(*rounds, strict=True)] == [1] * 500


async def test_a_refusal_that_hits_every_event_ends(writer: Writer, log: RecordingLog) -> None:
    log.fault = lambda _: NotStorableError("never")
    assert await writer.write([event(f"e{n}") for n in range(7)]) == ["never"] * 7
