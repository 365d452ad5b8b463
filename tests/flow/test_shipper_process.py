"""A shipper as a process of its own: it is killed, stopped, and left alone."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conditions import eventually
from log_server import LogServer, Reply, log_server
from shipping import append, numbered

PROGRAM = """
import asyncio, sys
from pathlib import Path
from stacklens.shipper.run import ship_until_signalled

to, state, *files = sys.argv[1:]
asyncio.run(ship_until_signalled(files, to, state=Path(state)))
"""


@pytest.fixture
async def server() -> AsyncIterator[LogServer]:
    async with log_server() as running:
        yield running


@asynccontextmanager
async def shipper(to: str, folder: Path, *files: Path) -> AsyncIterator[Process]:
    """A process that is ready; killed at the end, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, to, str(folder / "state"), *map(str, files), stdout=PIPE
    )
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        assert line.decode() == f"stacklens ship: ready, following {count(files)} file(s)\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def count(files: tuple[Path, ...]) -> int:
    return sum(len(list(file.parent.glob(file.name))) for file in files)


def switches(pid: int) -> int:
    """How often any thread of the process gave the processor away, which is to say: woke up."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (line.split() for line in (task / "status").read_text().splitlines())
        total += sum(int(field[1]) for field in fields if field[0] == "voluntary_ctxt_switches:")
    return total


def in_order(lines: list[str]) -> bool:
    """Whether the lines come in order once repetitions are left out."""
    numbers = [int(line.split()[1]) for line in dict.fromkeys(lines)]
    return numbers == sorted(numbers)


async def received_more_than(server: LogServer, requests: int) -> None:
    await eventually(lambda: len(server.received) > requests)


async def test_every_line_arrives_in_order_though_the_shipper_is_killed_again_and_again(
    tmp_path: Path, server: LogServer
) -> None:
    log = tmp_path / "app.log"
    written = 0
    for round_ in range(4):
        async with shipper(server.url, tmp_path, log) as process:
            seen = len(server.received)
            for _ in range(20):
                append(log, *numbered(written, written + 100))
                written += 100
                await asyncio.sleep(0)  # the server takes requests in this process
            await received_more_than(server, seen + round_ % 3)
            process.kill()
            await process.wait()
        if round_ == 2:
            log.rename(tmp_path / "app.log.1")
    async with shipper(server.url, tmp_path, log):
        await eventually(lambda: len(set(server.lines)) == written, within=10)

    assert set(server.lines) == set(numbered(0, written))
    assert in_order(server.lines)
    places = {record["log"]: (record["log_file"], record["log_offset"]) for record in server.stored}
    repeated = [r for r in server.stored if places[r["log"]] != (r["log_file"], r["log_offset"])]
    assert repeated == []  # a line that is sent again is known again


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(
    tmp_path: Path, server: LogServer, number: signal.Signals
) -> None:
    log = tmp_path / "app.log"
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipper(server.url, tmp_path, log) as process:
        append(log, "line 0")
        await eventually(lambda: server.received)
        process.send_signal(number)
        asyncio.get_running_loop().call_later(0.1, answer.set)
        assert await process.wait() == 0

    (position,) = json.loads((tmp_path / "state" / "positions.json").read_text())["positions"]
    assert position["offset"] == len("line 0\n")


async def test_it_sleeps_while_nothing_is_written(tmp_path: Path, server: LogServer) -> None:
    log = tmp_path / "app.log"
    async with shipper(server.url, tmp_path, log) as process:
        append(log, "line 0")
        stored = tmp_path / "state" / "positions.json"
        await eventually(lambda: '"offset": 7' in stored.read_text())
        before = switches(process.pid)
        ended = asyncio.create_task(process.wait())
        await asyncio.wait([ended], timeout=1.0)  # what is tested is the length of this silence
        assert switches(process.pid) - before <= 5
        append(log, "line 1")
        await eventually(lambda: len(server.stored) == 2, within=1)
