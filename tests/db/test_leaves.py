"""The leaves of the event log, on a real database."""

import asyncio
from datetime import date

import psycopg

from stacklens.eventlog.leaves import leaf_name, make_leaves

DAY = date(2030, 1, 31)


async def test_a_leaf_has_the_key_of_the_log_and_an_identity_of_its_own(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await make_leaves(connection, [DAY, DAY])
        await make_leaves(connection, [DAY])
        found = await connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%UNIQUE%%'"
            " ORDER BY length(indexdef)",
            [leaf_name(DAY)],
        )
        identity, key = [row[0] for row in await found.fetchall()]
    assert identity.endswith("(identity)")
    assert key.endswith('(partition, "offset", arrival_time)')


async def test_a_leaf_does_not_wait_for_who_reads_the_log(database_url: str) -> None:
    """A backup reads for an hour; ingest must not stand still at midnight for that."""
    async with (
        await psycopg.AsyncConnection.connect(database_url) as reader,
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection,
    ):
        await reader.execute("SELECT count(*) FROM raw_logs")
        async with asyncio.timeout(5):
            await make_leaves(connection, [DAY])
