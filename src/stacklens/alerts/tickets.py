"""One ticket for an episode of an alert: what people ask for and see.

The row of `tickets` is the intent and comes first; its key is what makes one ticket, whoever asks
how often. States: pending → sending → created | failed | unknown. What delivery finds out is
recorded in `ticket_outcomes.py`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from sqlalchemy import Update, and_, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.alerts.stream import next_seq
from stacklens.db.tables import alert_changes, alerts, instance, tickets
from stacklens.domain.alert import ChangeKind, TicketState

CHANNEL: Final = "tickets"
"""NOTIFY here says that a ticket has become due."""

ISSUE_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]{0,49}-[1-9][0-9]{0,9}")


class UnknownAlertError(LookupError):
    """There is no alert of this id."""

    def __init__(self, alert_id: UUID) -> None:
        super().__init__(f"there is no alert {alert_id}")


class TicketNotUnknownError(Exception):
    """Looking, linking and creating anyway are for a ticket whose fate is unknown.

    `ticket` is the present one; None when nobody has asked for one in this episode.
    """

    def __init__(self, ticket: "Ticket | None") -> None:
        state = "not asked for yet" if ticket is None else ticket.state.value
        super().__init__(f"the ticket is {state}; this is for one whose state is unknown")
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as people see it; `next_attempt_at` is when the machine goes on by itself."""

    alert_id: UUID
    episode: int
    state: TicketState
    key: str | None
    url: str | None
    error: str | None
    attempts: int
    requested_at: datetime
    updated_at: datetime
    next_attempt_at: datetime | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """From a row of `tickets`."""
        return cls(
            alert_id=row["alert_id"],
            episode=row["episode"],
            state=TicketState(row["state"]).shown,
            key=row["issue_key"],
            url=row["issue_url"],
            error=row["error"],
            attempts=row["attempts"],
            requested_at=row["requested_at"],
            updated_at=row["updated_at"],
            next_attempt_at=row["next_attempt_at"],
        )


def ticket_tag(instance_id: UUID, alert_id: UUID, episode: int) -> str:
    """The label by which the issue is found again.

    The instance is part of it: two installations that share a Jira project must never take each
    other's tickets for their own.
    """
    digest = hashlib.sha256(f"{instance_id}/{alert_id}/{episode}".encode()).hexdigest()
    return f"stacklens-{digest[:16]}"


