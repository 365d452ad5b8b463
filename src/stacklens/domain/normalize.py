"""From any record that came to a LogEvent: one pure function, for ingest and consumer alike."""

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from stacklens.domain.decode import NotUnderstood, decode_record, encode
from stacklens.domain.event import Fields, LogEvent, message_of
from stacklens.domain.levels import level_of
from stacklens.domain.moments import TIME_NAMES, read_moment

MAX_RECORD_BYTES: Final = 1024 * 1024
"""One record; a longer one is no log line that a person will read, and it is kept aside."""

MAX_AHEAD: Final = timedelta(minutes=5)
"""A clock further ahead than this is not believed: the arrival time is nearer the truth."""

WRAPPERS: Final = ("log", "message", "event", "line", "body")
"""Names under which shippers put the whole line of the application as a text."""

SHIPPER_NAMES: Final = frozenset(
    {"@timestamp", "@metadata", "_shipper", "agent", "ecs", "input", "log_file", "log_offset"}
)
"""What shippers add to a record: no part of what the application wrote."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_canonical: Final = msgspec.json.Encoder(order="sorted")
_STRINGS: Final = ("service", "env", "action", "message", "level", "error_code", "stack")


def normalize(
    raw: bytes, arrival_time: datetime, sender: str | None = None, zone: tzinfo = UTC
) -> LogEvent:
    """The event in `raw`, one JSON object as UTF-8.

    `sender` names who delivered it, for records that do not say where they come from; `zone` is
    taken for times without one. Raises NotUnderstood with the field and the reason.
    """
    if len(raw) > MAX_RECORD_BYTES:
        raise NotUnderstood(f"longer than {MAX_RECORD_BYTES} bytes")
    outer, text = decode_record(raw)
    fields, shipper = unwrap(outer)
    if fields is not outer:
        text = encode(fields)
    check_types(fields)
    service = fields.get("service")
    if not isinstance(service, str) or not service:
        raise NotUnderstood("is missing", "service")
    if not message_of(fields):
        raise NotUnderstood("is missing", "message")
    event_time, time_source = event_time_of(fields, shipper, arrival_time, zone)
    env = fields.get("env")
    return LogEvent(
        identity=identity_of(fields, shipper, event_time if time_source != "arrival" else None),
        event_time=event_time,
        arrival_time=arrival_time,
        time_source=time_source,
        service=service,
        env=env if isinstance(env, str) else "unknown",
        level=level_of(fields),
        source=_first_text(("source", fields), ("log_file", shipper)) or sender,
        host=_first_text(("host", fields), ("host", shipper), ("hostname", fields)),
        fields=fields,
        text=text,
    )


def unwrap(outer: Fields) -> tuple[Fields, Fields]:
    """The application's record and what the shipper put around it.

    When one text holds the whole line as a JSON object, its members win and the rest is kept
    under `_shipper`. Otherwise both are `outer`.
    """
    for name in WRAPPERS:
        line = outer.get(name)
        if isinstance(line, str) and line[:1] == "{":
            try:
                inner, _ = decode_record(line.encode("utf-8", "surrogatepass"))
            except NotUnderstood:
                continue
            shipper = {key: value for key, value in outer.items() if key != name}
            return {**inner, "_shipper": shipper}, shipper
    return outer, outer


def check_types(fields: Fields) -> None:
    """Raise NotUnderstood when a member that has a meaning for us has a type without one."""
    for name in _STRINGS:
        value = fields.get(name)
        if value is None or type(value) is str:
            continue
        if name != "level" or type(value) is not int:
            raise NotUnderstood("expected a text", name)
    price = fields.get("price")
    if price is not None and type(price) not in (int, float):
        raise NotUnderstood("expected a number or null", "price")


def event_time_of(
    fields: Fields, shipper: Fields, arrival_time: datetime, zone: tzinfo
) -> tuple[datetime, str]:
    """When it happened and the name of the field that says so.

    The application's own time comes before what a shipper read off its clock.
    """
    for record in (fields, shipper):
        for name in TIME_NAMES:
            if (value := record.get(name)) is None:
                continue
            moment = read_moment(value, zone)
            if moment is not None:
                ahead = moment > arrival_time + MAX_AHEAD
                return (arrival_time, "arrival") if ahead else (moment, name)
        if shipper is fields:
            break
    return arrival_time, "arrival"


def identity_of(fields: Fields, shipper: Fields, event_time: datetime | None) -> str:
    """The same for the same event, however often and by whom it is sent.

    An explicit id, else the place in a file together with the content (offsets come again after
    a rotation), else the record as the application wrote it. Sixteen bytes as hex; the first
    four are the minute of the event, so that the index on it grows at one end and stays in memory.
    """
    event_id = fields.get("event_id")
    if isinstance(event_id, str) and event_id:
        return _hash(b"id", event_id.encode("utf-8", "surrogatepass"))
    offset = shipper.get("log_offset")
    place = b"record"
    if offset is not None:
        place = _canonical.encode((shipper.get("host"), shipper.get("log_file"), offset))
    record: Fields = fields
    if not SHIPPER_NAMES.isdisjoint(fields):
        record = {key: value for key, value in fields.items() if key not in SHIPPER_NAMES}
    digest = _hash(place, _canonical.encode(record))
    minute = 0 if event_time is None else max(0, (event_time - _EPOCH) // timedelta(minutes=1))
    return f"{minute & 0xFFFFFFFF:08x}{digest[8:]}"


def _hash(kind: bytes, content: bytes) -> str:
    return hashlib.blake2b(kind + b"\0" + content, digest_size=16).hexdigest()


def _first_text(*candidates: tuple[str, Fields]) -> str | None:
    for name, record in candidates:
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
    return None
