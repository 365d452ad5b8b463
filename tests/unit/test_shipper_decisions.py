"""What the shipper decides, as functions of values."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklens.shipper.backoff import (
    LONGEST_RETRY_AFTER,
    Verdict,
    judge,
    pause_before,
    retry_after_seconds,
    slow_pause,
)
from stacklens.shipper.errors import BadAddressError, BadKeyError
from stacklens.shipper.wire import Record, bearer, endpoint, ndjson, packed

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verdict", "statuses"),
    [
        (Verdict.DELIVERED, [200, 202, 204]),
        (Verdict.LATER, [408, 425, 429, 500, 501, 502, 503, 504, 599]),
        (Verdict.NARROW_DOWN, [400, 413, 422]),
        (Verdict.MISCONFIGURED, [301, 302, 307, 401, 403, 404, 405, 407, 411, 415, 421]),
    ],
)
def test_every_status_has_its_verdict(verdict: Verdict, statuses: list[int]) -> None:
    assert {judge(status) for status in statuses} == {verdict}


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_no_pause_is_longer_than_the_cap(attempt: int, draw: float) -> None:
    assert 0 <= pause_before(attempt, draw, base=0.2, cap=30) <= 30
    assert 15 <= slow_pause(draw, cap=30) <= 30


def test_pauses_double_from_try_to_try_and_all_of_them_is_random() -> None:
    assert [pause_before(n, 1.0, base=1, cap=30) for n in range(1, 7)] == [2, 4, 8, 16, 30, 30]
    assert pause_before(5, 0.0, base=1, cap=30) == 0
    assert pause_before(3, 0.25, base=1, cap=30) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("7", 7),
        (" 120 ", 120),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("٣", 0),  # a digit to Python, none to HTTP
        ("99999999999", LONGEST_RETRY_AFTER),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        ("Sat, 31 Jan 2026 12:00:30 -0000", 30),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), LONGEST_RETRY_AFTER),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize(
    ("to", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/logs"),
        ("https://logs.example/", "https://logs.example/api/logs"),
        ("http://[::1]:8000", "http://[::1]:8000/api/logs"),
        ("http://logs.example/in/here?x=1#top", "http://logs.example/in/here?x=1"),
    ],
)
def test_a_base_address_gets_the_path_of_the_logs(to: str, url: str) -> None:
    assert endpoint(to) == url


@pytest.mark.parametrize(
    "to",
    ["", "localhost:8000", "ftp://x", "http://", "http://x:99999", "http://[::1", "http://x:0"],
)
def test_what_is_no_address_is_refused_before_anything_starts(to: str) -> None:
    with pytest.raises(BadAddressError, match="http://127"):
        endpoint(to)


@pytest.mark.parametrize("key", ["two words", "line\n", "schlüssel", "a\x00b"])
def test_a_key_that_cannot_travel_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(BadKeyError) as caught:
        bearer(key)
    assert key not in str(caught.value)


def test_a_key_travels_as_bearer() -> None:
    assert bearer("s3cret") == {"Authorization": "Bearer s3cret"}


@given(st.binary(max_size=60), st.text(max_size=20).filter(lambda t: t.isprintable()))
def test_any_bytes_travel_as_one_json_object_in_one_line(content: bytes, path: str) -> None:
    body = ndjson([Record(path, 7, content)], "till-1")

    assert body.count(b"\n") == 1
    assert json.loads(body) == {
        "log": content.decode("utf-8", "replace"),
        "host": "till-1",
        "log_file": path,
        "log_offset": 7,
    }


def test_a_small_body_is_sent_as_it_is_and_a_big_one_packed_the_same_way_each_time() -> None:
    assert packed(b"x" * 9, gzip_from=10) == (b"x" * 9, {"Content-Type": "application/x-ndjson"})

    body, headers = packed(b"x" * 1000, gzip_from=10)
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == b"x" * 1000
    assert packed(b"x" * 1000, gzip_from=10)[0] == body