async def present_ticket(connection: AsyncConnection, alert_id: UUID) -> Ticket | None:
    """The ticket of the alert's present episode, if somebody asked for one."""
    statement = (
        select(tickets)
        .join(
            alerts,
            and_(alerts.c.id == tickets.c.alert_id, alerts.c.episode == tickets.c.episode),
        )
        .where(alerts.c.id == alert_id)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else Ticket.of(row)


async def request_ticket(
    connection: AsyncConnection, alert_id: UUID, principal: str, now: datetime
) -> tuple[Ticket, bool]:
    """Ask for the ticket of the present episode; the flag says whether this is a new request.

    Asked before: the present ticket, unchanged, unless it failed, then it is tried anew. Raises
    UnknownAlertError.
    """
    present = await present_ticket(connection, alert_id)
    if present is not None and present.state is not TicketState.FAILED:
        return present, False
    seq = await next_seq(connection)
    row = await _intend(connection, alert_id, principal, now)
    if row is None:  # somebody else was faster: since we hold the lock their row is visible
        present = await present_ticket(connection, alert_id)
        if present is None:
            raise UnknownAlertError(alert_id)
        return present, False
    await show_ticket(connection, row, seq)
    await note_change(connection, row, ChangeKind.TICKET_REQUESTED, principal, now)
    await _wake_delivery(connection)
    return Ticket.of(row), True


async def _intend(
    connection: AsyncConnection, alert_id: UUID, principal: str, now: datetime
) -> RowMapping | None:
    """Insert the intent or renew a failed one, in one statement; None when neither was right."""
    episode = await connection.scalar(select(alerts.c.episode).where(alerts.c.id == alert_id))
    if episode is None:
        return None
    instance_id = (await connection.execute(select(instance.c.id))).scalar_one()
    asked = {
        "state": TicketState.PENDING,
        "attempts": 0,
        "looks": 0,
        "error": None,
        "requested_by": principal,
        "requested_at": now,
        "updated_at": now,
        "next_attempt_at": now,
        "claimed_by": None,
    }
    statement = (
        upsert(tickets)
        .values(
            alert_id=alert_id,
            episode=episode,
            tag=ticket_tag(instance_id, alert_id, episode),
            **asked,
        )
        .on_conflict_do_update(
            index_elements=[tickets.c.alert_id, tickets.c.episode],
            set_=asked,
            where=tickets.c.state == TicketState.FAILED,
        )
        .returning(*tickets.c)
    )
    return (await connection.execute(statement)).mappings().one_or_none()


async def look_again(connection: AsyncConnection, alert_id: UUID, now: datetime) -> Ticket:
    """Have delivery look in Jira now, and on as after a fresh loss.

    Raises TicketNotUnknownError, UnknownAlertError.
    """
    seq = await next_seq(connection)
    row = await _settle(connection, alert_id, looks=0, next_attempt_at=now, updated_at=now)
    await show_ticket(connection, row, seq, is_change=False)
    await _wake_delivery(connection)
    return Ticket.of(row)


async def link_key(
    connection: AsyncConnection, alert_id: UUID, key: str, url: str, principal: str, now: datetime
) -> Ticket:
    """Take an issue that a person found in Jira as the ticket.

    Raises ValueError when `key` is no issue key, TicketNotUnknownError, UnknownAlertError.
    """
    if not ISSUE_KEY.fullmatch(key):
        raise ValueError("an issue key looks like SHOP-123")
    seq = await next_seq(connection)
    row = await _settle(
        connection,
        alert_id,
        state=TicketState.CREATED,
        issue_key=key,
        issue_url=url,
        error=None,
        sent_at=None,
        next_attempt_at=None,
        updated_at=now,
    )
    await show_ticket(connection, row, seq)
    detail = {"key": key, "url": url}
    await note_change(connection, row, ChangeKind.TICKET_LINKED, principal, now, detail)
    return Ticket.of(row)


async def create_anyway(
    connection: AsyncConnection, alert_id: UUID, principal: str, now: datetime
) -> Ticket:
    """Send the request again although the first one may have made an issue.

    Delivery still looks once more first. Raises TicketNotUnknownError, UnknownAlertError.
    """
    seq = await next_seq(connection)
    row = await _settle(
        connection,
        alert_id,
        state=TicketState.PENDING,
        attempts=0,
        looks=0,
        error=None,
        requested_by=principal,
        next_attempt_at=now,
        updated_at=now,
    )
    await show_ticket(connection, row, seq)
    detail = {"anyway": True}
    await note_change(connection, row, ChangeKind.TICKET_REQUESTED, principal, now, detail)
    await _wake_delivery(connection)
    return Ticket.of(row)


async def _settle(connection: AsyncConnection, alert_id: UUID, **values: object) -> RowMapping:
    """Change the present episode's ticket if its state is unknown; whoever works on it loses it."""
    statement = (
        update(tickets)
        .where(
            tickets.c.alert_id == alerts.c.id,
            tickets.c.episode == alerts.c.episode,
            alerts.c.id == alert_id,
            tickets.c.state == TicketState.UNKNOWN,
        )
        .values(claimed_by=None, **values)
        .returning(*tickets.c)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        present = await present_ticket(connection, alert_id)
        if present is None:
            await _must_exist(connection, alert_id)
        raise TicketNotUnknownError(present)
    return row


async def _must_exist(connection: AsyncConnection, alert_id: UUID) -> None:
    if await connection.scalar(select(alerts.c.id).where(alerts.c.id == alert_id)) is None:
        raise UnknownAlertError(alert_id)


async def show_ticket(
    connection: AsyncConnection, ticket: RowMapping, seq: int, *, is_change: bool = True
) -> None:
    """Bring the alert's row in line with its ticket, under number `seq` of the stream.

    Only a change raises the version. A ticket of an earlier episode no longer shows in the row.
    """
    await connection.execute(
        _shown(ticket).values(seq=seq, version=alerts.c.version + int(is_change))
    )


def _shown(ticket: RowMapping) -> Update:
    mine = alerts.c.episode == ticket["episode"]
    shown = {
        alerts.c.ticket_state: TicketState(ticket["state"]).shown.value,
        alerts.c.jira_issue_key: ticket["issue_key"],
        alerts.c.jira_url: ticket["issue_url"],
    }
    values = {column: case((mine, value), else_=column) for column, value in shown.items()}
    return update(alerts).where(alerts.c.id == ticket["alert_id"]).values(values)


async def note_change(
    connection: AsyncConnection,
    ticket: RowMapping,
    kind: ChangeKind,
    actor: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Leave the row of `alert_changes` for what happened to a ticket."""
    await connection.execute(
        insert(alert_changes).values(
            alert_id=ticket["alert_id"],
            at=now,
            kind=kind,
            actor=actor,
            episode=ticket["episode"],
            detail=dict(detail or {}),
        )
    )


async def _wake_delivery(connection: AsyncConnection) -> None:
    await connection.execute(select(func.pg_notify(CHANNEL, "")))
