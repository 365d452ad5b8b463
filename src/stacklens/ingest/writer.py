"""The way into the event log: requests that arrive together share one commit."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from stacklens.domain.event import LogEvent
from stacklens.eventlog.contract import EventLog, EventLogError, NotStorableError
from stacklens.telemetry import Action, log

COMMIT_EVENTS: Final = 2_000
"""Events of one commit at most: above this a commit gets longer, not cheaper for each."""

WAITING_EVENTS: Final = 100_000
"""Events that may wait for their commit before new ones are refused: about a second's work."""

WAITING_BYTES: Final = 64 * 1024 * 1024
"""The same for their JSON: what waits is held in memory."""

Verdict = bool | str
"""Of one event: True when it was stored, False when it was there before, or why the store
refuses it."""


class BusyError(Exception):
    """More is waiting than will be stored soon."""


@dataclass(frozen=True, slots=True)
class _Request:
    events: Sequence[LogEvent]
    size: int
    answer: "asyncio.Future[Sequence[Verdict]]"


class Writer:
    """Gathers what waits while a commit is under way, and then commits it together.

    There is no pause to gather more: when nothing waits, an event is written at once.
    """

    def __init__(self, event_log: EventLog) -> None:
        self._log = event_log
        self._waiting: deque[_Request] = deque()
        self._events = 0
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._stopping = False
        self._failing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write while the block lasts; what waits at its end is still written."""
        task = asyncio.create_task(self._run(), name="ingest writer")
        try:
            yield
        finally:
            self._stopping = True
            self._arrived.set()
            await task

    async def write(self, events: Sequence[LogEvent]) -> Sequence[Verdict]:
        """Store `events` durably; a verdict for each. Raises EventLogError or BusyError."""
        if not events:
            return []
        if self._stopping:
            raise EventLogError("the writer has stopped")
        size = sum(len(event.text) for event in events)
        if self._waiting and self._is_full(len(events), size):
            raise BusyError
        request = _Request(events, size, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._events += len(events)
        self._bytes += size
        self._arrived.set()
        return await request.answer

    def _is_full(self, events: int, size: int) -> bool:
        return self._events + events > WAITING_EVENTS or self._bytes + size > WAITING_BYTES

    async def _run(self) -> None:
        while self._waiting or not self._stopping:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._commit(self._take())

    def _take(self) -> list[_Request]:
        taken: list[_Request] = []
        events = 0
        while self._waiting:
            events += len(self._waiting[0].events)
            if taken and events > COMMIT_EVENTS:
                break
            request = self._waiting.popleft()
            self._events -= len(request.events)
            self._bytes -= request.size
            taken.append(request)
        return taken

    async def _commit(self, requests: list[_Request]) -> None:
        events = [event for request in requests for event in request.events]
        try:
            verdicts = await self._store(events)
        except EventLogError as error:
            self._refuse(requests, error)
            return
        except Exception as error:  # noqa: BLE001 - outermost line of a commit; it is logged
            self._refuse(requests, EventLogError(f"{type(error).__name__}: {error}"))
            return
        self._failing = False
        start = 0
        for request in requests:
            end = start + len(request.events)
            if not request.answer.done():
                request.answer.set_result(verdicts[start:end])
            start = end

    async def _store(self, events: Sequence[LogEvent]) -> Sequence[Verdict]:
        """Append, and when the content of one event is refused, halve until it stands alone."""
        try:
            return list(await self._log.append(events))
        except NotStorableError as refusal:
            if len(events) == 1:
                return [str(refusal)]
        middle = len(events) // 2
        return [*await self._store(events[:middle]), *await self._store(events[middle:])]

    def _refuse(self, requests: Sequence[_Request], error: EventLogError) -> None:
        # Once for an outage: each request that meets it gets its own answer.
        if not self._failing:
            log(Action.APPEND_FAILED, level=logging.ERROR, error=error)
        self._failing = True
        for request in requests:
            if not request.answer.done():
                request.answer.set_exception(error)
