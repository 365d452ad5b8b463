"""The supervisor, over real processes that do as they are told."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from conditions import eventually, eventually_sync
from stacklens.cli.crashes import Crashes
from stacklens.cli.supervisor import (
    GaveUpError,
    KeptProgram,
    NotStartedError,
    Program,
    Supervisor,
)

SERVE = "echo 'a child: ready at once'; echo serving; exec sleep 60"
STUBBORN = "trap 'echo asked' TERM; echo 'a child: ready'; while :; do sleep 0.05; done"


def shell(script: str, *, name: str = "child") -> Program:
    return Program(name, ("/bin/sh", "-c", script), dict(os.environ))


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Said(list[str]):
    """The lines that were printed."""

    def has(self, words: str) -> Callable[[], bool]:
        return lambda: any(words in line for line in self)


async def test_a_program_is_ready_when_it_says_so_and_the_rest_is_passed_on() -> None:
    said = Said()
    async with Supervisor(said.append) as supervisor:
        assert await supervisor.add(KeptProgram(shell(SERVE), said.append)) == "at once"
        await eventually(said.has("child   | serving"))
    assert not said.has("ready")()


async def test_a_program_that_ends_before_it_is_ready_is_told_with_its_last_words() -> None:
    async with Supervisor(print) as supervisor:
        with pytest.raises(NotStartedError, match="child did not start: the moon is closed"):
            await supervisor.add(
                KeptProgram(shell("echo 'stacklens: the moon is closed'; exit 1"), print)
            )


async def test_a_program_that_ends_without_a_word_is_told_with_its_code() -> None:
    async with Supervisor(print) as supervisor:
        with pytest.raises(NotStartedError, match="it ended with code 7"):
            await supervisor.add(KeptProgram(shell("exit 7"), print))


async def test_a_program_that_is_not_there_is_told() -> None:
    missing = Program("child", ("/no/such/program",), {})
    async with Supervisor(print) as supervisor:
        with pytest.raises(NotStartedError, match="/no/such/program cannot be run"):
            await supervisor.add(KeptProgram(missing, print))


async def test_a_killed_program_is_started_again() -> None:
    said = Said()
    async with Supervisor(said.append) as supervisor:
        kept = KeptProgram(shell(SERVE), said.append)
        await supervisor.add(kept)
        await eventually(said.has("serving"))
        first = kept.pid
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: kept.pid != first and said.count("child   | serving") == 2)
        assert lives(kept.pid)
        assert said.has("child ended (SIGKILL); starting it again in 0.2 s")()
    assert not lives(kept.pid)


async def test_what_crashes_again_and_again_is_given_up_with_its_last_words() -> None:
    said = Said()
    crash = "echo 'a child: ready'; echo out of luck; exit 3"
    async with Supervisor(said.append) as supervisor:
        await supervisor.add(KeptProgram(shell(crash), said.append, most_crashes=3))
        with pytest.raises(GaveUpError, match=r"child crashed 3 times .* giving up: out of luck"):
            await supervisor.until_stopped()
    assert said.has("ended (code 3); starting it again in 0.4 s")()


async def test_stopping_goes_in_reverse_order() -> None:
    said = Said()
    polite = "trap 'echo leaving; exit 0' TERM; echo 'a child: ready'; while :; do sleep 0.05; done"
    async with Supervisor(said.append) as supervisor:
        for name in ("first", "second", "third"):
            await supervisor.add(KeptProgram(shell(polite, name=name), said.append))
    assert [line.split()[0] for line in said if "leaving" in line] == ["third", "second", "first"]


async def test_what_does_not_stop_is_killed() -> None:
    said = Said()
    async with Supervisor(said.append) as supervisor:
        kept = KeptProgram(shell(STUBBORN), said.append, stop_seconds=0.2)
        await supervisor.add(kept)
    assert not lives(kept.pid)
    assert said.has("child does not stop; killing it")()


async def test_a_line_longer_than_a_megabyte_passes_in_pieces() -> None:
    said = Said()
    long = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo 'a child: ready'; exec sleep 60"
    async with Supervisor(said.append) as supervisor:
        await supervisor.add(KeptProgram(shell(long), said.append))
    assert sum(line.count("x") for line in said) == 3_000_000


async def test_a_child_that_left_its_output_to_a_grandchild_ends_all_the_same() -> None:
    said = Said()
    script = "sleep 30 & echo 'a child: ready'; exit 4"
    async with Supervisor(said.append) as supervisor:
        kept = KeptProgram(shell(script), said.append)
        await supervisor.add(kept)
        await eventually(said.has("ended (code 4)"), within=5.0)


async def test_it_ends_while_a_program_is_still_starting() -> None:
    said = Said()
    async with Supervisor(said.append) as supervisor:
        kept = KeptProgram(shell("echo working; exec sleep 60"), said.append)
        adding = asyncio.create_task(supervisor.add(kept))
        await eventually(said.has("working"))
        adding.cancel()
    assert not lives(kept.pid)


HOLDER = textwrap.dedent("""
    import asyncio, os, sys
    from stacklens.cli.supervisor import KeptProgram, Program, Supervisor

    def say(line):
        print(line, flush=True)

    async def hold():
        async with Supervisor(say) as supervisor:
            program = Program("child", ("/bin/sh", "-c", sys.argv[1]), dict(os.environ))
            kept = KeptProgram(program, say)
            await supervisor.add(kept)
            say(f"pid {kept.pid}")
            await supervisor.until_stopped()
        say("over")

    asyncio.run(hold())
""")


def hold(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, script], stdout=subprocess.PIPE, text=True
    )


def child_of(holder: subprocess.Popen[str]) -> int:
    assert holder.stdout
    return int(next(line for line in holder.stdout if line.startswith("pid ")).split()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_good_order(number: signal.Signals) -> None:
    with hold("echo 'a child: ready'; exec sleep 60") as holder:
        child = child_of(holder)
        holder.send_signal(number)
        assert holder.stdout
        assert holder.stdout.read().splitlines() == ["stopping; once more kills", "over"]
        assert holder.wait(10) == 0
        assert not lives(child)


def test_a_second_signal_kills() -> None:
    with hold(STUBBORN) as holder:
        child = child_of(holder)
        holder.send_signal(signal.SIGINT)
        assert holder.stdout
        assert next(line for line in holder.stdout if "asked" in line)
        holder.send_signal(signal.SIGINT)
        assert holder.wait(5) == 0
        assert not lives(child)


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_a_child_does_not_outlive_a_supervisor_that_is_killed() -> None:
    with hold(STUBBORN) as holder:
        child = child_of(holder)
        holder.kill()
    eventually_sync(lambda: not lives(child), within=2.0)


@pytest.mark.parametrize(
    ("crashes", "pauses"),
    [
        ([(0, 0), (1, 1), (2, 1)], [0.2, 0.4, 0.8]),
        ([(0, 0), (1, 1), (62, 1)], [0.2, 0.4, 0.2]),
        ([(0, 0), (1, 1), (10, 9)], [0.2, 0.4, 0.2]),
        ([(n, 1) for n in range(8)], [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, None]),
    ],
)
def test_the_pause_doubles_until_it_is_enough(
    crashes: list[tuple[float, float]], pauses: list[float | None]
) -> None:
    seen = Crashes()
    assert [seen.pause(now, ran_for) for now, ran_for in crashes] == pauses


def test_the_pause_has_a_cap() -> None:
    seen = Crashes(most=100)
    assert [seen.pause(0, 0) for _ in range(20)][-1] == 30.0
