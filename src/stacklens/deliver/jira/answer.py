"""Reading Jira's answers: they are outside data, and errors come in many shapes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from stacklens.deliver.jira.adf import visible

REASON_LIMIT: Final = 500
"""Characters of Jira's words that are kept and shown."""

DEFAULT_RETRY_AFTER_S: Final = 2.0
LONGEST_RETRY_AFTER_S: Final = 3_600.0

_HTML: Final = re.compile(rb"\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in any case) and body as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json_object(self) -> Mapping[str, object]:
        """The body as a JSON object; an empty one when it is anything else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def is_html(self) -> bool:
        """Whether this is a page for people: a login, a proxy, another program."""
        kind = self.headers.get("content-type", "")
        return _HTML.match(self.body) is not None or (
            "html" in kind.lower() and b"<" in self.body[:200]
        )


def reason(answer: Answer, *, hide: str) -> str:
    """What Jira said, in its own words where there are any, without `hide` (the token)."""
    told = " ".join(visible(_told(answer).replace(hide, "•••")).split())
    return told if len(told) <= REASON_LIMIT else told[: REASON_LIMIT - 1] + "…"


def _told(answer: Answer) -> str:
    status = answer.status
    if httpx.codes.is_redirect(status):
        return f"Jira answered {status} with a redirect: is JIRA_BASE_URL right, or a login wanted?"
    if answer.is_html:
        return (
            f"Jira answered {status} with an HTML page: is JIRA_BASE_URL right, or a login wanted?"
        )
    words = "; ".join(_error_texts(answer.json_object())) or _plain_text(answer)
    told = f"Jira answered {status}: {words}" if words else f"Jira answered {status} without words"
    return f"{told} {_SIGN_IN_HINT}" if status == httpx.codes.UNAUTHORIZED else told


_SIGN_IN_HINT: Final = (
    "(Check JIRA_USER and JIRA_TOKEN. A token with scopes does not work at the site's address.)"
)


def _plain_text(answer: Answer) -> str:
    if not httpx.codes.is_error(answer.status) or answer.headers.get("content-encoding"):
        return "not in the form that was expected"
    text = answer.body.decode("utf-8", "replace").strip()
    return "" if text.startswith(("{", "[")) else text


def _error_texts(error: Mapping[str, object]) -> Iterator[str]:
    """Jira's own error collection, its older singular form, and problem+json."""
    messages = error.get("errorMessages")
    if isinstance(messages, list):
        yield from (message for message in messages if isinstance(message, str))
    fields = error.get("errors")
    if isinstance(fields, dict):
        yield from (f"{name}: {text}" for name, text in fields.items() if isinstance(text, str))
    for name in ("errorMessage", "message", "detail"):
        text = error.get(name)
        if isinstance(text, str):
            yield text


def retry_after(answer: Answer, *, default: float = DEFAULT_RETRY_AFTER_S) -> float:
    """Seconds to wait at least: Retry-After, else X-RateLimit-Reset, else `default`.

    At most LONGEST_RETRY_AFTER_S: a broken header must not hold a ticket for ever. A time is
    compared with the answer's own Date, so that clocks need not agree.
    """
    headers = answer.headers
    wait = _seconds(headers.get("retry-after"), headers.get("date"))
    if wait is None:
        wait = _seconds(headers.get("x-ratelimit-reset"), headers.get("date"))
    return default if wait is None else min(max(wait, 0.0), LONGEST_RETRY_AFTER_S)


def _seconds(value: str | None, date: str | None) -> float | None:
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    until, now = _time(value), _time(date or "")
    return (until - now).total_seconds() if until and now else None


def _time(value: str) -> datetime | None:
    """An HTTP date or an ISO time; UTC where no zone is told."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value.strip())
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
