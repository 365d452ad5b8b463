"""Times as applications and shippers write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.domain.moments import read_moment

NOON = datetime(2024, 1, 15, 12, 0, tzinfo=UTC)
MILLIS = NOON + timedelta(milliseconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-01-15T12:00:00Z", NOON),
        ("2024-01-15T12:00:00.001Z", MILLIS),
        ("2024-01-15t12:00:00.001z", MILLIS),
        ("2024-01-15T12:00:00.001000000Z", MILLIS),
        ("2024-01-15T13:00:00+01:00", NOON),
        ("2024-01-15T13:00:00.001+0100", MILLIS),
        ("2024-01-15 07:00:00-05:00", NOON),
        ("20240115T120000Z", NOON),
        ("2024-01-15", datetime(2024, 1, 15, tzinfo=UTC)),
        # Winston without a zone, Python's logging, both taken to be in the zone that is passed.
        ("2024-01-15 12:00:00.001", MILLIS),
        ("2024-01-15 12:00:00,001", MILLIS),
        # Epoch numbers, and as texts.
        (1705320000, NOON),
        (1705320000.001, MILLIS),
        (1795361400250, datetime(2026, 11, 22, 15, 30, 0, 250_000, tzinfo=UTC)),
        (1705320000001, MILLIS),
        (1705320000001000, MILLIS),
        (1705320000001000000, MILLIS),
        ("1705320000", NOON),
        ("1705320000.001", MILLIS),
        ("1705320000001", MILLIS),
        ("1705320000001000", MILLIS),
        ("1705320000001000000", MILLIS),
        ("20240115", datetime(1970, 8, 23, 6, 15, 15, tzinfo=UTC)),
        # Old and far times are times.
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2100-01-01T00:00:00Z", datetime(2100, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        (1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_understood(value: object, moment: datetime) -> None:
    read = read_moment(value, UTC)
    assert read is not None
    assert read == moment
    assert read.tzinfo is UTC


def test_a_time_without_a_zone_is_in_the_zone_that_is_given() -> None:
    assert read_moment("2024-01-15 13:00:00.000", BERLIN) == NOON
    assert read_moment("2024-07-15 14:00:00.000", BERLIN) == NOON.replace(month=7)
    assert read_moment("2024-01-15T13:00:00Z", BERLIN) == NOON.replace(hour=13)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "14:30",
        "2024-13-45T00:00:00Z",
        "2024-01-15T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "nan",
        "inf",
        "-5",
        "0",
        "²",
        "1" * 39,
        "x" * 1_000_000,
        "\ud800",
        0,
        -1705320000,
        10**19,
        10**300,
        1e300,
        float("nan"),
        True,
        None,
        [],
        {"seconds": 5},
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert read_moment(value, UTC) is None


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.none(),
    st.sampled_from([UTC, BERLIN, timezone(timedelta(hours=-14))]),
)
def test_no_value_is_a_fault(value: object, zone: timezone) -> None:
    read = read_moment(value, zone)
    assert read is None or read.tzinfo is UTC


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert read_moment(moment.isoformat(), UTC) == moment
    assert read_moment(moment.isoformat(" "), UTC) == moment
