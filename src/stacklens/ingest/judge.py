"""Each record judged for itself: an event, or something to keep aside with its reason."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from stacklens.domain.decode import NotUnderstood, decode_record
from stacklens.domain.event import LogEvent
from stacklens.domain.moments import read_moment
from stacklens.domain.normalize import normalize

REQUIRED: Final = ("request_id", "service", "env", "timestamp", "action", "level", "message")
OPTIONAL: Final = ("user_id", "product_id", "error_code", "stack", "app_version")
"""Fields of the single-event contract, all texts; `price` is a number or null."""


class Refused(msgspec.Struct, frozen=True):
    """A record that is kept raw, and why."""

    raw: bytes
    reason: str


def judge_record(raw: bytes, arrival_time: datetime, sender: str | None) -> LogEvent | Refused:
    """What becomes of one record of a batch."""
    try:
        return normalize(raw, arrival_time, sender)
    except NotUnderstood as verdict:
        return Refused(raw, str(verdict))


def contract_errors(raw: bytes) -> list[tuple[str, str]]:
    """What in `raw` breaks the contract of a single event: pairs of field and reason."""
    try:
        fields, _ = decode_record(raw)
    except NotUnderstood as verdict:
        return [(verdict.field or "body", verdict.reason)]
    errors = [error for name in REQUIRED if (error := _required(fields, name))]
    errors += [
        (name, "expected a text or null")
        for name in OPTIONAL
        if not isinstance(fields.get(name), str | None)
    ]
    price = fields.get("price")
    if isinstance(price, bool) or not isinstance(price, int | float | None):
        errors.append(("price", "expected a number or null"))
    return errors


def _required(fields: Mapping[str, object], name: str) -> tuple[str, str] | None:
    if name not in fields:
        return name, "is missing"
    value = fields[name]
    if name == "timestamp":
        if read_moment(value, UTC) is None:
            return name, "expected a time such as 2026-11-22T14:30:00.000Z"
        return None
    if not isinstance(value, str):
        return name, "expected a text"
    return None if value or name not in ("service", "message") else (name, "is empty")
