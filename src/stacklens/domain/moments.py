"""Points in time as applications and shippers write them."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

TIME_NAMES: Final = (
    "timestamp",
    "time",
    "ts",
    "@timestamp",
    "eventTime",
    "datetime",
    "asctime",
    "date",
    "timeUnixNano",
)
"""Where a record says when it happened, the application's own names first."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = 19
"""A nanosecond epoch has 19 digits until the year 2286; more are no time."""

_SCALES: Final = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**_DIGITS, 10**9))
"""An epoch number below the first is in units of which the second make one second: up to 1e11
can only be seconds, up to 1e14 milliseconds, then micro- and nanoseconds."""


def read_moment(value: object, zone: tzinfo) -> datetime | None:
    """The moment that a text or an epoch number stands for, in UTC; None when it is none.

    Texts are RFC 3339, the other ISO 8601 forms that Python reads, the zone-less forms of Winston
    and of Python's logging (taken to be in `zone`), and numbers written as text.
    """
    if isinstance(value, str):
        return _read_text(value, zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _read_number(value)
    return None


def _read_text(text: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # RFC 3339 allows a small z, Python does not.
        return _read_text(text[:-1] + "Z", zone) if text[-1:] == "z" else _read_digits(text)
    # "20240115" alone is a date for Python and a number for everybody who logs.
    if text.isdigit():
        return _read_digits(text)
    if moment.tzinfo is UTC:
        return moment
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _read_digits(text: str) -> datetime | None:
    if len(text) > 2 * _DIGITS:
        return None
    try:
        return _read_number(int(text) if text.isdecimal() else float(text))
    except ValueError:
        return None


def _read_number(number: float) -> datetime | None:
    if not 0 < number < 10**_DIGITS:
        return None
    scale = next(scale for limit, scale in _SCALES if number < limit)
    # A float64 has no room for microseconds since 1970 times anything.
    whole = isinstance(number, int)
    micros = number * 10**6 // scale if whole else round(number / scale * 1e6)
    return _EPOCH + timedelta(microseconds=micros)
