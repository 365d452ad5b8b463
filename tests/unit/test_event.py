"""The value that ingest makes and detection reads."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from stacklens.domain.event import LogEvent, message_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def event(fields: Mapping[str, object], source: str | None = None) -> LogEvent:
    return LogEvent(
        identity="0" * 32,
        event_time=NOW,
        arrival_time=NOW,
        time_source="timestamp",
        service="pos",
        env="test",
        level="info",
        source=source,
        host=None,
        fields=fields,
        text=b"{}",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"message": "a", "msg": "b"}, "a"),
        ({"message": "", "msg": "b"}, "b"),
        ({"message": 5, "event": "c"}, "c"),
        ({"body": "d"}, "d"),
        ({"short_message": "e", "log": "f"}, "e"),
        ({"log": "f"}, "f"),
        ({"log": {"level": "x"}}, None),
        ({}, None),
    ],
)
def test_the_message_under_its_many_names(
    fields: Mapping[str, object], message: str | None
) -> None:
    assert message_of(fields) == message
    assert event(fields).message == (message or "")


def test_a_field_is_a_text_or_nothing() -> None:
    one = event({"action": "sell", "price": 5})
    assert (one.text_of("action"), one.text_of("price"), one.text_of("x")) == ("sell", None, None)


def test_one_request_has_one_partition_whatever_its_source() -> None:
    places = {event({"request_id": "r1"}, source).partition_of(64) for source in (None, "a", "b")}
    assert len(places) == 1


def test_requests_spread_and_so_do_sources_without_one() -> None:
    requests = {event({"request_id": f"r{number}"}).partition_of(8) for number in range(100)}
    sources = {event({}, f"shop-{number}").partition_of(8) for number in range(100)}
    assert requests == sources == set(range(8))


@pytest.mark.parametrize("request_id", [None, 5, 10**30, {"a": 1}, "\ud800", ""])
def test_every_event_has_a_partition(request_id: object) -> None:
    assert 0 <= event({"request_id": request_id}).partition_of(3) < 3


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        event({}).service = "other"  # type: ignore[misc]
