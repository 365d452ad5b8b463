"""One normalised log line."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

Fields = Mapping[str, object]

MESSAGE_NAMES: Final = ("message", "msg", "event", "body", "short_message", "log")
ALERTING_LEVELS: Final = frozenset({"error", "fatal"})
"""Levels from which on an event that no rule knows still becomes an alert."""


class LogEvent(msgspec.Struct, frozen=True, gc=False):
    """What ingest makes of a line, and what detection reads from the event log.

    `fields` is everything that came, untouched; the members beside it are what we understood.
    Times have a zone. `time_source` names the field that `event_time` was read from, or
    `arrival` when none could be believed. `text` is `fields` as JSON, as it is stored.
    It can be part of no cycle, so the garbage collector need not look at batches of them.
    """

    identity: str
    event_time: datetime
    arrival_time: datetime
    time_source: str
    service: str
    env: str
    level: str
    source: str | None
    host: str | None
    fields: Fields
    text: bytes

    @property
    def message(self) -> str:
        """What the line says, under whichever name it was found; empty when it says nothing."""
        return message_of(self.fields) or ""

    def text_of(self, name: str) -> str | None:
        """The field `name` when it is a text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None

    def partition_of(self, partitions: int) -> int:
        """Its partition: one request stays together, everything else spreads by source."""
        request_id = self.fields.get("request_id")
        key = str(request_id) if request_id is not None else self.source or ""
        return zlib.crc32(key.encode("utf-8", "surrogatepass")) % partitions


class Record(msgspec.Struct, frozen=True, gc=False):
    """An event with its place in the event log."""

    partition: int
    offset: int
    event: LogEvent


def message_of(fields: Fields) -> str | None:
    """The message of a record, under the first of MESSAGE_NAMES that holds a text."""
    for name in MESSAGE_NAMES:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    return None
