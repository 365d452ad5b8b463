"""The leaves of `raw_logs`: one table for each day of arrival, so that retention is a DROP."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from psycopg import AsyncConnection, sql

_LOCK = 0x57AC_1EAF
"""Advisory lock number: one process at a time makes leaves."""


def leaf_name(day: date) -> str:
    """The table that holds what arrived on `day` (UTC)."""
    return f"raw_logs_{day:%Y%m%d}"


async def make_leaves(connection: AsyncConnection, days: Iterable[date]) -> None:
    """Make the leaves of `days` that are missing, in one short transaction."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for day in sorted(set(days)):
            await _make_leaf(connection, day)


async def _make_leaf(connection: AsyncConnection, day: date) -> None:
    name = leaf_name(day)
    found = await connection.execute("SELECT to_regclass(%s)", [name])
    row = await found.fetchone()
    if row is not None and row[0] is not None:
        return
    start = datetime.combine(day, time(), UTC)
    leaf = sql.Identifier(name)
    await connection.execute(
        sql.SQL("CREATE TABLE {} (LIKE raw_logs INCLUDING ALL EXCLUDING COMMENTS)").format(leaf)
    )
    # Attached, because PARTITION OF would wait for everybody who reads the log, a backup say, and
    # make everybody after it wait too.
    await connection.execute(
        sql.SQL("ALTER TABLE raw_logs ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            leaf,
            sql.Literal(start.isoformat()),
            sql.Literal((start + timedelta(days=1)).isoformat()),
        )
    )
    # Only leaf by leaf can it be unique: over all leaves the day would have to be in the key.
    await connection.execute(
        sql.SQL("CREATE UNIQUE INDEX {} ON {} (identity)").format(
            sql.Identifier(f"uq_{name}_identity"), leaf
        )
    )
