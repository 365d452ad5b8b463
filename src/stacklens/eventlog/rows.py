"""Events as rows of `raw_logs`, in the binary format of COPY, and back.

Binary, because nothing has to be escaped or parsed on either side: a third of the work on a row
(PostgreSQL's documentation of COPY, "Binary Format", and the send functions of the types).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from stacklens.domain.decode import decode_stored
from stacklens.domain.event import LogEvent, Record

COLUMNS: Final = (
    "partition",
    "offset",
    "arrival_time",
    "event_time",
    "identity",
    "time_source",
    "service",
    "env",
    "level",
    "source",
    "host",
    "event",
)

COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER: Final = b"\xff\xff"

_POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)

# The number of columns, then each of the first five as its length and its value.
_head: Final = Struct("!h iI iq iq iq i16s").pack
_length: Final = Struct("!i").pack
_NULL: Final = _length(-1)

StoredRow = tuple[Any, ...]
"""A row with the columns of COLUMNS in their order; the driver gives them their types."""


def copy_row(partition: int, offset: int, arrival_time: int, event: LogEvent) -> bytes:
    """One event as a tuple for COPY; `arrival_time` as `microseconds` gives it."""
    text = event.text
    head = _head(
        len(COLUMNS),
        *(4, partition),
        *(8, offset),
        *(8, arrival_time),
        *(8, microseconds(event.event_time)),
        *(16, bytes.fromhex(event.identity)),
    )
    names = _texts(
        event.time_source, event.service, event.env, event.level, event.source, event.host
    )
    return head + names + _length(len(text)) + text


def microseconds(moment: datetime) -> int:
    """A moment in UTC as PostgreSQL counts it: microseconds since 2000."""
    since = moment - _POSTGRES_EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@lru_cache(maxsize=1024)
def _texts(*texts: str | None) -> bytes:
    """The columns that are the same for most lines of an application."""
    encoded = (None if text is None else text.encode() for text in texts)
    return b"".join(_NULL if text is None else _length(len(text)) + text for text in encoded)


def record_of(row: StoredRow) -> Record:
    """The record in a row, its columns in the order of COLUMNS."""
    (
        partition,
        offset,
        arrival_time,
        event_time,
        identity,
        time_source,
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
