"""Several processes under one parent: started in order, started again, stopped in reverse order.

Whatever is kept running is a `Kept`: another program (here) or the embedded PostgreSQL
(`cli/database.py`). The supervisor itself stays small: it imports nothing of the server.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from stacklens.cli import tether
from stacklens.cli.crashes import Crashes

Say = Callable[[str], None]
"""Prints one line for the person at the terminal."""

_READY = re.compile(r"[a-z][a-z -]*: ready\b,? *(.*)")
_LONGEST_LINE = 1 << 20


class SupervisorError(Exception):
    """Something that has to run does not; one line for the person who started it."""


class NotStartedError(SupervisorError):
    def __init__(self, name: str, code: int, last_line: str) -> None:
        told = last_line.removeprefix("stacklens: ") or f"it ended with code {code}"
        super().__init__(f"{name} did not start: {told}")


class GaveUpError(SupervisorError):
    def __init__(self, name: str, crashes: int, last_line: str) -> None:
        told = last_line or "it said nothing"
        super().__init__(f"{name} crashed {crashes} times within a minute, giving up: {told}")


class Kept(Protocol):
    """Something that is kept running."""

    name: str

    async def start(self) -> str:
        """Start it for the first time; what it said about being ready. Raises SupervisorError."""
        ...

    async def keep(self) -> None:
        """Start it again whenever it ends. Raises SupervisorError to give up."""
        ...

    async def stop(self) -> None:
        """Let it end in good order; returns when it is gone. `keep` has been cancelled before."""
        ...

    def kill(self) -> None:
        """End it now."""
        ...


@dataclass(frozen=True)
class Program:
    """A command line that prints `…: ready WORDS` when it serves; `name` prefixes its output."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class KeptProgram:
    """One program as a child in a session of its own, so that Ctrl-C is the supervisor's alone."""

    def __init__(
        self, program: Program, say: Say, *, most_crashes: int = 8, stop_seconds: float = 15.0
    ) -> None:
        self.name = program.name
        self._program = program
        self._say = say
        self._crashes = Crashes(most_crashes)
        self._stop_seconds = stop_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last_line = ""
        self._started = 0.0

    @property
    def pid(self) -> int:
        """The running process; 0 while there is none."""
        return self._process.pid if self._process else 0

    async def start(self) -> str:
        ready = await self._spawn()
        ended = asyncio.ensure_future(self._ended())
        waiting: list[asyncio.Future[str] | asyncio.Task[int]] = [ready, ended]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                return ready.result()
            raise NotStartedError(self.name, await ended, self._last_line)
        finally:
            ended.cancel()

    async def keep(self) -> None:
        while True:
            code = await self._ended()
            now = time.monotonic()
            pause = self._crashes.pause(now, now - self._started)
            if pause is None:
                raise GaveUpError(self.name, self._crashes.most, self._last_line)
            self._say(f"{self.name} ended ({_told(code)}); starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            await self._spawn()

    async def stop(self) -> None:
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self._stop_seconds):
                await self._ended()
        except TimeoutError:
            self._say(f"{self.name} does not stop; killing it")
            self.kill()
            await self._ended()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    async def _spawn(self) -> asyncio.Future[str]:
        """Start the program; the future has its words when it says that it is ready."""
        self._started = time.monotonic()
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        # A pipe of our own: with one of asyncio's, the end of the program is only told when
        # everybody else who has inherited the pipe has ended too.
        readable, writable = os.pipe()
        lines, transport = await _lines_of(readable)
        self._reading = asyncio.create_task(self._read(lines, transport, ready))
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", tether.__file__, str(os.getpid())),
                *self._program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writable,
                stderr=writable,
                env=self._program.environment,
                start_new_session=True,
            )
        finally:
            os.close(writable)
        return ready

    async def _read(
        self,
        lines: asyncio.StreamReader,
        transport: asyncio.BaseTransport,
        ready: asyncio.Future[str],
    ) -> None:
        """Pass the output on, but for the line that says ready."""
        with contextlib.closing(transport):
            while raw := await _next_line(lines):
                line = raw.decode(errors="replace").rstrip()
                if not ready.done() and (found := _READY.fullmatch(line)):
                    ready.set_result(found[1])
                else:
                    self._last_line = line or self._last_line
                    self._say(f"{self.name:<8}| {line}")

    async def _ended(self) -> int:
        """Wait until the process is gone and all that it said has been passed on."""
        if self._process is None or self._reading is None:
            return 0
        code = await self._process.wait()
        self._signal(signal.SIGKILL)  # what it left behind in its session
        await asyncio.wait([self._reading], timeout=1.0)
        self._reading.cancel()
        return code

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


async def _lines_of(
    readable: int,
) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(_LONGEST_LINE)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(readable, "rb", 0)
    )
    return reader, transport


async def _next_line(stream: asyncio.StreamReader) -> bytes:
    """One line with its end, in pieces when it is longer than the limit; empty at the end."""
    try:
        return await stream.readuntil()
    except asyncio.IncompleteReadError as end:
        return end.partial
    except asyncio.LimitOverrunError as too_long:
        return await stream.readexactly(too_long.consumed)


def _told(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name


class Supervisor:
    """What was added runs until the block ends; then it stops, the last one first.

    Use as `async with Supervisor(say) as supervisor`. The first SIGINT or SIGTERM ends
    `until_stopped`, or whatever else the block waits for, by cancelling it; the second one kills.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._kept: list[Kept] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._asked = 0
        self._owner: asyncio.Task[object] | None = None

    async def add(self, kept: Kept) -> str:
        """Start it and keep it running; what it said about being ready. Raises SupervisorError."""
        self._kept.append(kept)
        words = await kept.start()
        self._keeping.append(asyncio.create_task(kept.keep(), name=kept.name))
        return words

    async def until_stopped(self) -> None:
        """Wait for the end; raises SupervisorError when something has been given up."""
        done, _ = await asyncio.wait(self._keeping, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def __aenter__(self) -> Self:
        self._owner = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._asked_to_stop)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        # From here on a signal kills, and does not cancel the stopping.
        self._owner = None
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for kept in reversed(self._kept):
            await kept.stop()
        return self._asked > 0 and isinstance(error, asyncio.CancelledError)

    def _asked_to_stop(self) -> None:
        self._asked += 1
        if self._asked == 1 and self._owner is not None:
            self._owner.cancel()
            self._say("stopping; once more kills")
            return
        for kept in reversed(self._kept):
            kept.kill()
