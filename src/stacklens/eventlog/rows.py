"""Events as rows of `raw_logs`, in the text format of COPY, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from stacklens.domain.decode import decode_stored
from stacklens.domain.event import LogEvent, Record

COLUMNS: Final = (
    "partition",
    "offset",
    "arrival_time",
    "event_time",
    "time_source",
    "identity",
    "service",
    "env",
    "level",
    "source",
    "host",
    "event",
)

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

StoredRow = tuple[Any, ...]
"""A row with the columns of COLUMNS in their order; the driver gives them their types."""


def copy_row(partition: int, offset: int, arrival_time: datetime, event: LogEvent) -> bytes:
    """One event as a line for COPY."""
    head = (
        f"{partition}\t{offset}\t{arrival_time.isoformat()}\t{event.event_time.isoformat()}\t"
        f"{event.time_source}\t{event.identity}\t{_text(event.service)}\t{_text(event.env)}\t"
        f"{event.level}\t{_text(event.source)}\t{_text(event.host)}\t"
    )
    return head.encode() + _json(event.text) + b"\n"


def record_of(row: StoredRow) -> Record:
    """The record in a row, its columns in the order of COLUMNS."""
    (
        partition,
        offset,
        arrival_time,
        event_time,
        time_source,
        identity,
        service,
        env,
        level,
        source,
        host,
        text,
    ) = row
    event = LogEvent(
        identity=identity,
        event_time=event_time,
        arrival_time=arrival_time,
        time_source=time_source,
        service=service,
        env=env,
        level=level,
        source=source,
        host=host,
        fields=decode_stored(text),
        text=b"",
    )
    return Record(partition, offset, event)


def next_offsets(records: Sequence[Record]) -> Mapping[int, tuple[int, datetime]]:
    """For each partition the offset after its last record, and when that one arrived."""
    return {record.partition: (record.offset + 1, record.event.arrival_time) for record in records}


def _text(value: str | None) -> str:
    if value is None:
        return "\\N"
    return value if value.isalnum() else value.translate(_ESCAPES)


def _json(text: bytes) -> bytes:
    escaped = text.replace(b"\\", b"\\\\") if b"\\" in text else text
    # Between its tokens JSON may have white space that would end the line.
    if b"\n" in escaped or b"\t" in escaped or b"\r" in escaped:
        escaped = escaped.replace(b"\n", b"\\n").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
    return escaped
