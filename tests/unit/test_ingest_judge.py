"""What is said about a single event, and about each record of a batch."""

import json
from datetime import UTC, datetime

import pytest

from stacklens.domain.event import LogEvent
from stacklens.ingest.judge import OPTIONAL, REQUIRED, Refused, contract_errors, judge_record

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
LINE: dict[str, object] = {
    "request_id": "r1",
    "service": "pos-demo",
    "env": "production",
    "timestamp": "2026-11-22T15:30:00Z",
    "action": "create_order",
    "level": "error",
    "message": "Product price is null",
}


def errors(**changed: object) -> list[tuple[str, str]]:
    return contract_errors(json.dumps({**LINE, **changed}).encode())


def test_a_line_of_the_contract_has_no_errors() -> None:
    assert errors() == []
    assert errors(**dict.fromkeys([*OPTIONAL, "price"])) == []
    assert errors(**dict.fromkeys(OPTIONAL, "text"), price=5, more={"a": [1]}) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_is_missed(name: str) -> None:
    line = {key: value for key, value in LINE.items() if key != name}
    assert contract_errors(json.dumps(line).encode()) == [(name, "is missing")]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        *((name, None, "expected a text") for name in REQUIRED if name != "timestamp"),
        *((name, 5, "expected a text") for name in REQUIRED if name != "timestamp"),
        *((name, 5, "expected a text or null") for name in OPTIONAL),
        *((name, ["a"], "expected a text or null") for name in OPTIONAL),
        ("service", "", "is empty"),
        ("message", "", "is empty"),
        ("timestamp", None, "expected a time such as 2026-11-22T14:30:00.000Z"),
        ("timestamp", "", "expected a time such as 2026-11-22T14:30:00.000Z"),
        ("timestamp", "soon", "expected a time such as 2026-11-22T14:30:00.000Z"),
        ("timestamp", {}, "expected a time such as 2026-11-22T14:30:00.000Z"),
        ("price", "5", "expected a number or null"),
        ("price", True, "expected a number or null"),
        ("price", [5], "expected a number or null"),
    ],
)
def test_what_breaks_the_contract_is_told_with_its_field(
    field: str, value: object, reason: str
) -> None:
    assert errors(**{field: value}) == [(field, reason)]


def test_all_errors_are_told_at_once() -> None:
    assert [name for name, _ in contract_errors(b'{"price": "x", "stack": 1}')] == [
        *REQUIRED,
        "stack",
        "price",
    ]


@pytest.mark.parametrize("empty", ["request_id", "env", "action", "level"])
def test_what_has_no_meaning_for_us_may_be_empty(empty: str) -> None:
    assert errors(**{empty: ""}) == []


@pytest.mark.parametrize("time", ["2026-11-22 15:30:00.123", 1705320000, "1705320000001"])
def test_all_forms_of_time_are_fine(time: object) -> None:
    assert errors(timestamp=time) == []


@pytest.mark.parametrize("raw", [b"", b"x", b"[]", b'"x"', b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_object_is_an_error_of_the_body(raw: bytes) -> None:
    ((field, reason),) = contract_errors(raw)
    assert field == "body"
    assert reason


def test_a_record_of_a_batch_needs_less_than_the_contract() -> None:
    verdict = judge_record(b'{"service": "a", "message": "b"}', NOW, "sender")
    assert isinstance(verdict, LogEvent)
    assert (verdict.source, verdict.arrival_time) == ("sender", NOW)


def test_what_is_refused_is_kept_as_it_came() -> None:
    assert judge_record(b"\xff\x00", NOW, None) == Refused(
        b"\xff\x00", "not JSON: Expecting value at character 0"
    )
    assert judge_record(b'{"message": "b"}', NOW, None) == Refused(
        b'{"message": "b"}', "service: is missing"
    )
