"""The embedded PostgreSQL under the supervisor, in this process."""

import asyncio
import os
import signal
from pathlib import Path

import psycopg
import pytest

from conditions import eventually
from stacklens.cli.database import KeptPostgres
from stacklens.cli.supervisor import GaveUpError, Supervisor
from stacklens.db.embedded_errors import EmbeddedPostgresError


async def answers(url: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


async def test_a_killed_server_is_back_at_the_same_url(tmp_path: Path) -> None:
    said: list[str] = []
    async with Supervisor(said.append) as supervisor:
        kept = KeptPostgres(tmp_path, None, said.append)
        url = await supervisor.add(kept)
        before = kept.pids
        os.kill(before[1], signal.SIGKILL)
        await eventually(lambda: before[1] not in kept.pids, within=10)
        await eventually(lambda: answers(url), within=10)
        assert not set(before) & set(kept.pids)
    assert said == ["postgres ended (code 137); starting it again in 0.2 s"]


async def test_a_server_that_cannot_start_again_is_given_up_with_its_words(tmp_path: Path) -> None:
    said: list[str] = []
    async with Supervisor(said.append) as supervisor:
        kept = KeptPostgres(tmp_path, None, said.append, most_crashes=3)
        await supervisor.add(kept)
        (tmp_path / "postgres" / "global" / "pg_control").rename(tmp_path / "away")
        os.kill(kept.pids[1], signal.SIGKILL)
        with pytest.raises(GaveUpError, match=r"postgres crashed 3 times .* see .*postgres\.log"):
            await supervisor.until_stopped()
        assert any("could not find the database system" in line for line in said)


async def test_a_start_that_is_cancelled_leaves_no_server(tmp_path: Path) -> None:
    kept = KeptPostgres(tmp_path, None, print)
    starting = asyncio.create_task(kept.start())
    await eventually(lambda: [*tmp_path.glob("postgres.init.*")])
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await kept.stop()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


async def test_a_start_that_takes_long_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    kept = KeptPostgres(tmp_path, None, said.append, patience=0.05)
    await kept.start()
    await kept.stop()
    assert said[0] == "postgres is still starting; after a crash it recovers first"


async def test_a_start_that_fails_is_told_and_needs_no_stop(tmp_path: Path) -> None:
    kept = KeptPostgres(tmp_path, tmp_path, print)
    with pytest.raises(EmbeddedPostgresError, match="no PostgreSQL programs"):
        await kept.start()
    assert kept.pids == []
    await kept.stop()
    kept.kill()
