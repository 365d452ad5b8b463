"""What an alert can be, and what may be done with it: values only."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How bad, in the three words of the contract."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """Where an alert stands."""

    NEW = "NEW"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


class ChangeKind(StrEnum):
    """What a row of `alert_changes` says. A raised count is not a change."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    REGRESSED = "regressed"
    TICKET_REQUESTED = "ticket_requested"
    TICKET_CREATED = "ticket_created"
    TICKET_FAILED = "ticket_failed"
    TICKET_UNKNOWN = "ticket_unknown"
    TICKET_LINKED = "ticket_linked"


class TicketState(StrEnum):
    """Where a ticket stands. SENDING is ours; people see it as PENDING."""

    PENDING = "pending"
    SENDING = "sending"
    CREATED = "created"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def shown(self) -> "TicketState":
        """The state as people see it."""
        return TicketState.PENDING if self is TicketState.SENDING else self


class Verb(StrEnum):
    """What a person may ask of an alert."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"


TRANSITIONS: Final[Mapping[Verb, tuple[frozenset[Status], Status, ChangeKind]]] = {
    Verb.ACKNOWLEDGE: (frozenset({Status.NEW}), Status.ACKNOWLEDGED, ChangeKind.ACKNOWLEDGED),
    Verb.RESOLVE: (
        frozenset({Status.NEW, Status.ACKNOWLEDGED}),
        Status.RESOLVED,
        ChangeKind.RESOLVED,
    ),
    Verb.REOPEN: (
        frozenset({Status.ACKNOWLEDGED, Status.RESOLVED}),
        Status.NEW,
        ChangeKind.REOPENED,
    ),
}
"""Verb → the states it starts from, the state it leads to, the change that it leaves."""
