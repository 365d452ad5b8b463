"""Which tickets are due, and taking them: one statement, so that no two workers take the same.

A claim is a lease. Whoever dies with one leaves the ticket `sending`; when the lease has run out
the next worker takes it to look for the issue, never to send again.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, case, cast, func, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.alerts.ticket_outcomes import Claim
from stacklens.db.tables import alerts, tickets
from stacklens.deliver.jira.issue import TicketFacts
from stacklens.domain.alert import TicketState

RAW_LOG_CHARACTERS = 40_000
"""Of an indented raw log, at most this much leaves the database; a ticket shows less."""


async def claim_due(
    connection: AsyncConnection, *, token: str, limit: int, lease: timedelta, now: datetime
) -> list[Claim]:
    """Take up to `limit` due tickets until `now + lease`; must be committed before any request.

    A pending ticket becomes `sending` and its request counts as sent from here on.
    """
    due = (
        select(tickets.c.alert_id, tickets.c.episode, tickets.c.state, tickets.c.sent_at)
        .where(tickets.c.next_attempt_at <= now)
        .order_by(tickets.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    is_pending = due.c.state == TicketState.PENDING
    statement = (
        update(tickets)
        .where(tickets.c.alert_id == due.c.alert_id, tickets.c.episode == due.c.episode)
        .values(
            state=case((is_pending, TicketState.SENDING.value), else_=tickets.c.state),
            attempts=tickets.c.attempts + case((is_pending, 1), else_=0),
            sent_at=case((is_pending, now), else_=tickets.c.sent_at),
            claimed_by=token,
            next_attempt_at=now + lease,
        )
        .returning(*tickets.c, due.c.state.label("was"), due.c.sent_at.label("sent_before"))
    )
    rows = (await connection.execute(statement)).mappings().all()
    return [_claim(row, token) for row in rows]


def _claim(row: RowMapping, token: str) -> Claim:
    return Claim(
        alert_id=row["alert_id"],
        episode=row["episode"],
        token=token,
        was=TicketState(row["was"]),
        tag=row["tag"],
        attempts=row["attempts"],
        looks=row["looks"],
        sent_before=row["sent_before"],
    )


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next ticket becomes due, leases included; None when nothing waits."""
    earliest: datetime | None = await connection.scalar(select(func.min(tickets.c.next_attempt_at)))
    return earliest


async def ticket_facts(connection: AsyncConnection, alert_id: UUID, episode: int) -> TicketFacts:
    """What the ticket will tell. The raw log is indented and cut by the database, so that its
    size and depth never become ours.
    """
    columns = alerts.c
    raw_log = func.left(cast(func.jsonb_pretty(columns.raw_log), Text), RAW_LOG_CHARACTERS)
    statement = select(
        columns.issue_code,
        columns.title,
        columns.severity,
        columns.service,
        columns.env,
        columns.group,
        columns["count"],
        columns.first_seen,
        columns.last_seen,
        columns.suggested_fix,
        columns.confidence,
        columns.regression,
        raw_log.label("raw_log"),
    ).where(columns.id == alert_id)
    row = (await connection.execute(statement)).mappings().one()
    return TicketFacts(alert_id=alert_id, episode=episode, **row)
