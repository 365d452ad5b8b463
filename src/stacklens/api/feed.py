"""The live feed: one reader of the alert stream for a process, and its subscribers."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from stacklens.alerts import stream
from stacklens.alerts.query import updates_after
from stacklens.alerts.stream import CHANNEL, Position
from stacklens.api.clock import utc_now
from stacklens.api.outbox import Outbox, Update
from stacklens.db.wakeup import FIRST_PAUSE_S, LONGEST_PAUSE_S, listen
from stacklens.telemetry import Action, log

MAX_BEHIND: Final = 1000
"""More rows than this are not replayed: reloading a page of 100 is cheaper for everybody."""

GOODBYE_S: Final = 3.0
"""How long closing waits for clients to be told."""


class NotFollowingError(Exception):
    """The feed has not reached the database yet, or is being closed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a connection ends: a close code, and for a restart when to come back (seconds)."""

    code: int
    reason: str
    retry_after: float | None = None


TOO_SLOW: Final = Ending(4408, "too slow")
RESTART: Final = Ending(1012, "restarting", retry_after=1.0)


class Subscription:
    """One client's end of the feed."""

    def __init__(self, position: Position, *, limit: int) -> None:
        """The client has everything up to `position`; more than `limit` waiting ends it."""
        self.position = position
        self.outbox = Outbox(position.seq)
        self.must_resync = False
        self.news = asyncio.Event()
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._limit = limit

    def offer(self, updates: Sequence[Update]) -> None:
        """Pass on what happened; a client that lets too much pile up is let go."""
        self.outbox.offer(updates)
        if len(self.outbox) > self._limit:
            self.end(TOO_SLOW)
        if len(self.outbox):
            self.news.set()

    def resync(self, position: Position) -> None:
        """The client has to reload: it cannot be brought from where it is to `position`."""
        self.position = position
        self.outbox.restart(position.seq)
        self.must_resync = True
        self.news.set()

    def end(self, ending: Ending) -> None:
        """Have the connection closed; the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(ending)


class Feed:
    """Follows the stream of alerts and hands every update to every subscriber."""

    def __init__(
        self,
        engine: AsyncEngine,
        url: str,
        *,
        max_behind: int = MAX_BEHIND,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`url` is the database of `engine`; a connection of each is kept while following.

        `max_behind` bounds what is kept for clients that come back, what is replayed to one and
        what may pile up for one, in rows.
        """
        self._engine = engine
        self._url = url
        self._max_behind = max_behind
        self._clock = clock
        self._woken = asyncio.Event()
        self._position: Position | None = None
        self._recent: OrderedDict[UUID, Update] = OrderedDict()
        self._recent_after = 0
        self._subscribers: set[Subscription] = set()
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the stream inside; at the end say goodbye to the clients and let them go.

        Leave it before the HTTP server stops, or clients are not told when to come back.
        """
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(listen(self._url, [CHANNEL], self._wake))
            follower = tasks.create_task(self._follow())
            try:
                yield
            finally:
                # First of all they stop: a read under way would set the position again, and new
                # clients would be let in to a feed that nobody follows.
                listener.cancel()
                follower.cancel()
                await asyncio.gather(listener, follower, return_exceptions=True)
                self._position = None
                for subscriber in self._subscribers:
                    subscriber.end(RESTART)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_empty.wait(), GOODBYE_S)

    @asynccontextmanager
    async def subscribe(self, since: Position | None) -> AsyncIterator[Subscription]:
        """Everything after `since`, or from now on; what cannot be replayed becomes a resync.

        Raises NotFollowingError, SQLAlchemyError and psycopg.Error when the database is away.
        """
        if self._position is None:
            raise NotFollowingError
        start = self._position if since is None else since
        subscription = Subscription(start, limit=self._max_behind)
        # Before the replay is read: what happens meanwhile waits in the outbox, merged by alert.
        self._subscribers.add(subscription)
        self._is_empty.clear()
        try:
            await self._replay(subscription, self._position)
            yield subscription
        finally:
            self._subscribers.discard(subscription)
            if not self._subscribers:
                self._is_empty.set()

    async def _replay(self, subscription: Subscription, here: Position) -> None:
        since = subscription.position
        if since.epoch != here.epoch:
            subscription.resync(here)
        elif since.seq > here.seq:
            await self._refuse_future(subscription)
        elif since.seq >= self._recent_after:
            subscription.offer(
                [update for update in self._recent.values() if update.seq > since.seq]
            )
        else:
            await self._replay_stored(subscription, since)

    async def _refuse_future(self, subscription: Subscription) -> None:
        """A position from the API may be ahead of this reader, never of the database."""
        async with self._engine.connect() as connection:
            stored = await stream.position(connection)
        if subscription.position.seq > stored.seq:
            subscription.resync(stored)

    async def _replay_stored(self, subscription: Subscription, since: Position) -> None:
        async with self._engine.connect() as connection:
            here = await stream.position(connection)
            updates = await self._updates(connection, since.seq)
        if len(updates) > self._max_behind:
            subscription.resync(here)
        else:
            subscription.offer(updates)

    def _wake(self, _channel: str, _payload: str) -> None:
        self._woken.set()

    async def _follow(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            try:
                async with self._engine.connect() as connection:
                    # Each read is one statement and needs no transaction around it.
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await self._compare(connection)
                    pause = FIRST_PAUSE_S
                    while True:
                        await self._read(connection)
                        await self._woken.wait()
                        self._woken.clear()
            except (SQLAlchemyError, psycopg.Error, OSError) as error:
                log(Action.LIVE_FAILED, level=logging.WARNING, error=error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _compare(self, connection: AsyncConnection) -> None:
        """See whether the stream is still the one that was read before."""
        stored = await stream.position(connection)
        here = self._position
        if here is None or stored.epoch != here.epoch or stored.seq < here.seq:
            self._jump(stored)

    async def _read(self, connection: AsyncConnection) -> None:
        here = self._position
        if here is None:
            return
        updates = await self._updates(connection, here.seq)
        if not updates:
            await self._compare(connection)
        elif len(updates) > self._max_behind:
            self._jump(await stream.position(connection))
        else:
            self._publish(Position(here.epoch, updates[-1].seq), updates)

    async def _updates(self, connection: AsyncConnection, after: int) -> list[Update]:
        """What stands above `after`, in order; one more than is replayed when that is too much.

        Always all of it in one statement: a part would let a client take a number below which
        there is an alert that it was never shown.
        """
        rows = await updates_after(connection, after, self._max_behind + 1)
        now = self._clock()
        return [
            Update(row.id, row.seq, created_seq, now, msgspec.Raw(msgspec.json.encode(row)))
            for row, created_seq in rows
        ]

    def _publish(self, position: Position, updates: Sequence[Update]) -> None:
        self._position = position
        for update in updates:
            self._recent[update.alert_id] = update
            self._recent.move_to_end(update.alert_id)
        while len(self._recent) > self._max_behind:
            _, forgotten = self._recent.popitem(last=False)
            self._recent_after = forgotten.seq
        for subscriber in self._subscribers:
            subscriber.offer(updates)

    def _jump(self, position: Position) -> None:
        """Go on from `position` with nothing in between: everybody reloads."""
        self._position = position
        self._recent.clear()
        self._recent_after = position.seq
        for subscriber in self._subscribers:
            subscriber.resync(position)
