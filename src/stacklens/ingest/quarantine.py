"""What cannot be understood is kept raw, with its reason."""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, case, literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.tables import quarantine
from stacklens.ingest.judge import Refused
from stacklens.telemetry import Action, log


async def keep_aside(
    engine: AsyncEngine, refused: Iterable[Refused], now: datetime, source: str | None
) -> int:
    """Store what was refused; returns how much of it was new.

    The same bytes for the same reason are one row with a count of repeats: a shipper that sends
    a batch again must not fill the table. Raises SQLAlchemy's errors when nothing was stored.
    """
    # In one order, so that two batches with the same lines cannot wait for each other.
    by_identity = sorted(((_identity(one), one) for one in refused), key=lambda pair: pair[0])
    rows = [
        {"identity": identity, "reason": one.reason, "raw": one.raw}
        for identity, one in by_identity
    ]
    statement = insert(quarantine).values(
        identity=bindparam("identity"),
        arrival_time=now,
        source=source,
        reason=bindparam("reason"),
        raw=bindparam("raw"),
    )
    statement = statement.on_conflict_do_update(
        index_elements=[quarantine.c.identity], set_={"repeats": quarantine.c.repeats + 1}
    )
    new = case((literal_column("xmax") == literal_column("0"), 1), else_=0)
    stored = 0
    async with engine.begin() as connection:
        for row in rows:
            stored += (await connection.execute(statement.returning(new), row)).scalar_one()
    if stored:
        log(
            Action.RECORD_QUARANTINED,
            level=logging.WARNING,
            count=stored,
            source=source,
            reason=str(rows[0]["reason"]),
        )
    return stored


def _identity(refused: Refused) -> uuid.UUID:
    digest = hashlib.blake2b(refused.reason.encode() + b"\0" + refused.raw, digest_size=16)
    return uuid.UUID(bytes=digest.digest())
