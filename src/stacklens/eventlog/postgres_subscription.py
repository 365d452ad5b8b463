"""Reading the PostgreSQL event log: partitions are shared by locks that die with their owner."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from stacklens.db.wakeup import listen
from stacklens.domain.event import Record
from stacklens.eventlog.contract import EventLogError, PartitionLostError
from stacklens.eventlog.rows import COLUMNS, next_offsets, record_of
from stacklens.telemetry import Action, log

MEMBERS_CHANNEL: Final = "consumers"
"""NOTIFY channel for "somebody joined or left": a hint to divide the partitions anew."""

DIVIDE_EVERY_S: Final = 1.0
"""Without a hint (a member was killed) the partitions are divided anew this often."""

READ_BYTES: Final = 8 * 1024 * 1024
"""Of the events of one read, besides the first of each partition: decoded they take several times
as much, and whoever is killed for want of memory reads the same again."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

# A member holds (group, 0) shared; an owner holds (group, partition + 1). The server lets go of
# both when the session ends, however it ends.
_JOIN: Final = text("SELECT pg_advisory_lock_shared(:group, 0)")
# A log that grows has no statistics that are true, so the planner believes that little is left and
# sorts all of the backlog for each read. The primary key has the order already.
_READ_IN_ORDER: Final = text("""
    SELECT set_config('enable_bitmapscan', 'off', false), set_config('enable_sort', 'off', false)
""")
_TAKE: Final = text("SELECT pg_try_advisory_lock(:group, :partition + 1)")
_LEAVE: Final = text("SELECT pg_advisory_unlock(:group, :partition + 1)")
_LEAVE_ALL: Final = text("SELECT pg_advisory_unlock_all(), pg_notify(:channel, '')")
_ANNOUNCE: Final = text("SELECT pg_notify(:channel, '')")
_MEMBERS: Final = text("""
    SELECT pid, pid = pg_backend_pid() FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND objid = 0
      AND classid = CAST(CAST(:group AS bit(32)) AS bigint)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY pid
""")
_START: Final = text("""
    INSERT INTO consumer_offsets (consumer_group, partition, next_offset, arrival_time)
    VALUES (:name, :partition, 0, :beginning)
    ON CONFLICT (consumer_group, partition) DO NOTHING
""")
_POSITION: Final = text("""
    SELECT next_offset, arrival_time FROM consumer_offsets
    WHERE consumer_group = :name AND partition = :partition
""")
_SELECTED: Final = ", ".join(
    f'r."{name}"::text' if name in ("identity", "event") else f'r."{name}"' for name in COLUMNS
)
# The size of what PostgreSQL has compressed is told only by unpacking it; log lines shrink to
# about an eighth.
_UNPACKED: Final = 8
_READ: Final = f"""
    SELECT {_SELECTED}
    FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[])
         AS mine (partition, next_offset, arrival_time)
    CROSS JOIN LATERAL (
        SELECT *, sum(
            pg_column_size(event) *
            CASE WHEN pg_column_compression(event) IS NULL THEN 1 ELSE {_UNPACKED} END
        ) OVER (ORDER BY log."offset" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM raw_logs AS log
        WHERE log.partition = mine.partition AND log."offset" >= mine.next_offset
          AND log.arrival_time >= mine.arrival_time
        ORDER BY log."offset" LIMIT %s
    ) AS r
    WHERE coalesce(r.before, 0) < %s
"""
_ADVANCE: Final = """
    UPDATE consumer_offsets AS mine
    SET next_offset = new.next_offset, arrival_time = new.arrival_time
    FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::timestamptz[])
         AS new (partition, before, next_offset, arrival_time)
    WHERE mine.consumer_group = %s AND mine.partition = new.partition
      AND mine.next_offset = new.before
"""


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """The errors of the driver and of SQLAlchemy as the contract names them."""
    try:
        yield
    except (DBAPIError, psycopg.Error, OSError) as error:
        raise EventLogError(str(error).strip().partition("\n")[0]) from error


