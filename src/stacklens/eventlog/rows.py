"""Events as rows of `raw_logs`, in the text format of COPY, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
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


def copy_row(partition: int, offset: int, arrival_time: str, event: LogEvent) -> bytes:
    """One event as a line for COPY."""
    head = (
        f"{partition}\t{offset}\t{arrival_time}\t{event.event_time.isoformat()}\t"
        f"{event.time_source}\t{event.identity}\t"
    )
    names = _names(event.service, event.env, event.level, event.source, event.host)
    return b"%b%b%b\n" % (head.encode(), names, _json(event.text))


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


@lru_cache(maxsize=1024)
def _names(*names: str | None) -> bytes:
    """The columns that are the same for most lines of an application, each with its tab."""
    texts = ("\\N" if name is None else name.translate(_ESCAPES) for name in names)
    return "".join(f"{text}\t" for text in texts).encode()


def _json(text: bytes) -> bytes:
    escaped = text.replace(b"\\", b"\\\\") if b"\\" in text else text
    # Between its tokens JSON may have white space that would end the line.
    if b"\n" in escaped or b"\t" in escaped or b"\r" in escaped:
        escaped = escaped.replace(b"\n", b"\\n").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
    return escaped
