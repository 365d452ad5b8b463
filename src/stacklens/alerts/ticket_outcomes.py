"""What delivery found out about a ticket, recorded with the alert's row and its change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.alerts.stream import next_seq
from stacklens.alerts.tickets import note_change, show_ticket
from stacklens.db.tables import tickets
from stacklens.domain.alert import ChangeKind, TicketState

SYSTEM: Final = "system"
"""The actor of what no person did."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A ticket that one worker holds until its lease runs out.

    `was` is the state in which it was found. `sent_before`: when a request went out, before this
    claim, whose fate is still unknown. `attempts` counts requests, the one to come included.
    """

    alert_id: UUID
    episode: int
    token: str
    was: TicketState
    tag: str
    attempts: int
    looks: int
    sent_before: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """The issue exists; `adopted` says that it was found, not answered.

    `others` are the keys of further issues that carry the same label: somebody has to look.
    """

    issue_id: str
    key: str
    url: str
    adopted: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Postponed:
    """Nothing was made; tried again at `until`."""

    error: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was made, and nothing more is tried until a person asks again."""

    error: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows; looked for again at `look_at`, or left to a person when that is None."""

    error: str
    looks: int
    look_at: datetime | None


Outcome = Made | Postponed | Failed | Lost


async def record_outcome(
    connection: AsyncConnection, claim: Claim, outcome: Outcome, now: datetime
) -> bool:
    """Record `outcome` if it still counts; False when it does not.

    An issue that exists always counts, also when the claim was lost meanwhile, except where the
    ticket has one already. Anything else counts only while the claim is held.
    """
    seq = await next_seq(connection)
    statement = (
        update(tickets)
        .where(
            tickets.c.alert_id == claim.alert_id,
            tickets.c.episode == claim.episode,
            _still_counts(claim, outcome),
        )
        .values(claimed_by=None, updated_at=now, **_values(claim, outcome))
        .returning(*tickets.c)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return False
    change = _change(claim, outcome)
    await show_ticket(connection, row, seq, is_change=change is not None)
    if change is not None:
        kind, detail = change
        await note_change(connection, row, kind, SYSTEM, now, detail)
    return True


def _still_counts(claim: Claim, outcome: Outcome) -> ColumnElement[bool]:
    if isinstance(outcome, Made):
        return tickets.c.state != TicketState.CREATED
    # A person's verb takes the claim away; the state is asked for so that no one can revive it.
    return and_(tickets.c.claimed_by == claim.token, tickets.c.state != TicketState.CREATED)


def _values(claim: Claim, outcome: Outcome) -> dict[str, object]:
    match outcome:
        case Made(issue_id, key, url):
            return {
                "state": TicketState.CREATED,
                "issue_id": issue_id,
                "issue_key": key,
                "issue_url": url,
                "error": None,
                "sent_at": None,
                "next_attempt_at": None,
            }
        case Postponed(error, until):
            return {
                "state": TicketState.PENDING,
                "error": error,
                "sent_at": claim.sent_before,
                "next_attempt_at": until,
            }
        case Failed(error):
            return {
                "state": TicketState.FAILED,
                "error": error,
                "sent_at": claim.sent_before,
                "next_attempt_at": None,
            }
        case Lost(error, looks, look_at):
            return {
                "state": TicketState.UNKNOWN,
                "error": error,
                "looks": looks,
                "next_attempt_at": look_at,
            }
        case _:
            assert_never(outcome)


def _change(claim: Claim, outcome: Outcome) -> tuple[ChangeKind, Mapping[str, object]] | None:
    match outcome:
        case Made(_, key, url, adopted, others):
            detail = {"key": key, "url": url, "adopted": adopted, "others": list(others)}
            return ChangeKind.TICKET_CREATED, detail
        case Postponed():
            return None
        case Failed(error):
            return ChangeKind.TICKET_FAILED, {"error": error}
        case Lost(error):
            if claim.was is TicketState.UNKNOWN:
                return None
            return ChangeKind.TICKET_UNKNOWN, {"error": error}
        case _:
            assert_never(outcome)
