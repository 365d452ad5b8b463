"""What one client of the live stream has still to get: pure decisions, time is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

FRAME_INTERVAL_S: Final = 0.05
"""Twenty frames a second: more than anybody can read, few enough for a slow browser."""


@dataclass(frozen=True, slots=True)
class Update:
    """An alert row as it stood at number `seq` of the stream, written as JSON once for all."""

    alert_id: UUID
    seq: int
    created_seq: int
    at: datetime
    row: msgspec.Raw


class Event(msgspec.Struct, frozen=True):
    """An update as one client sees it: the same row may be new to one and known to another."""

    seq: int
    type: str
    at: datetime
    data: msgspec.Raw


class Outbox:
    """Updates for one client, merged by alert, given out in frames of everything there is.

    A frame always empties the box. So whatever was created at or below the last number of a frame
    has been sent, which is what lets a client resume from that number and still be told
    "created" for just what it has not seen.
    """

    def __init__(self, after: int, *, interval: float = FRAME_INTERVAL_S) -> None:
        """The client has everything up to number `after`; frames of updates keep `interval`
        seconds between them."""
        self._sent = after
        self._interval = interval
        self._waiting: dict[UUID, Update] = {}
        self._is_urgent = False
        self._earliest = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, updates: Iterable[Update]) -> None:
        """Take in what happened; older news of an alert gives way to newer."""
        for update in updates:
            if update.seq <= self._sent:
                continue
            waiting = self._waiting.get(update.alert_id)
            if waiting is None or waiting.seq < update.seq:
                self._waiting[update.alert_id] = update
                self._is_urgent |= update.created_seq > self._sent

    def due(self) -> float | None:
        """From when on a frame may go: at once (0) when an alert is new, None without news."""
        if not self._waiting:
            return None
        return 0.0 if self._is_urgent else self._earliest

    def take(self, now: float) -> list[Event]:
        """Everything there is, in the stream's order; `now` is on the clock of `due`."""
        updates = sorted(self._waiting.values(), key=lambda update: update.seq)
        events = [
            Event(
                update.seq,
                "alert:created" if update.created_seq > self._sent else "alert:updated",
                update.at,
                update.row,
            )
            for update in updates
        ]
        self._waiting = {}
        self._is_urgent = False
        self._earliest = now + self._interval
        self._sent = max([self._sent, *(update.seq for update in updates)])
        return events

    def restart(self, after: int) -> None:
        """Forget everything: the client reloads, and has what there is up to `after`."""
        self._waiting = {}
        self._is_urgent = False
        self._sent = after
