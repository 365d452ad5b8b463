"""The consumer over the real event log: whatever is cut off, what was sent is counted once."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from conditions import eventually
from stacklens.alerts.record import record_findings
from stacklens.db.session import connect
from stacklens.db.tables import alert_changes, alerts, consumer_offsets, raw_logs
from stacklens.detect.judge import judge
from stacklens.detect.pipeline import GROUP, consume
from stacklens.domain.event import LogEvent
from stacklens.domain.normalize import normalize
from stacklens.eventlog.contract import EventLogError
from stacklens.eventlog.postgres import PostgresEventLog
from stacklens.rules.catalogue import Catalogue

PARTITIONS = 4
RULES = Catalogue.builtin()
MISSING = {"error_code": "PRICE_MISSING", "level": "error", "message": "Product price is null"}
NOT_FOUND = {"error_code": "PRODUCT_NOT_FOUND", "level": "error", "message": "Product not found"}


def clock() -> datetime:
    return datetime.now(UTC)


def line(**fields: object) -> LogEvent:
    """An event of the shop."""
    record = {
        "service": "pos-demo",
        "env": "test",
        "action": "create_order",
        "request_id": str(uuid.uuid4()),
        "timestamp": "2026-11-22T10:00:00Z",
        "level": "info",
        "message": "Order created successfully",
    }
    return normalize(msgspec.json.encode(record | fields), clock())


def sales(dice: random.Random, count: int) -> list[LogEvent]:
    """Half of them fail, for one of a few products."""
    products = [f"p{n}" for n in range(5)]
    return [
        line(**(MISSING if dice.random() < 0.5 else {}), product_id=dice.choice(products))
        for _ in range(count)
    ]


def failed(events: Sequence[LogEvent]) -> Counter[object]:
    """How often the sale of each product failed."""
    return Counter(e.fields["product_id"] for e in events if "error_code" in e.fields)


@asynccontextmanager
async def event_log(url: str) -> AsyncIterator[PostgresEventLog]:
    """The log as a process of its own has it: with its own connections."""
    engine = connect(url)
    log = PostgresEventLog(url, engine, PARTITIONS)
    yield log
    await log.close()
    await engine.dispose()


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[PostgresEventLog]:
    async with event_log(database_url) as log:
        yield log


@asynccontextmanager
async def consumer(log: PostgresEventLog) -> AsyncIterator[asyncio.Task[None]]:
    """A consumer until the block ends; that it ends by itself fails the test."""
    task = asyncio.create_task(consume(log, RULES, clock))
    try:
        yield task
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def batched(events: Sequence[LogEvent], size: int) -> Iterator[Sequence[LogEvent]]:
    for start in range(0, len(events), size):
        yield events[start : start + size]


async def send(log: PostgresEventLog, events: Sequence[LogEvent]) -> None:
    """As a shipper does: a batch whose fate is not known is sent again."""
    while True:
        try:
            await log.append(events)
        except EventLogError:
            await asyncio.sleep(0.01)
        else:
            return


async def rows(engine: AsyncEngine) -> Sequence[RowMapping]:
    async with engine.connect() as connection:
        return (await connection.execute(select(alerts))).mappings().all()


async def counts(engine: AsyncEngine) -> dict[object, int]:
    return {row["group"].get("product_id"): row["count"] for row in await rows(engine)}


async def all_judged(engine: AsyncEngine, events: int) -> bool:
    """Whether the consumers have got to the end of a log with so many events."""
    async with engine.connect() as connection:
        reached = await connection.scalar(select(func.sum(consumer_offsets.c.next_offset)))
    return int(reached or 0) == events


class Saboteur:
    """Cuts the connections to one database, from outside of it."""

    def __init__(self, admin: psycopg.Connection, database: str) -> None:
        self._admin = admin
        self._database = database
        self.cuts = 0

    def cut(self, limit: int | None) -> None:
        """End up to `limit` connections, whatever they are doing; None: all."""
        found = self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE datname = %s AND application_name LIKE 'stacklens%%'"
            " ORDER BY random() LIMIT %s)",
            [self._database, limit],
        )
        self.cuts += len(found.fetchall())

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Nobody gets in while the block lasts."""
        switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
        name = sql.Identifier(self._database)
        self._admin.execute(switch(name, sql.SQL("false")))
        try:
            self.cut(None)
            yield
        finally:
            self._admin.execute(switch(name, sql.SQL("true")))


