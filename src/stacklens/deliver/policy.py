"""When to try again, when to look, when to stop: decisions without clocks or connections."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from stacklens.alerts.ticket_outcomes import Claim, Failed, Lost, Made, Outcome, Postponed
from stacklens.deliver.jira.outcome import (
    CannotTell,
    Created,
    CreateOutcome,
    Found,
    NotSent,
    RateLimited,
    Refused,
    SearchOutcome,
    Unknown,
)

NOT_FOUND = "Jira's search does not show the ticket (so far; it lags behind)."


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds and numbers of delivery.

    Attempts and back-off are the contract's. Looks come later and later because Jira's search
    lags by seconds to minutes. A look that Jira did not answer proves nothing and does not count;
    it is repeated for `patience` after the request went out. `lease` must be longer than all
    calls for one ticket may take together (who am I, search, create). `grace` is for requests on
    their way when we are told to stop.
    """

    attempts: int = 3
    shortest_pause: float = 2.0
    longest_pause: float = 10.0
    looks: tuple[float, ...] = (5.0, 15.0, 60.0, 180.0)
    unanswered_pause: float = 30.0
    patience: float = 3_600.0
    lease: float = 90.0
    at_once: int = 4
    grace: float = 5.0


Jitter = Callable[[], float]
"""A factor around 1 that keeps many senders from knocking together."""


def jitter() -> float:
    """A factor from 0.7 to 1.3, the range that Atlassian advises."""
    return random.uniform(0.7, 1.3)  # noqa: S311 -- spreads load, guards nothing


def after_request(
    outcome: CreateOutcome, claim: Claim, policy: Policy, now: datetime, spread: Jitter = jitter
) -> Outcome:
    """What the answer to a create request means for the ticket."""
    match outcome:
        case Created(issue_id, key, url):
            return Made(issue_id, key, url)
        case Refused(reason):
            return Failed(reason)
        case NotSent(reason):
            return _again(reason, 0.0, claim, policy, now, spread)
        case RateLimited(retry_after, reason):
            return _again(reason, retry_after, claim, policy, now, spread)
        case Unknown(reason):
            return Lost(reason, looks=0, look_at=_after(now, policy.looks[0] * spread()))
        case _:
            assert_never(outcome)


def _again(
    reason: str, at_least: float, claim: Claim, policy: Policy, now: datetime, spread: Jitter
) -> Outcome:
    if claim.attempts >= policy.attempts:
        return Failed(f"{reason} (given up after {claim.attempts} attempts)")
    pause = policy.shortest_pause * 2 ** (claim.attempts - 1) * spread()
    bounded = min(max(pause, policy.shortest_pause), policy.longest_pause)
    return Postponed(reason, _after(now, max(bounded, at_least * max(spread(), 1.0))))


def after_look(
    outcome: SearchOutcome, claim: Claim, policy: Policy, now: datetime, spread: Jitter = jitter
) -> Outcome:
    """What a look into Jira means for a ticket of unknown fate: the oldest hit is the ticket."""
    match outcome:
        case Found(hits) if hits:
            oldest, others = hits[0], tuple(hit.key for hit in hits[1:])
            return Made(oldest.issue_id, oldest.key, oldest.url, adopted=True, others=others)
        case Found():
            looks = claim.looks + 1
            pause = policy.looks[looks] * spread() if looks < len(policy.looks) else None
            return Lost(NOT_FOUND, looks, None if pause is None else _after(now, pause))
        case CannotTell(reason, retry_after):
            sent = claim.sent_before or now
            is_patient = now - sent < timedelta(seconds=policy.patience)
            pause = max(policy.unanswered_pause, retry_after) * spread()
            return Lost(reason, claim.looks, _after(now, pause) if is_patient else None)
        case _:
            assert_never(outcome)


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
