"""The event log in PostgreSQL: a log with offsets, not a queue of jobs.

Offsets are given out under a row lock for each partition (`event_log_heads`), held until the
commit. So offsets become visible in their order, and "what is above my offset" misses nothing,
which a sequence cannot promise: its numbers are taken before the commit. One writer commits many
requests at once, so the lock costs little.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Final

import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.session import CONNECT_TIMEOUT_S, libpq_url
from stacklens.domain.event import LogEvent
from stacklens.eventlog.contract import (
    DEDUPE_WINDOW,
    EventLogError,
    NotStorableError,
    Subscription,
)
from stacklens.eventlog.leaves import make_leaves
from stacklens.eventlog.postgres_subscription import PostgresSubscription
from stacklens.eventlog.rows import (
    COLUMNS,
    COPY_HEADER,
    COPY_TRAILER,
    copy_row,
    microseconds,
)

CHANNEL: Final = "raw_logs"
"""NOTIFY channel that an append wakes subscribers on."""

_TRIES: Final = 3
"""Of one append, when another writer stored the same identity in the same moment."""

_LOCK_HEADS: Final = """
    SELECT partition, next_offset, arrival_time, clock_timestamp() FROM event_log_heads
    WHERE partition = ANY(%s) ORDER BY partition FOR UPDATE
"""
_KNOWN: Final = """
    SELECT identity FROM raw_logs WHERE identity = ANY(%s::uuid[]) AND arrival_time > %s
"""
_COPY: Final = (
    "COPY raw_logs (" + ", ".join(f'"{name}"' for name in COLUMNS) + ") FROM STDIN (FORMAT binary)"
)
_MOVE_HEADS: Final = f"""
    UPDATE event_log_heads AS head SET next_offset = new.next_offset, arrival_time = new.arrived
    FROM unnest(%s::int[], %s::bigint[], %s::timestamptz[]) AS new (partition, next_offset, arrived)
    WHERE head.partition = new.partition
    RETURNING pg_notify('{CHANNEL}', '')
