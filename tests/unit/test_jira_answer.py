"""Reading Jira's answers: words for people, seconds for the retry."""

import json

import pytest

from stacklens.deliver.jira.answer import (
    DEFAULT_RETRY_AFTER_S,
    LONGEST_RETRY_AFTER_S,
    REASON_LIMIT,
    Answer,
    reason,
    retry_after,
)

TOKEN = "ATATT3xFfGF0-very-secret"
WORDLESS = "Jira answered 400 without words"
UNREADABLE = "not in the form that was expected"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            answer(400, {"errorMessages": ["No."], "errors": {"summary": "Too long."}}),
            "Jira answered 400: No.; summary: Too long.",
        ),
        (answer(403, {"errorMessage": "Not you."}), "Jira answered 403: Not you."),
        (answer(404, {"detail": "No such path."}), "Jira answered 404: No such path."),
        (answer(400, {"errorMessages": "No.", "errors": ["x"]}), WORDLESS),
        (answer(400, {"errorMessages": [7], "errors": {"a": 7}}), WORDLESS),
        (answer(400, [1, 2]), WORDLESS),
        (answer(500, b"upstream  is\n away"), "Jira answered 500: upstream is away"),
        (answer(502, b"\xff\xfe"), "Jira answered 502: \ufffd\ufffd"),
        (answer(503), "Jira answered 503 without words"),
        (answer(500, b"\x1f\x8b", content_encoding="gzip"), f"Jira answered 500: {UNREADABLE}"),
        (answer(200, b"ok"), f"Jira answered 200: {UNREADABLE}"),
        (
            answer(200, b"<!DOCTYPE html><html>"),
            "Jira answered 200 with an HTML page: is JIRA_BASE_URL right, or a login wanted?",
        ),
        (
            answer(404, b"<h1>gone</h1>", content_type="text/html;charset=UTF-8"),
            "Jira answered 404 with an HTML page: is JIRA_BASE_URL right, or a login wanted?",
        ),
        (
            answer(302, b"", location="https://id.example/login"),
            "Jira answered 302 with a redirect: is JIRA_BASE_URL right, or a login wanted?",
        ),
    ],
)  # fmt: skip
def test_the_reason_is_in_jiras_own_words(given: Answer, told: str) -> None:
    assert reason(given, hide=TOKEN) == told


def test_an_unauthorized_answer_names_what_to_check() -> None:
    told = reason(answer(401, b"Client must be authenticated."), hide=TOKEN)
    assert told.startswith("Jira answered 401: Client must be authenticated.")
    assert "JIRA_USER and JIRA_TOKEN" in told
    assert "scopes" in told


def test_an_echoed_token_is_hidden() -> None:
    told = reason(answer(400, {"errorMessages": [f"bad {TOKEN}"]}), hide=TOKEN)
    assert TOKEN not in told
    assert "bad •••" in told


def test_hostile_words_are_short_and_visible() -> None:
    told = reason(answer(400, {"errorMessages": ["\x1b[31m\u202e" + "x" * 10_000]}), hide=TOKEN)
    assert len(told) == REASON_LIMIT
    assert "\x1b" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"null", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_object_reads_as_an_empty_one(body: bytes) -> None:
    assert answer(201, body).json_object() == {}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": " 1.5 "}, 1.5),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "999999999"}, LONGEST_RETRY_AFTER_S),
        ({"retry_after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": DATE}, 30.0),
        ({"retry_after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": DATE}, 0.0),
        ({"retry_after": "Sun, 22 Nov 2026 10:00:30 GMT"}, DEFAULT_RETRY_AFTER_S),
        ({"x_ratelimit_reset": "2026-11-22T10:01Z", "date": DATE}, 60.0),
        ({"x_ratelimit_reset": "2026-11-22T10:01", "date": DATE}, 60.0),
        ({"retry_after": "soon", "x_ratelimit_reset": "9"}, 9.0),
        ({"retry_after": "-3"}, DEFAULT_RETRY_AFTER_S),
        ({"retry_after": "nan"}, DEFAULT_RETRY_AFTER_S),
        ({"retry_after": "9" * 400}, DEFAULT_RETRY_AFTER_S),
        ({}, DEFAULT_RETRY_AFTER_S),
    ],
)
def test_the_wait_is_read_from_whatever_header_tells_it(
    headers: dict[str, str], seconds: float
) -> None:
    assert retry_after(answer(429, **headers)) == seconds


def test_another_default_may_be_given() -> None:
    assert retry_after(answer(503), default=0.0) == 0.0