class PostgresSubscription:
    """One subscriber of `group`. Its locks, reads and transactions share one connection.

    So when that connection is lost, the locks, the right to store and the open transaction are
    lost together: an old owner can never overwrite a new one.
    """

    def __init__(
        self, url: str, engine: AsyncEngine, group: str, partitions: int, channel: str
    ) -> None:
        self._url = url
        self._engine = engine
        self._name = group
        self._key = zlib.crc32(group.encode()) - 2**31
        self._partitions = partitions
        self._channel = channel
        self._positions: dict[int, tuple[int, datetime]] = {}
        self._appended = asyncio.Event()
        self._divide_at = 0.0
        self._open: AsyncConnection | None = None

    @asynccontextmanager
    async def joined(self) -> AsyncIterator[None]:
        """Be a member of the group while the block lasts."""
        hints = asyncio.create_task(
            listen(self._url, (self._channel, MEMBERS_CHANNEL), self._hear), name="event log hints"
        )
        try:
            async with _told(), self._engine.connect() as connection:
                self._open = connection
                await self._run(_READ_IN_ORDER)
                await self._run(_JOIN, group=self._key)
                await self._run(_ANNOUNCE, channel=MEMBERS_CHANNEL)
                try:
                    yield
                finally:
                    with suppress(EventLogError):
                        await self._run(_LEAVE_ALL, channel=MEMBERS_CHANNEL)
                    # Never back to the pool: a lock that was left behind would outlive us there.
                    await connection.invalidate()
        finally:
            self._open = None
            hints.cancel()
            await asyncio.gather(hints, return_exceptions=True)

    @property
    def partitions(self) -> Sequence[int]:
        """The partitions that are ours now."""
        return sorted(self._positions)

    async def read(self, limit: int) -> Sequence[Record]:
        """As in the contract."""
        while True:
            self._appended.clear()
            await self._divide_if_due()
            if self._positions and (records := await self._read(limit)):
                return records
            pause = self._divide_at - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(max(0.0, pause)):
                    await self._appended.wait()
            except TimeoutError:
                continue

    @asynccontextmanager
    async def storing(self, records: Sequence[Record]) -> AsyncIterator[AsyncConnection]:
        """As in the contract."""
        reached = next_offsets(records)
        connection = self._connection
        async with _told(), connection.begin():
            driver = await self._driver()
            # One trip to the server for all that is stored, one for the commit.
            async with driver.pipeline() as pipeline:
                advanced = await driver.execute(
                    _ADVANCE,
                    [
                        list(reached),
                        [self._positions[partition][0] for partition in reached],
                        [offset for offset, _ in reached.values()],
                        [arrived for _, arrived in reached.values()],
                        self._name,
                    ],
                )
                yield connection
                await pipeline.sync()
            if advanced.rowcount != len(reached):
                raise PartitionLostError(f"one of the partitions {sorted(reached)} moved on")
        self._positions.update(reached)

    async def _driver(self) -> psycopg.AsyncConnection:
        driver = (await self._connection.get_raw_connection()).driver_connection
        if not isinstance(driver, psycopg.AsyncConnection):
            raise EventLogError("the connection is gone")
        return driver

    async def _read(self, limit: int) -> Sequence[Record]:
        """Straight from the driver: SQLAlchemy's rows would cost more than the rest of reading."""
        async with _told():
            driver = await self._driver()
            cursor = driver.cursor(binary=True)
            async with driver.pipeline():
                await cursor.execute(
                    _READ,
                    [
                        list(self._positions),
                        [offset for offset, _ in self._positions.values()],
                        [arrived for _, arrived in self._positions.values()],
                        -(-limit // len(self._positions)),
                        READ_BYTES // len(self._positions),
                    ],
                )
                await driver.commit()
            return [record_of(row) for row in await cursor.fetchall()]

    async def _divide_if_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._divide_at:
            return
        self._divide_at = now + DIVIDE_EVERY_S
        members = await self._run(_MEMBERS, group=f"{self._key & 0xFFFFFFFF:032b}")
        rank = next((place for place, row in enumerate(members) if row[1]), None)
        if rank is None:
            raise EventLogError("the lock that makes us a member is gone")
        fair = {p for p in range(self._partitions) if p % len(members) == rank}
        before = self.partitions
        for partition in set(self._positions) - fair:
            await self._run(_LEAVE, group=self._key, partition=partition)
            del self._positions[partition]
        for partition in sorted(fair - set(self._positions)):
            await self._take(partition)
        if before != self.partitions:
            await self._run(_ANNOUNCE, channel=MEMBERS_CHANNEL)
            log(Action.PARTITIONS_ASSIGNED, group=self._name, partitions=self.partitions)

    async def _take(self, partition: int) -> None:
        if not (await self._run(_TAKE, group=self._key, partition=partition))[0][0]:
            # Its owner has not let go yet; it will tell us when it has.
            return
        values: Mapping[str, object] = {"name": self._name, "partition": partition}
        await self._run(_START, **values, beginning=_BEGINNING)
        offset, arrived = (await self._run(_POSITION, **values))[0]
        self._positions[partition] = (offset, arrived)

    async def _run(self, statement: TextClause, **values: object) -> Sequence[tuple[Any, ...]]:
        connection = self._connection
        async with _told(), connection.begin():
            result = await connection.execute(statement, values)
            return [tuple(row) for row in result] if result.returns_rows else []

    @property
    def _connection(self) -> AsyncConnection:
        if self._open is None:
            raise EventLogError("not joined")
        return self._open

    def _hear(self, channel: str, _payload: str) -> None:
        if channel == MEMBERS_CHANNEL:
            self._divide_at = 0.0
        self._appended.set()