"""


class PostgresEventLog:
    """The event log in table `raw_logs` of the database at `url`, in `partitions` partitions.

    `engine` is for subscribers; appending has one connection of its own, because it is the hot
    path: several requests share an append, never the other way round.
    """

    def __init__(self, url: str, engine: AsyncEngine, partitions: int) -> None:
        self._url = url
        self._engine = engine
        self._partitions = partitions
        self._connection: psycopg.AsyncConnection | None = None
        self._appending = asyncio.Lock()
        self._leaves: set[date] = set()

    async def append(self, events: Sequence[LogEvent]) -> Sequence[bool]:
        """As in the contract."""
        if not events:
            return []
        async with self._appending:
            try:
                return await self._append_with_retries(events)
            except psycopg.DataError as error:
                raise NotStorableError(_words(error)) from error
            except psycopg.errors.ProgramLimitExceeded as error:
                raise NotStorableError(_words(error)) from error
            except (psycopg.Error, OSError) as error:
                await self._disconnect()
                raise EventLogError(_words(error)) from error
            except asyncio.CancelledError:
                # In mid-statement the connection is of no further use.
                await self._disconnect()
                raise

    @asynccontextmanager
    async def subscribe(self, group: str) -> AsyncIterator[Subscription]:
        """As in the contract."""
        subscription = PostgresSubscription(
            self._url, self._engine, group, self._partitions, CHANNEL
        )
        async with subscription.joined():
            yield subscription

    async def close(self) -> None:
        """Give back the connection that appends."""
        async with self._appending:
            await self._disconnect()

    async def _append_with_retries(self, events: Sequence[LogEvent]) -> Sequence[bool]:
        for attempt in range(1, _TRIES + 1):
            connection = await self._connected()
            await self._ensure_leaves(connection)
            try:
                return await self._append(connection, events)
            except UniqueViolation:
                # Somebody else stored one of them meanwhile: now it can be seen.
                if attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    async def _append(
        self, connection: psycopg.AsyncConnection, events: Sequence[LogEvent]
    ) -> Sequence[bool]:
        partitions = [event.partition_of(self._partitions) for event in events]
        used = sorted(set(partitions))
        try:
            # Each pipeline is one trip to the server: what an event waits for are trips.
            async with connection.pipeline():
                await connection.execute("BEGIN")
                locking = await connection.execute(_LOCK_HEADS, [used])
                since = datetime.now(UTC) - DEDUPE_WINDOW
                # One text: turning a list of a thousand into parameters costs more than the search.
                identities = ",".join(sorted({event.identity for event in events}))
                finding = await connection.execute(_KNOWN, [f"{{{identities}}}", since])
                heads = {row[0]: row for row in await locking.fetchall()}
                seen = {row[0].hex for row in await finding.fetchall()}
            batch = _Batch(heads, used)
            stored = [
                batch.add(partition, event, seen)
                for partition, event in zip(partitions, events, strict=True)
            ]
            if batch.rows:
                async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                    await copy.write(b"".join([COPY_HEADER, *batch.rows, COPY_TRAILER]))
            async with connection.pipeline():
                if batch.rows:
                    await connection.execute(_MOVE_HEADS, batch.moved())
                await connection.execute("COMMIT")
        except Exception:
            # Whatever it was: an open transaction would hold the heads against everybody.
            await connection.rollback()
            raise
        return stored

    async def _ensure_leaves(self, connection: psycopg.AsyncConnection) -> None:
        today = datetime.now(UTC).date()
        if today + timedelta(days=1) in self._leaves:
            return
        # Yesterday's too: the clock that rules is the database's, and it may be behind ours.
        days = {today + timedelta(days=ahead) for ahead in (-1, 0, 1)}
        await make_leaves(connection, days)
        self._leaves = days

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            connection = await psycopg.AsyncConnection.connect(
                libpq_url(self._url),
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="stacklens append",
                options="-c timezone=UTC",
            )
            await connection.execute(
                "INSERT INTO event_log_heads (partition, next_offset, arrival_time)"
                " SELECT number, 0, now() FROM generate_series(0, %s) AS number"
                " ON CONFLICT (partition) DO NOTHING",
                [self._partitions - 1],
            )
            self._leaves = set()
            self._connection = connection
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()


class _Batch:
    """The rows of one append, with the offsets that they get."""

    def __init__(
        self, heads: dict[int, tuple[int, int, datetime, datetime]], used: Sequence[int]
    ) -> None:
        if len(heads) != len(used):
            raise EventLogError(f"partitions {used} are not all set up in event_log_heads")
        self.rows: list[bytes] = []
        self._next = {partition: head[1] for partition, head in heads.items()}
        self._first = dict(self._next)
        self._arrived = {partition: head[2] for partition, head in heads.items()}
        self._arrived_number = {p: microseconds(moment) for p, moment in self._arrived.items()}
        self._now = max(head[3] for head in heads.values())

    def add(self, partition: int, event: LogEvent, seen: set[str]) -> bool:
        if event.identity in seen:
            return False
        seen.add(event.identity)
        # By the database's clock, and never going back within a partition: readers prune by it.
        arrival_time = max(self._arrived[partition], min(event.arrival_time, self._now))
        if arrival_time is not self._arrived[partition]:
            self._arrived[partition] = arrival_time
            self._arrived_number[partition] = microseconds(arrival_time)
        offset = self._next[partition]
        self._next[partition] = offset + 1
        self.rows.append(copy_row(partition, offset, self._arrived_number[partition], event))
        return True

    def moved(self) -> list[list[int] | list[datetime]]:
        used = [
            partition for partition in self._next if self._next[partition] > self._first[partition]
        ]
        return [used, [self._next[p] for p in used], [self._arrived[p] for p in used]]


def _words(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
