"""What detection says about an event, and the fingerprint that makes repeats one alert."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from stacklens.domain.alert import Severity

FINGERPRINT_VERSION: Final = 1

_MASKS: Final = re.compile(
    r"""
    (?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
  | (?P<id>\b[0-9a-zA-Z]++(?:[_-][0-9a-zA-Z]++)++)
  | (?P<hex>\b(?:0x[0-9a-fA-F]+|(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{8,})\b)
  | (?P<number>[0-9]+(?:[.,:][0-9]+)*)
    """,
    re.VERBOSE,
)

_DIGIT: Final = re.compile("[0-9]")

_MASK_BUDGET: Final = 2_000
"""Characters of a message that take part in grouping: enough to tell messages apart, and it
bounds the work for a message of a megabyte."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyzer says about an event; `confidence` is 0–100."""

    issue_code: str
    severity: Severity
    suggested_fix: str
    automation_possible: bool
    confidence: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the event log."""

    partition: int
    offset: int
    arrival_time: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """ "Rule R says this about key K at time T, with this evidence." """

    rule_id: str
    fingerprint: str
    title: str
    analysis: Analysis
    service: str
    env: str
    group: Mapping[str, object]
    event_time: datetime
    place: Place
    fields: Mapping[str, object]


def mask(message: str) -> str:
    """The message with its numbers and ids taken out, so that only its wording is left.

    >>> mask("Order 4711 of till-17 failed after 12.5 s (0x7ffe12)")
    'Order <number> of <id> failed after <number> s (<hex>)'
    """
    return _MASKS.sub(_masked, message[:_MASK_BUDGET])


def _masked(found: re.Match[str]) -> str:
    # Words joined by hyphens are ids only with a digit in them. Asked here, because a look-ahead
    # in the pattern would be asked again at each hyphen.
    if found.lastgroup == "id" and _DIGIT.search(found[0]) is None:
        return found[0]
    return f"<{found.lastgroup}>"


def fingerprint(rule_id: str, group: Mapping[str, object]) -> str:
    """The identity of an alert: version, rule and group-by values, whatever their order.

    The version stands inside, so that a new way of grouping never mixes with an old one. A
    missing value, null and a text are told apart from each other.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (rule_id, *(f"{name}={group[name]!r}" for name in sorted(group))):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return f"{FINGERPRINT_VERSION}:{digest.hexdigest()}"
