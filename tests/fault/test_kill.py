"""`kill -9` of each process of the product in turn, and of all, under traffic.

What is shown: whatever the senders were promised is in the log once and counted once, and a
browser that follows the stream has every alert as it stands. The seed of the schedule is printed.
"""

import asyncio
import os
import random
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from conditions import eventually
from fault import tree
from fault.follower import Follower, counted
from fault.programs import Running, running
from fault.traffic import Ledger, sending

ALL = "everything"
SUPERVISOR = "supervisor"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc"),
    pytest.mark.timeout(170),
]


class Product:
    """`stacklens up` on one data folder and one port, started again when it was killed."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.data = data
        self._stack = AsyncExitStack()
        self.program: Running | None = None

    @property
    def pid(self) -> int:
        assert self.program is not None
        return self.program.pid

    async def start(self) -> None:
        await self._stack.aclose()
        self.program = await self._stack.enter_async_context(
            running("up", "--data", str(self.data), "--port", str(self.port), LOG_LEVEL="WARNING")
        )
        assert await self.program.ready(60) == self.address

    async def close(self) -> None:
        await self._stack.aclose()

    def database(self) -> psycopg.Connection:
        """A connection of our own to the embedded server."""
        url = (self.data / "postgres.lock").read_text().splitlines()[1]
        return psycopg.connect(url, autocommit=True)


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    product = Product(tmp_path / "data")
    await product.start()
    yield product
    await product.close()


def schedule(dice: random.Random) -> list[tuple[str, ...]]:
    """Each victim alone, some of them together, the supervisor and everything; in some order."""
    alone = [(name,) for name in (*tree.SINGLE, SUPERVISOR, ALL)]
    together = [tuple(dice.sample(tree.SINGLE, 2)) for _ in range(3)]
    strikes = [*alone, *together]
    dice.shuffle(strikes)
    return [*strikes, (ALL,)]


async def strike(product: Product, names: Sequence[str], dice: random.Random) -> list[tree.Victim]:
    """Kill them, one right after the other; returns who was alive then and is dead now."""
    if names in ((ALL,), (SUPERVISOR,)):
        found = tree.everything(product.pid)[: 1 if names == (SUPERVISOR,) else None]
        struck = [victim for victim in found if victim.kill()]
        assert struck[0].pid == product.pid
    else:
        struck = [await kill(product, name, dice) for name in names]
    await eventually(lambda: not any(victim.lives() for victim in struck), 10, "dead")
    return struck


async def kill(product: Product, name: str, dice: random.Random) -> tree.Victim:
    """Kill the process of that name, which may be about to come back from the last blow."""

    def killed() -> tree.Victim | None:
        victim = tree.find(product.pid, name, dice)
        return victim if victim is not None and victim.kill() else None

    return await eventually(killed, 10, name)


@asynccontextmanager
async def watched_traffic(
    product: Product, ledger: Ledger, dice: random.Random
) -> AsyncIterator[Follower]:
    async with Follower(product.address).following() as follower:
        async with sending(product.address, ledger, dice, senders=3):
            yield follower
        await eventually(lambda: follower.counts() == ledger.findings, 30, "all is shown")


async def recovered(ledger: Ledger, follower: Follower) -> None:
    """What is sent from now on is accepted, judged and shown."""
    answers = ledger.answers
    await eventually(lambda: ledger.answers > answers + 5, 40, "senders get answers")
    promised = ledger.findings.total()
    await eventually(lambda: follower.counts().total() >= promised, 40, "alerts are shown")


async def test_whatever_is_killed_nothing_is_lost_and_nothing_is_double(
    product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("STACKLENS_TEST_SEED") or random.randrange(2**32))
    say = tell(capsys)
    say(f"seed {seed} (again with STACKLENS_TEST_SEED={seed})")
    dice = random.Random(seed)
    ledger = Ledger()
    async with watched_traffic(product, ledger, dice) as follower:
        await recovered(ledger, follower)
        for names in schedule(dice):
            # A moment anywhere in the work; not a wait for something.
            await asyncio.sleep(dice.uniform(0, 0.3))
            began = time.monotonic()
            dead = await strike(product, names, dice)
            if product.program is not None and names in ((ALL,), (SUPERVISOR,)):
                await product.start()
            await recovered(ledger, follower)
            pids = ", ".join(str(victim.pid) for victim in dead)
            say(f"{' + '.join(names)} ({pids}) killed, well again {time.monotonic() - began:.1f} s")
    assert ledger.repeats > 0, "no sender ever lost an answer"
    assert follower.connections > 3
    assert follower.resyncs == 0
    await the_table_is_as_promised(product, ledger, follower)
    the_log_is_as_promised(product, ledger)
    say(f"{len(ledger.accepted)} events, {ledger.repeats} batches sent again")
    await it_ends_cleanly(product)


def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {line}")
            sys.stdout.flush()

    return say


async def the_table_is_as_promised(product: Product, ledger: Ledger, follower: Follower) -> None:
    async with httpx.AsyncClient() as client:
        rows = (await client.get(f"{product.address}/api/alerts?limit=500")).json()
        assert (await client.get(f"{product.address}/ready")).status_code == 200
    assert counted(rows) == ledger.findings
    assert {row["id"]: row for row in rows} == follower.rows
    assert {row["version"] for row in rows} == {1}


def the_log_is_as_promised(product: Product, ledger: Ledger) -> None:
    with product.database() as connection:
        found = connection.execute("SELECT event->>'request_id' FROM raw_logs").fetchall()
        heads = connection.execute(
            "SELECT partition, next_offset FROM event_log_heads ORDER BY partition"
        ).fetchall()
        reached = connection.execute(
            "SELECT partition, next_offset FROM consumer_offsets ORDER BY partition"
        ).fetchall()
        offsets = connection.execute(
            'SELECT partition, max("offset") + 1, count(*) FROM raw_logs'
            " GROUP BY partition ORDER BY partition"
        ).fetchall()
        opened = connection.execute("SELECT kind, count(*) FROM alert_changes GROUP BY 1")
        assert opened.fetchall() == [("opened", len(ledger.findings))]
    stored = [request_id for (request_id,) in found]
    assert len(stored) == len(set(stored)), "an event is there twice"
    assert set(stored) == ledger.accepted
    assert heads == reached
    assert [(partition, n, n) for partition, n in heads] == offsets


async def it_ends_cleanly(product: Product) -> None:
    assert product.program is not None
    all_of_it = tree.everything(product.pid)
    assert len(all_of_it) > 5
    assert await product.program.stop() == 0
    await eventually(lambda: not any(victim.lives() for victim in all_of_it), 5, "nothing is left")