@pytest.fixture
def saboteur(postgres_url: str, database_url: str) -> Iterator[Saboteur]:
    name = database_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        yield Saboteur(admin, name)


async def test_each_kind_of_failure_becomes_its_own_alert(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    unknown = {"level": "fatal", "message": "Payment terminal 17 lost", "action": "pay"}
    events = [
        *(line(product_id=product, **MISSING) for product in ("p2", "p2", "p4")),
        *(line(product_id=typed, **NOT_FOUND) for typed in ("p998", "p999")),
        line(**unknown),
        line(**unknown | {"message": "Payment terminal 4 lost"}),
        line(product_id="p1"),
        line(level="warn", message="slow"),
    ]
    async with consumer(log):
        await log.append(events)
        await eventually(lambda: all_judged(engine, len(events)))
    found = {
        (r["issue_code"], r["severity"], r["confidence"], r["count"]) for r in await rows(engine)
    }
    assert found == {
        ("PRICE_MISSING", "critical", 95, 2),
        ("PRICE_MISSING", "critical", 95, 1),
        ("PRODUCT_NOT_FOUND", "warning", 90, 2),
        ("UNKNOWN", "warning", 10, 2),
    }
    assert len(await rows(engine)) == 4


async def test_the_same_batch_sent_again_and_again_counts_once(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    events = sales(random.Random(1), 300)
    async with consumer(log):
        for _ in range(3):
            await log.append(events)
        await log.append(events[100:200])
        await eventually(lambda: all_judged(engine, 300))
    assert await counts(engine) == failed(events)


async def test_ten_thousand_orders_of_the_mouse_are_one_alert(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    orders = [line(product_id="p2", **MISSING) for _ in range(10_000)]
    async with consumer(log):
        for batch in batched(orders, 1_000):
            await log.append(batch)
        await eventually(lambda: all_judged(engine, 10_000), within=30)
    [alert] = await rows(engine)
    assert (alert["count"], alert["version"], len(alert["samples"])) == (10_000, 1, 10)


async def test_what_was_found_is_stored_with_the_offset_or_not_at_all(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    """The consumer dies between each two of its steps, and the next one does it again."""
    events = [line(product_id="p2", **MISSING) for _ in range(20)]
    await log.append(events)
    async with log.subscribe(GROUP) as subscription:
        await subscription.read(100)  # died after reading
    async with log.subscribe(GROUP) as subscription:
        records = await subscription.read(100)
        with suppress(ZeroDivisionError):
            async with subscription.storing(records) as connection:
                await record_findings(connection, judge(records, RULES), clock())
                raise ZeroDivisionError  # died before the commit
    assert await rows(engine) == []
    async with log.subscribe(GROUP) as subscription:
        records = await subscription.read(100)
        async with subscription.storing(records) as connection:
            await record_findings(connection, judge(records, RULES), clock())
        # Died after the commit, before it could read on.
    async with consumer(log):
        await log.append([line(product_id="p2", **MISSING)])
        await eventually(lambda: all_judged(engine, 21))
    assert await counts(engine) == {"p2": 21}


async def test_a_consumer_that_is_killed_again_and_again_counts_exactly(
    log: PostgresEventLog, engine: AsyncEngine, database_url: str
) -> None:
    dice = random.Random(11)
    events = sales(dice, 3_000)
    kills = 0

    async def keep_killing() -> None:
        nonlocal kills
        while True:
            async with event_log(database_url) as mine, consumer(mine):
                # A moment anywhere in its work, not a wait for something.
                await asyncio.sleep(dice.uniform(0, 0.06))
            kills += 1

    killer = asyncio.create_task(keep_killing())
    for batch in batched(events, 20):
        await log.append(batch)
    await eventually(lambda: kills > 20, within=30)
    killer.cancel()
    await asyncio.gather(killer, return_exceptions=True)
    # On a slow machine a life of 60 ms may be too short for any work: the last one may finish.
    async with event_log(database_url) as mine, consumer(mine):
        await eventually(lambda: all_judged(engine, 3_000), within=30)
    assert await counts(engine) == failed(events)


async def test_connections_cut_at_random_lose_and_double_nothing(
    engine: AsyncEngine, database_url: str, saboteur: Saboteur
) -> None:
    """Two consumers and three senders, whose connections end in the middle of anything."""
    dice = random.Random(13)
    events: list[LogEvent] = []
    enough = asyncio.Event()

    async def sender(log: PostgresEventLog) -> None:
        while not enough.is_set():
            batch = sales(dice, dice.choice([1, 10, 60]))
            await send(log, batch)
            events.extend(batch)

    async with AsyncExitStack() as stack:
        logs = [await stack.enter_async_context(event_log(database_url)) for _ in range(5)]
        for log in logs[:2]:
            await stack.enter_async_context(consumer(log))
        senders = [asyncio.create_task(sender(log)) for log in logs[2:]]
        while saboteur.cuts < 80:
            await asyncio.to_thread(saboteur.cut, dice.choice([1, 1, 2, 5]))
            await asyncio.sleep(dice.uniform(0, 0.05))
        enough.set()
        await asyncio.gather(*senders)
        await eventually(lambda: uncut(engine, len(events)), within=30)
    assert await counts(engine) == failed(events)
    async with engine.connect() as connection:
        stored = await connection.scalars(select(raw_logs.c.identity))
        opened = await connection.scalar(select(func.count()).select_from(alert_changes))
    assert Counter(identity.hex for identity in stored) == Counter(e.identity for e in events)
    assert opened == 5


async def uncut(engine: AsyncEngine, events: int) -> bool:
    """As `all_judged`, by connections that may have been cut themselves."""
    await engine.dispose()
    return await all_judged(engine, events)


async def test_consumers_that_come_and_go_share_the_work_and_count_once(
    log: PostgresEventLog, engine: AsyncEngine, database_url: str
) -> None:
    dice = random.Random(17)
    events = sales(dice, 2_000)

    async def comes_and_goes() -> None:
        async with event_log(database_url) as mine:
            while True:
                async with consumer(mine):
                    await asyncio.sleep(dice.uniform(0.05, 0.4))

    async with consumer(log):
        guests = [asyncio.create_task(comes_and_goes()) for _ in range(3)]
        for batch in batched(events, 25):
            await log.append(batch)
            await asyncio.sleep(0.005)
        for guest in guests:
            guest.cancel()
        await asyncio.gather(*guests, return_exceptions=True)
        await eventually(lambda: all_judged(engine, 2_000), within=20)
    assert await counts(engine) == failed(events)


async def test_an_outage_of_the_database_is_told_once_and_outlasted(
    log: PostgresEventLog,
    engine: AsyncEngine,
    saboteur: Saboteur,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with consumer(log):
        await log.append([line(product_id="p2", **MISSING)])
        await eventually(lambda: all_judged(engine, 1))
        await engine.dispose()
        with saboteur.outage():
            await eventually(lambda: told(caplog, "consume_failed"))
            with pytest.raises(EventLogError):
                await log.append([line(product_id="p2", **MISSING)])
            # It tries more than once; the length of the outage is what is tested.
            await asyncio.sleep(1.0)
        await send(log, [line(product_id="p2", **MISSING)])
        await eventually(lambda: all_judged(engine, 2), within=10)
    assert await counts(engine) == {"p2": 2}
    assert told(caplog, "consume_failed") == 1


def told(caplog: pytest.LogCaptureFixture, action: str) -> int:
    return sum(record.getMessage() == action for record in caplog.records)


async def test_an_alert_does_not_wait_for_the_next_look(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    """The append wakes the consumer up: a hundred one after the other take far less than it would
    take to look for each of them once a second."""
    async with consumer(log), asyncio.timeout(20):
        for number in range(100):
            await log.append([line(product_id="p2", **MISSING)])
            await eventually(lambda reached=number + 1: all_judged(engine, reached))  # type: ignore[misc]


async def test_events_from_yesterday_and_from_tomorrow_are_judged_too(
    log: PostgresEventLog, engine: AsyncEngine
) -> None:
    stated = [
        "1970-01-01T00:00:00Z",
        "2100-01-01T00:00:00Z",
        (clock() - timedelta(days=400)).isoformat(),
    ]
    async with consumer(log):
        await log.append([line(product_id="p2", timestamp=at, **MISSING) for at in stated])
        await eventually(lambda: all_judged(engine, 3))
    [alert] = await rows(engine)
    assert alert["count"] == 3
    assert alert["first_seen"].year == 1970
    assert alert["last_seen"] <= clock()
