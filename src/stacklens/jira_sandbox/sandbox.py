"""What one sandbox is: its issues, its faults, its one account."""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stacklens.jira_sandbox.faults import Faults
from stacklens.jira_sandbox.jql import Query
from stacklens.jira_sandbox.store import Issue, IssueStore

DEFAULT_USER = "demo@example.com"
DEFAULT_TOKEN = "sandbox"  # noqa: S105 -- opens nothing but a program that makes tickets up
DEFAULT_PROJECT = "SHOP"

ACCOUNT_ID = "712020:5ba4db0c-5a4d-4b0c-a001-57ac4e450001"
LONGEST_LAG_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who may use the API."""

    user: str = DEFAULT_USER
    token: str = field(default=DEFAULT_TOKEN, repr=False)

    def matches(self, authorization: str | None) -> bool:
        """Whether an Authorization header is this account's."""
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(given, f"{self.user}:{self.token}".encode())


@dataclass(slots=True)
class Sandbox:
    """Everything that a route needs. `search_lag`: seconds until search shows a new issue."""

    store: IssueStore
    clock: Callable[[], datetime]
    account: Account = field(default_factory=Account)
    projects: frozenset[str] = frozenset({DEFAULT_PROJECT})
    search_lag: float = 0.0
    faults: Faults = field(default_factory=Faults)

    def search(self, query: Query) -> list[Issue]:
        """What search shows by now."""
        seen = self.clock() - timedelta(seconds=self.search_lag)
        return query.select([issue for issue in self.store.newest_first() if issue.created <= seen])
