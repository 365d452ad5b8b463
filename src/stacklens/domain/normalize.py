"""From any record that came to a LogEvent: one pure function, for ingest and consumer alike."""

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo
from types import NoneType
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

ARRIVAL: Final = "arrival"
"""The `time_source` of an event that states no time, or none that can be believed."""

WRAPPERS: Final = ("log", "message", "event", "line", "body")
"""Names under which shippers put the whole line of the application as a text."""

SHIPPER_NAMES: Final = frozenset(
    {"@timestamp", "@metadata", "_shipper", "agent", "date", "ecs", "input", "log_file"}
    | {"log_offset"}
)
"""What shippers add to a record: no part of what the application wrote."""

NAME_CHARS: Final = 200
"""A service, env, source or host: names that stand in lists, not texts."""

_canonical: Final = msgspec.json.Encoder(order="deterministic")
_STRINGS: Final = ("service", "env", "action", "message", "error_code", "stack")
_TEXT_OR_NOTHING: Final = frozenset({str, NoneType})
_LEVEL_TYPES: Final = frozenset({str, int, NoneType})
_PRICE_TYPES: Final = frozenset({int, float, NoneType})


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
    stated, time_source, inside = stated_time(fields, shipper, zone)
    believed = stated is not None and stated <= arrival_time + MAX_AHEAD
    return LogEvent(
        identity=identity_of(fields, shipper, stated, inside=inside),
        event_time=stated if stated is not None and believed else arrival_time,
        arrival_time=arrival_time,
        time_source=time_source if believed else ARRIVAL,
        service=_name(fields, "service") or "",
        env=_name(fields, "env") or "unknown",
        level=level_of(fields),
        source=_name(fields, "source") or _name(shipper, "log_file") or sender,
        host=_name(fields, "host") or _name(shipper, "host") or _name(fields, "hostname"),
        fields=fields,
        text=text,
    )


def unwrap(outer: Fields) -> tuple[Fields, Fields]:
    """The application's record and what the shipper put around it.

    When one text holds the whole line as a JSON object, its members win and the rest is kept
    under `_shipper`. Otherwise both are `outer`: a record that names its service is the
    application's own, and a text in it may well be JSON that is no line of a log.
    """
    for name in WRAPPERS:
        line = outer.get(name)
        if isinstance(line, str) and line[:1] == "{":
            inner = _object_in(line)
            if inner is not None and (_is_event(inner) or not outer.get("service")):
                shipper = {key: value for key, value in outer.items() if key != name}
                return {**inner, "_shipper": shipper}, shipper
    return outer, outer


def check_types(fields: Fields) -> None:
    """Raise NotUnderstood when a member that has a meaning for us is missing or means nothing."""
    if not _TEXT_OR_NOTHING.issuperset(map(type, map(fields.get, _STRINGS))):
        wrong = (name for name in _STRINGS if type(fields.get(name)) not in _TEXT_OR_NOTHING)
        raise NotUnderstood("expected a text", next(wrong))
    if type(fields.get("level")) not in _LEVEL_TYPES:
        raise NotUnderstood("expected a text or a whole number", "level")
    if type(fields.get("price")) not in _PRICE_TYPES:
        raise NotUnderstood("expected a number or null", "price")
    if not fields.get("service"):
        raise NotUnderstood("is missing", "service")
    if not message_of(fields):
        raise NotUnderstood("is missing", "message")


def stated_time(fields: Fields, shipper: Fields, zone: tzinfo) -> tuple[datetime | None, str, bool]:
    """When a record says that it happened, the field that says so, and whether `fields` has it.

    The application's own time comes before what a shipper read off its clock.
    """
    for name in TIME_NAMES:
        if (value := fields.get(name)) is not None:
            moment = read_moment(value, zone)
            if moment is not None:
                return moment, name, True
    if shipper is fields:
        return None, ARRIVAL, True
    moment, name, _ = stated_time(shipper, shipper, zone)
    return moment, name, False


def identity_of(
    fields: Fields, shipper: Fields, stated: datetime | None, *, inside: bool = True
) -> str:
    """The same for the same event, however often and by whom it is sent.

    An explicit id within its service and env, else the place in a file together with the content
    (offsets come again after a rotation), else the record as the application wrote it; both with
    the time that it states, believed or not. A time that only the shipper states (`inside` is
    false) is no part of it when the place is known: a line that is read again has another one.
    Sixteen bytes as hex; the first four are the minute of the event, so that the index on it grows
    at one end and stays in memory.
    """
    event_id = fields.get("event_id")
    if isinstance(event_id, str) and event_id:
        return _hash((fields.get("service"), fields.get("env"), event_id))
    place = None
    if (offset := shipper.get("log_offset")) is not None:
        place = (shipper.get("host"), shipper.get("log_file"), offset)
    record: Fields = fields
    if not SHIPPER_NAMES.isdisjoint(fields):
        record = {key: value for key, value in fields.items() if key not in SHIPPER_NAMES}
    seconds = None
    if stated is not None and (inside or place is None):
        seconds = stated.timestamp()
    minute = int(seconds) // 60 if seconds is not None and seconds > 0 else 0
    return f"{minute:08x}{_hash((place, seconds, record))[8:]}"


def _hash(content: object) -> str:
    return hashlib.blake2b(_canonical.encode(content), digest_size=16).hexdigest()


def _object_in(line: str) -> Fields | None:
    try:
        return decode_record(line.encode())[0]
    except NotUnderstood:
        return None


def _is_event(fields: Fields) -> bool:
    return bool(fields.get("service")) and message_of(fields) is not None


def _name(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    return value[:NAME_CHARS] if value and type(value) is str else None
