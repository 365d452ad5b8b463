"""Misbehaviour on demand: how a real Jira and what stands before it go wrong."""

from collections import deque
from enum import StrEnum
from typing import Final

import msgspec

MOST_FAULTS: Final = 10_000


class FaultKind(StrEnum):
    """What goes wrong. "After" means that the issue has been stored."""

    RATE_LIMITED = "rate_limited"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    CLOSE_BEFORE = "close_before"
    CLOSE_AFTER = "close_after"
    SLOW_BEFORE = "slow_before"
    SLOW_AFTER = "slow_after"
    HTML = "html"
    GARBAGE_AFTER = "garbage_after"
    LOGIN_REDIRECT = "login_redirect"
    UNAUTHORIZED = "unauthorized"
    ANONYMOUS = "anonymous"


class Call(StrEnum):
    """Which calls a fault strikes."""

    CREATE = "create"
    SEARCH = "search"
    ANY = "any"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fault; `seconds` is for the slow ones, `retry_after` None leaves the header out."""

    kind: FaultKind
    call: Call = Call.CREATE
    times: int = 1
    status: int = 503
    seconds: float = 1.0
    retry_after: float | None = 1.0


class Faults:
    """The faults that wait for their calls, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Let `fault` strike the next `times` calls that it is for."""
        self._waiting.extend([msgspec.structs.replace(fault, times=1)] * fault.times)

    def strike(self, call: Call) -> Fault | None:
        """Take the first fault that is for `call`."""
        for fault in self._waiting:
            if fault.call in (call, Call.ANY):
                self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Behave from now on."""
        self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """What is still to come."""
        return list(self._waiting)
