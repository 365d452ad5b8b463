"""The way into the event log: requests that arrive together share one commit."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from stacklens.domain.event import LogEvent
from stacklens.eventlog.contract import EventLog, EventLogError, NotStorableError

COMMIT_EVENTS: Final = 5_000
"""Events of one commit at most: above this a commit gets longer, not cheaper for each."""

WAITING_EVENTS: Final = 100_000
"""Events that may wait for their commit before new ones are refused: about a second's work."""


class BusyError(Exception):
    """More is waiting than will be stored soon."""


@dataclass(frozen=True, slots=True)
class _Request:
    events: Sequence[LogEvent]
    answer: "asyncio.Future[Sequence[Verdict]]"


Verdict = bool | str
"""Of one event: True when it was stored, False when it was there before, or why the store
refuses it."""


class Writer:
    """Gathers what waits while a commit is under way, and then commits it together.

    There is no pause to gather more: when nothing waits, an event is written at once.
    """

    def __init__(self, event_log: EventLog) -> None:
        self._log = event_log
        self._waiting: deque[_Request] = deque()
        self._events = 0
        self._arrived = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write while the block lasts; what waits at its end is still written."""
        task = asyncio.create_task(self._run(), name="ingest writer")
        try:
            yield
        finally:
            if self._waiting:
                await asyncio.gather(self._waiting[-1].answer, return_exceptions=True)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def write(self, events: Sequence[LogEvent]) -> Sequence[Verdict]:
        """Store `events` durably; a verdict for each. Raises EventLogError or BusyError."""
        if not events:
            return []
        if self._events + len(events) > WAITING_EVENTS and self._waiting:
            raise BusyError
        request = _Request(events, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._events += len(events)
        self._arrived.set()
        return await request.answer

    async def _run(self) -> None:
        while True:
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
            taken.append(request)
        return taken

    async def _commit(self, requests: list[_Request]) -> None:
        events = [event for request in requests for event in request.events]
        try:
            verdicts = await self._store(events)
        except EventLogError as error:
            for request in requests:
                if not request.answer.done():
                    request.answer.set_exception(error)
            return
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
