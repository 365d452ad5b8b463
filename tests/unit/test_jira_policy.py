"""When to try again, when to look, when to stop: decisions from tables."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

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
from stacklens.deliver.policy import NOT_FOUND, Policy, after_look, after_request, jitter
from stacklens.domain.alert import TicketState

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
POLICY = Policy()


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


def claim(*, attempts: int = 1, looks: int = 0, sent: datetime | None = None) -> Claim:
    return Claim(UUID(int=1), 1, "token", TicketState.PENDING, "tag", attempts, looks, sent)


@pytest.mark.parametrize(
    ("outcome", "attempts", "result"),
    [
        (Created("1", "A-1", "url"), 1, Made("1", "A-1", "url")),
        (Refused("no"), 1, Failed("no")),
        (NotSent("away"), 1, Postponed("away", seconds(2))),
        (NotSent("away"), 2, Postponed("away", seconds(4))),
        (NotSent("away"), 3, Failed("away (given up after 3 attempts)")),
        (RateLimited(0.5, "busy"), 1, Postponed("busy", seconds(2))),
        (RateLimited(30.0, "busy"), 1, Postponed("busy", seconds(30))),
        (RateLimited(30.0, "busy"), 3, Failed("busy (given up after 3 attempts)")),
        (Unknown("reset"), 1, Lost("reset", 0, seconds(5))),
        (Unknown("reset"), 3, Lost("reset", 0, seconds(5))),
    ],
)
def test_only_what_was_surely_not_made_is_tried_again(
    outcome: CreateOutcome, attempts: int, result: Outcome
) -> None:
    assert after_request(outcome, claim(attempts=attempts), POLICY, NOW, lambda: 1.0) == result


FIRST, SECOND = Created("9", "A-9", "url9"), Created("10", "A-10", "url10")


@pytest.mark.parametrize(
    ("outcome", "looks", "result"),
    [
        (Found((FIRST,)), 0, Made("9", "A-9", "url9", adopted=True)),
        (Found((FIRST, SECOND)), 3, Made("9", "A-9", "url9", adopted=True, others=("A-10",))),
        (Found(()), 0, Lost(NOT_FOUND, 1, seconds(15))),
        (Found(()), 1, Lost(NOT_FOUND, 2, seconds(60))),
        (Found(()), 2, Lost(NOT_FOUND, 3, seconds(180))),
        (Found(()), 3, Lost(NOT_FOUND, 4, None)),
        (CannotTell("login"), 2, Lost("login", 2, seconds(30))),
        (CannotTell("busy", retry_after=90), 2, Lost("busy", 2, seconds(90))),
    ],
)
def test_a_look_adopts_or_waits_longer_and_at_last_leaves_it_to_a_person(
    outcome: SearchOutcome, looks: int, result: Outcome
) -> None:
    held = claim(looks=looks, sent=NOW)
    assert after_look(outcome, held, POLICY, NOW, lambda: 1.0) == result


def test_looks_that_jira_does_not_answer_end_with_patience() -> None:
    long_ago = claim(sent=seconds(-POLICY.patience))
    assert after_look(CannotTell("away"), long_ago, POLICY, NOW) == Lost("away", 0, None)


@pytest.mark.parametrize("attempts", [1, 2])
@pytest.mark.parametrize("spread", [0.7, 1.3])
def test_pauses_stay_between_two_and_ten_seconds(attempts: int, spread: float) -> None:
    outcome = after_request(NotSent("away"), claim(attempts=attempts), POLICY, NOW, lambda: spread)
    assert isinstance(outcome, Postponed)
    assert seconds(2) <= outcome.until <= seconds(10)


def test_jitter_never_undercuts_what_jira_asks_for() -> None:
    outcome = after_request(RateLimited(30.0, "busy"), claim(), POLICY, NOW, lambda: 0.7)
    assert outcome == Postponed("busy", seconds(30))


def test_jitter_spreads_around_one() -> None:
    factors = [jitter() for _ in range(1_000)]
    assert 0.7 <= min(factors) < 0.8
    assert 1.2 < max(factors) <= 1.3
