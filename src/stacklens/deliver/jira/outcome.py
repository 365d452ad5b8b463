"""What is known after a call to Jira, and whether the call may be repeated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Created:
    """Jira made the issue and said so."""

    issue_id: str
    key: str
    url: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing reached Jira; may be repeated."""

    reason: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Refused before it was processed; may be repeated after `retry_after` seconds."""

    retry_after: float
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A clear no, in Jira's own words; repeating changes nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The issue may exist or not; must be looked for, never sent again unseen."""

    reason: str


CreateOutcome = Created | NotSent | RateLimited | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """What Jira showed to our own account, oldest first; none means none that search knows."""

    hits: tuple[Created, ...]


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The search says nothing about whether the issue exists."""

    reason: str
    retry_after: float = 0.0


SearchOutcome = Found | CannotTell
