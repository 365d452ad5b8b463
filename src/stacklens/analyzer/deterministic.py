"""What an event is, how sure we are and what fixes it: from its rule, or honestly unknown."""

from typing import Final

from stacklens.domain.alert import Severity
from stacklens.domain.event import ALERTING_LEVELS, LogEvent
from stacklens.domain.finding import Analysis, mask

UNKNOWN_RULE: Final = "unknown"
"""The rule id of findings that no rule made."""

UNKNOWN: Final = Analysis(
    issue_code="UNKNOWN",
    severity=Severity.WARNING,
    suggested_fix="Manual review required",
    automation_possible=False,
    confidence=10,
)
"""The contract's answer to what no rule and no model knows."""

_TITLE_CHARS: Final = 200


def wants_analysis(event: LogEvent) -> bool:
    """Whether an event that no rule knows is worth a person's eye."""
    return event.level in ALERTING_LEVELS


def unknown_group(event: LogEvent) -> dict[str, object]:
    """What makes two unknown events the same problem: everything but their numbers and ids."""
    return {
        "service": event.service,
        "env": event.env,
        "action": event.text_of("action"),
        "error_code": event.text_of("error_code"),
        "message": mask(event.message),
    }


def unknown_title(event: LogEvent) -> str:
    """The first line of the message, cut to a length that a list can show; never empty."""
    line = event.message.strip().partition("\n")[0].rstrip() or f"{event.service}: no message"
    return line if len(line) <= _TITLE_CHARS else f"{line[: _TITLE_CHARS - 1]}…"
