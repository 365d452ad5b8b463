"""From whatever came to an event, and to its identity."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.domain.decode import NotUnderstood
from stacklens.domain.event import LogEvent
from stacklens.domain.normalize import MAX_RECORD_BYTES, NAME_CHARS, normalize

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
TIME = "2026-11-22T15:30:00.250Z"
AT = datetime(2026, 11, 22, 15, 30, 0, 250_000, tzinfo=UTC)

LINE: dict[str, object] = {
    "request_id": "7c0e6f0a-8f3e-4b0a-9a3e-5f2d8c1b7a60",
    "service": "pos-demo",
    "env": "production",
    "timestamp": TIME,
    "action": "create_order",
    "level": "error",
    "message": "Product price is null — für p2",
    "product_id": "p2",
    "price": None,
    "error_code": "PRICE_MISSING",
}


def line(**changed: object) -> dict[str, object]:
    return {**LINE, **changed}


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in LINE.items() if name not in names}


def event(record: object, sender: str | None = None, now: datetime = NOW) -> LogEvent:
    return normalize(json.dumps(record).encode(), now, sender)


def shipped(
    record: object, offset: int | None = None, log_file: str = "/log/a.log", **outer: object
) -> dict[str, object]:
    place = {} if offset is None else {"host": "till-1", "log_file": log_file, "log_offset": offset}
    return {**place, **outer, "log": json.dumps(record)}


# --- what an event is ---------------------------------------------------------------------------


def test_a_line_of_the_contract() -> None:
    read = event(LINE, "127.0.0.1")
    assert read.event_time == AT
    assert (read.arrival_time, read.time_source) == (NOW, "timestamp")
    assert (read.service, read.env, read.level) == ("pos-demo", "production", "error")
    assert (read.source, read.host) == ("127.0.0.1", None)
    assert read.fields == LINE
    assert read.message == LINE["message"]


def test_everything_else_that_came_is_kept_untouched() -> None:
    more = {"store_id": "s1", "nested": {"b": [1, {"c": None}]}, "n": 2**70, "log": {"level": "x"}}
    raw = json.dumps(line(**more), indent=1).encode()
    read = normalize(raw, NOW)
    assert read.fields == line(**more)
    assert read.text == raw


@pytest.mark.parametrize(
    ("record", "field", "reason"),
    [
        (without("service"), "service", "is missing"),
        (line(service=""), "service", "is missing"),
        (line(service=None), "service", "is missing"),
        (line(service=["pos"]), "service", "expected a text"),
        (without("message"), "message", "is missing"),
        (line(message=""), "message", "is missing"),
        (line(message={"text": "x"}), "message", "expected a text"),
        (line(env=5), "env", "expected a text"),
        (line(action=True), "action", "expected a text"),
        (line(error_code=404), "error_code", "expected a text"),
        (line(stack=["at a", "at b"]), "stack", "expected a text"),
        (line(level=3.5), "level", "expected a text or a whole number"),
        (line(level=True), "level", "expected a text or a whole number"),
        (line(price="49.99"), "price", "expected a number or null"),
        (line(price=True), "price", "expected a number or null"),
        ([LINE], "", "expected a JSON object, found an array"),
        ({"log": "plain text"}, "service", "is missing"),
        ({"log": '{"message": "no service"}'}, "service", "is missing"),
        ({"log": '{"service": "no message"}'}, "message", "is missing"),
    ],
)
def test_what_is_no_event_is_told_with_field_and_reason(
    record: object, field: str, reason: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        event(record)
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_a_record_of_more_than_a_megabyte_is_no_line() -> None:
    with pytest.raises(NotUnderstood, match="longer than 1048576 bytes"):
        normalize(b" " * MAX_RECORD_BYTES + b"{}", NOW)


def test_an_event_of_almost_a_megabyte_is_one() -> None:
    assert event(line(**{"k" * 1_000_000: "v"})).service == "pos-demo"


@pytest.mark.parametrize("name", ["env", "action", "level", "error_code", "stack", "price"])
def test_what_is_optional_may_be_missing_or_null(name: str) -> None:
    assert event(without(name)).service == event(line(**{name: None})).service == "pos-demo"


def test_an_event_without_env_and_level_has_the_usual_ones() -> None:
    read = event(without("env", "level"))
    assert (read.env, read.level) == ("unknown", "info")


def test_names_have_a_length_for_lists_and_the_fields_have_the_whole() -> None:
    long = "s" * 5_000
    read = event(line(service=long, env=long, source=long, host=long))
    assert {read.service, read.env, read.source, read.host} == {"s" * NAME_CHARS}
    assert read.fields["service"] == long


@pytest.mark.parametrize(
    ("record", "source", "host"),
    [
        (line(), "sender", None),
        (line(source="till", host="h"), "till", "h"),
        (line(source=5, host={"name": "h"}, hostname="pid1"), "sender", "pid1"),
        (line(log_file="/log/a"), "/log/a", None),
        (shipped(LINE, 5), "/log/a.log", "till-1"),
        (shipped(line(host="inner", source="app"), 5), "app", "inner"),
        (shipped(line(hostname="inner"), 5), "/log/a.log", "till-1"),
    ],
)
def test_source_and_host_are_found_where_they_stand(
    record: object, source: str, host: str | None
) -> None:
    read = event(record, "sender")
    assert (read.source, read.host) == (source, host)


def test_markup_and_escape_codes_are_text_like_any_other() -> None:
    nasty = "<script>alert(1)</script> \x1b[31m\x07 '; DROP TABLE alerts; --"
    read = event(line(message=nasty))
    assert read.message == nasty
    assert json.loads(read.text)["message"] == nasty


# --- wrapped lines ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["log", "message", "event", "line", "body"])
def test_a_line_inside_of_a_record_is_taken_out(name: str) -> None:
    outer = {"stream": "stdout", "level": "trace", "timestamp": "2020-01-01T00:00:00Z"}
    read = event({**outer, name: json.dumps(LINE) + "\n"})
    assert read.fields == {**LINE, "_shipper": outer}
    assert (read.level, read.event_time) == ("error", AT)
    assert json.loads(read.text) == read.fields


def test_the_members_of_the_line_win() -> None:
    read = event({"service": "label", "env": "outer", "log": json.dumps(LINE)})
    assert (read.service, read.env) == ("pos-demo", "production")
    assert read.fields["_shipper"] == {"service": "label", "env": "outer"}


@pytest.mark.parametrize(
    "message",
    [
        '{"reason": "card refused"}',
        '{"service": "other"}',
        '{"message": "but whose?"}',
        "{broken",
        '{"a": ' * 300,
        "[1]",
    ],
)
def test_a_message_that_is_json_but_no_line_is_a_message(message: str) -> None:
    record = line(message=message)
    assert event(record).fields == record


def test_a_line_inside_that_needs_cleaning_is_cleaned() -> None:
    read = normalize(
        rb'{"log": "{\"service\": \"a\", \"message\": \"x\\u0000\\ud800\", \"n\": 1e-9999}"}', NOW
    )
    assert read.message == "x\u2400\N{REPLACEMENT CHARACTER}"
    assert json.loads(read.text)["n"] == 0.0


# --- when it happened ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "source"),
    [
        ({"timestamp": TIME, "time": "2020-01-01T00:00:00Z"}, "timestamp"),
        ({"timestamp": "soon", "time": TIME}, "time"),
        ({"timestamp": None, "ts": AT.timestamp()}, "ts"),
        ({"@timestamp": TIME, "eventTime": "2020-01-01T00:00:00Z"}, "@timestamp"),
        ({"eventTime": TIME}, "eventTime"),
        ({"datetime": TIME}, "datetime"),
        ({"asctime": "2026-11-22 15:30:00,250"}, "asctime"),
        ({"date": AT.timestamp()}, "date"),
        ({"timeUnixNano": str(int(AT.timestamp() * 1000)) + "000000"}, "timeUnixNano"),
    ],
)
def test_the_first_time_that_can_be_read_counts(times: dict[str, object], source: str) -> None:
    read = event({**without("timestamp"), **times})
    assert (read.event_time, read.time_source) == (AT, source)


def test_without_a_time_it_is_when_it_arrived() -> None:
    for record in (without("timestamp"), line(timestamp="yesterday")):
        read = event(record)
        assert (read.event_time, read.time_source) == (NOW, "arrival")


def test_the_shippers_time_counts_when_the_line_has_none() -> None:
    read = event({"time": TIME, "log": json.dumps(without("timestamp"))})
    assert (read.event_time, read.time_source) == (AT, "time")


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [(timedelta(minutes=5), True), (timedelta(minutes=5, microseconds=1), False)],
)
def test_a_clock_far_ahead_is_not_believed(ahead: timedelta, believed: bool) -> None:
    read = event(line(timestamp=(NOW + ahead).isoformat()))
    assert read.event_time == (NOW + ahead if believed else NOW)
    assert read.time_source == ("timestamp" if believed else "arrival")


def test_old_times_are_believed_and_far_ones_are_not() -> None:
    assert event(line(timestamp="1970-01-01T00:00:00Z")).event_time.year == 1970
    assert event(line(timestamp="2100-01-01T00:00:00Z")).event_time == NOW


def test_a_time_without_a_zone_is_in_the_zone_of_the_installation() -> None:
    raw = json.dumps(line(timestamp="2026-11-22 16:30:00.250")).encode()
    assert normalize(raw, NOW, zone=ZoneInfo("Europe/Berlin")).event_time == AT


# --- identity -----------------------------------------------------------------------------------


def identity(record: object, now: datetime = NOW) -> str:
    return event(record, now=now).identity


def test_identity_is_sixteen_bytes_that_begin_with_the_minute() -> None:
    found = identity(LINE)
    assert len(bytes.fromhex(found)) == 16
    assert int(found[:8], 16) == int(AT.timestamp()) // 60


def test_an_identity_never_changes_by_accident() -> None:
    """What was stored before an update must be known after it."""
    assert identity(LINE) == "01c895824030ac58ae28bd06bbd80761"
    assert identity(shipped(LINE, 7)) == "01c8958254191b5aae871eb690ae8cd0"


SAME_AS_LINE = {
    "other order and spaces": json.dumps(dict(reversed(LINE.items())), indent=2).encode(),
    "escaped": json.dumps(LINE, ensure_ascii=True).encode(),
    "not escaped": json.dumps(LINE, ensure_ascii=False).encode(),
    "escaped without need": json.dumps(LINE).replace("p2", "\\u0070\\u0032").encode(),
    "Fluent Bit adds a date": json.dumps({"date": 1705312800.001, **LINE}).encode(),
    "Filebeat adds its own": json.dumps(
        {
            **LINE,
            "@timestamp": "2026-11-22T15:59:59Z",
            "@metadata": {"beat": "filebeat"},
            "agent": {"version": "8"},
            "ecs": {},
            "input": {"type": "filestream"},
        }
    ).encode(),
    "a line inside of a record": json.dumps(shipped(LINE)).encode(),
    "a line inside, with what Docker adds": json.dumps(
        {"log": json.dumps(LINE) + "\n", "stream": "stdout", "time": "2026-11-22T15:31:00Z"}
    ).encode(),
}


@pytest.mark.parametrize("raw", SAME_AS_LINE.values(), ids=SAME_AS_LINE.keys())
def test_the_same_line_has_the_same_identity_however_it_comes(raw: bytes) -> None:
    assert normalize(raw, NOW + timedelta(minutes=3), "somebody").identity == identity(LINE)


@pytest.mark.parametrize(
    "changed",
    [
        {"message": "other"},
        {"price": 0},
        {"price": 0.0},
        {"more": None},
        {"timestamp": "2026-11-22T15:30:00.251Z"},
    ],
)
def test_another_line_has_another_identity(changed: dict[str, object]) -> None:
    assert identity(line(**changed)) != identity(LINE)


def test_an_explicit_id_comes_before_everything() -> None:
    assert identity(line(event_id="e1")) == identity(line(event_id="e1", message="other"))
    assert identity(line(event_id="e1")) == identity(shipped(line(event_id="e1"), 7))
    assert identity(line(event_id="e1")) != identity(line(event_id="e2"))


@pytest.mark.parametrize("event_id", ["", None, 4625, ["e1"]])
def test_what_is_no_explicit_id_is_a_field(event_id: object) -> None:
    assert identity(line(event_id=event_id)) != identity(line(event_id=event_id, message="other"))


def test_a_line_has_its_place_in_a_file() -> None:
    at_seven = identity(shipped(LINE, 7))
    assert at_seven == identity(shipped(LINE, 7))
    assert at_seven == identity(shipped(dict(reversed(LINE.items())), 7))
    assert at_seven != identity(shipped(LINE, 8))
    assert at_seven != identity(shipped(LINE, 7, "/log/b.log"))
    assert at_seven != identity(shipped(LINE, 7, host="till-2"))
    assert at_seven != identity(LINE)


def test_a_place_that_comes_again_after_a_rotation_holds_another_line() -> None:
    assert identity(shipped(LINE, 0)) != identity(shipped(line(message="other"), 0))


def test_the_place_of_a_flat_record_counts_too() -> None:
    place = {"host": "till-1", "log_file": "/log/a.log"}
    seven = identity(line(**place, log_offset=7))
    assert seven == identity(line(**place, log_offset=7, **{"@timestamp": "2026-11-22T15:59:00Z"}))
    assert seven != identity(line(**place, log_offset=8))


def test_a_line_that_is_read_again_is_the_same_although_the_clock_moved_on() -> None:
    """The shipper stamps what it reads; the place says that it is the same line."""
    timeless = without("timestamp")
    first = {**shipped(timeless, 7), "@timestamp": "2026-11-22T15:00:00Z"}
    again = {**shipped(timeless, 7), "@timestamp": "2026-11-22T15:40:00Z"}
    assert identity(first) == identity(again)


@pytest.mark.parametrize("name", ["@timestamp", "date", "time"])
def test_equal_lines_at_different_times_are_two_events(name: str) -> None:
    """ECS loggers write @timestamp themselves: it may be the only thing that tells them apart."""
    timeless = without("timestamp", "request_id")
    times = ["2026-11-22T15:00:00.001Z", "2026-11-22T15:00:00.002Z"]
    flat = {identity({**timeless, name: time}) for time in times}
    wrapped = {identity({name: time, **shipped(timeless)}) for time in times}
    inside = {identity(shipped({**timeless, name: time}, 0)) for time in times}
    assert len(flat) == len(wrapped) == len(inside) == 2


def test_a_line_of_a_clock_that_is_ahead_is_the_same_when_it_is_sent_again() -> None:
    """At first its time is not believed; minutes later it is."""
    ahead = line(timestamp=(NOW + timedelta(minutes=6)).isoformat())
    assert identity(ahead) == identity(ahead, NOW + timedelta(minutes=2))


def test_a_line_without_any_time_is_known_again() -> None:
    timeless = without("timestamp")
    assert identity(timeless) == identity(timeless, NOW + timedelta(hours=3))
    assert identity(timeless)[:8] == "00000000"


@pytest.mark.parametrize("time", ["1969-12-31T23:59:00Z", "0001-01-01T00:00:00Z"])
def test_times_before_1970_have_an_identity(time: str) -> None:
    assert identity(line(timestamp=time))[:8] == "00000000"


# --- no input is a fault ------------------------------------------------------------------------

KNOWN = (
    *("service", "message", "log", "timestamp", "@timestamp", "level", "event_id", "log_offset"),
    *("host", "env", "price", "request_id", "severityNumber", "msg", "date", "_shipper"),
)
NAMES = st.sampled_from(KNOWN) | st.text(max_size=5)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from([TIME, "error", json.dumps(LINE), '{"service": "a", "message": "b"}', "{"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=8), st.booleans())
def test_every_record_is_an_event_or_told_apart(record: dict[str, object], complete: bool) -> None:
    raw = json.dumps({**record, "service": "a", "message": "b"} if complete else record).encode()
    try:
        read = normalize(raw, NOW, "sender")
    except NotUnderstood:
        return
    assert json.loads(read.text) == read.fields
    assert json.loads(read.text.decode("utf-8")) == read.fields
    assert "\x00" not in read.service + read.message
    assert read.event_time <= NOW + timedelta(minutes=5)
    assert len(bytes.fromhex(read.identity)) == 16
    assert normalize(raw, NOW + timedelta(days=1), "other").identity == read.identity


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault(raw: bytes) -> None:
    with pytest.raises(NotUnderstood):
        normalize(raw, NOW)
