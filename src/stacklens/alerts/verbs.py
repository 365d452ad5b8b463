"""What a person does with an alert: acknowledge, resolve, reopen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, insert, literal, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.alerts.query import ROW, AlertRow, as_row, one_alert
from stacklens.alerts.stream import next_seq
from stacklens.db.tables import alert_changes, alerts
from stacklens.domain.alert import TRANSITIONS, Status, Verb


@dataclass(frozen=True, slots=True)
class Done:
    """The alert changed; `row` is how it stands now."""

    row: AlertRow


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It was so already; asking twice is not an error."""

    row: AlertRow


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The verb does not start from the state that `row` is in."""

    row: AlertRow


@dataclass(frozen=True, slots=True)
class Stale:
    """The caller looked at another version than the present `row`."""

    row: AlertRow


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no alert of this id."""


Outcome = Done | Unchanged | NotAllowed | Stale | Missing


async def apply(
    connection: AsyncConnection,
    alert_id: UUID,
    verb: Verb,
    *,
    actor: str,
    now: datetime,
    if_version: int | None = None,
) -> Outcome:
    """Do `verb` at `now` in the name of `actor`, if the alert is at `if_version` (None: at any).

    Reopening stays in the same episode: a person changed their mind, nothing happened again.
    """
    starts, leads_to, kind = TRANSITIONS[verb]
    seq = await next_seq(connection)
    statement = (
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.status.in_(starts), _is_at(if_version))
        .values(status=leads_to, seq=seq, version=alerts.c.version + 1, **_moments(verb, now))
        .returning(*ROW)
    )
    found = (await connection.execute(statement)).mappings().one_or_none()
    if found is None:
        return await _why_not(connection, alert_id, leads_to, if_version)
    row = as_row(found)
    change = {"alert_id": alert_id, "at": now, "kind": kind, "actor": actor, "detail": {}}
    await connection.execute(insert(alert_changes).values(**change, episode=row.episode))
    return Done(row)


def _is_at(version: int | None) -> ColumnElement[bool]:
    # BigInteger: a caller may name a number that no version ever reaches.
    return true() if version is None else alerts.c.version == literal(version, BigInteger)


def _moments(verb: Verb, now: datetime) -> dict[str, datetime | None]:
    match verb:
        case Verb.ACKNOWLEDGE:
            return {"acknowledged_at": now}
        case Verb.RESOLVE:
            return {"resolved_at": now}
        case Verb.REOPEN:
            return {"acknowledged_at": None, "resolved_at": None}


async def _why_not(
    connection: AsyncConnection, alert_id: UUID, leads_to: Status, if_version: int | None
) -> Outcome:
    """Look at the alert that was not changed: under the stream's lock it cannot change now."""
    row = await one_alert(connection, alert_id)
    if row is None:
        return Missing()
    if if_version is not None and row.version != if_version:
        return Stale(row)
    return Unchanged(row) if row.status == leads_to else NotAllowed(row)
