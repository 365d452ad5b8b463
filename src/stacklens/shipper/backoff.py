"""What an answer means for the lines that were sent, and how long to wait before the next try."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

# A server that asks for more than this is taken to be mistaken: lines would wait for days.
LONGEST_RETRY_AFTER = 3_600.0

_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_NARROW_DOWN = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


class Verdict(StrEnum):
    """The fate of a request."""

    DELIVERED = "delivered"
    LATER = "later"  # the server is in trouble: the same again after a pause
    NARROW_DOWN = "narrow down"  # something in it is at fault: halve it until that line is found
    MISCONFIGURED = "misconfigured"  # a person must change something: the same again, slowly


def judge(status: int) -> Verdict:
    """The verdict on an HTTP status; what is not known counts as a mistake in the set-up."""
    if HTTPStatus(200) <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.DELIVERED
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict.LATER
    if status in _NARROW_DOWN:
        return Verdict.NARROW_DOWN
    return Verdict.MISCONFIGURED


def retry_after_seconds(header: str | None, now: datetime) -> float:
    """Seconds that a `Retry-After` header (RFC 9110, 10.2.3: seconds or a date) asks to wait.

    `now` has a zone. Nothing, nonsense and the past are 0.
    """
    if header is None:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    # "-0000" parses as a time without a zone and means UTC (RFC 5322, 3.3).
    seconds = (at.replace(tzinfo=at.tzinfo or now.tzinfo) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def pause_before(attempt: int, draw: float, *, base: float, cap: float) -> float:
    """Seconds before try number `attempt` + 1, with full jitter.

    `attempt` counts from 1 the tries that failed, `draw` is uniform in 0..1. All of the pause is
    random, so that a thousand tills that lost one server do not come back in step
    (M. Brooker, "Exponential Backoff and Jitter").
    """
    # 2**16 times any base is above any cap; the bound keeps the number small after days of trying.
    return draw * min(cap, base * 2.0 ** min(attempt, 16))


def slow_pause(draw: float, *, cap: float) -> float:
    """Seconds before the next try when only a person can help: half of `cap` to all of it."""
    return cap * (0.5 + 0.5 * draw)
