"""What cannot be understood is kept raw, with its reason."""

import hashlib
import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.ingest.judge import Refused
from stacklens.telemetry import Action, log

# Ordered, so that two batches with the same lines cannot wait for each other.
_KEEP: Final = text("""
    INSERT INTO quarantine (identity, arrival_time, source, reason, raw, repeats)
    SELECT identity, :now, :source, reason, raw, times - 1
    FROM unnest(CAST(:identities AS uuid[]), CAST(:reasons AS text[]), CAST(:raws AS bytea[]),
                CAST(:times AS int[])) AS refused (identity, reason, raw, times)
    ORDER BY identity
    ON CONFLICT (identity) DO UPDATE SET repeats = quarantine.repeats + 1 + excluded.repeats
    RETURNING xmax = 0
""")


async def keep_aside(
    engine: AsyncEngine, refused: Sequence[Refused], now: datetime, source: str | None
) -> int:
    """Store what was refused; returns how much of it was new.

    The same bytes for the same reason are one row with a count of repeats: a shipper that sends
    a batch again must not fill the table. Raises SQLAlchemy's errors when nothing was stored.
    """
    times = Counter(refused)
    async with engine.begin() as connection:
        kept = await connection.execute(
            _KEEP,
            {
                "now": now,
                "source": source,
                "identities": [_identity(one) for one in times],
                "reasons": [one.reason for one in times],
                "raws": [one.raw for one in times],
                "times": list(times.values()),
            },
        )
        stored = sum(bool(new) for new in kept.scalars())
    if stored:
        log(
            Action.RECORD_QUARANTINED,
            level=logging.WARNING,
            count=stored,
            source=source,
            reason=refused[0].reason,
        )
    return stored


def _identity(refused: Refused) -> uuid.UUID:
    digest = hashlib.blake2b(refused.reason.encode() + b"\0" + refused.raw, digest_size=16)
    return uuid.UUID(bytes=digest.digest())
