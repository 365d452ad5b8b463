"""Commands of `stacklens` as processes of their own, to be started, stopped and killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from conditions import eventually

_READY = "stacklens: ready "
_NOT_INHERITED = ("STACKLENS_", "JIRA_", "POSTGRES_", "KAFKA_", "REDIS_", "PG_", "PGHOST", "PGPORT")


@dataclass
class Running:
    """A process and the lines that it has written so far."""

    process: Process
    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        """All of it, for the message of a test that fails."""
        return "\n".join([*self.output, *self.errors])

    async def ready(self, within: float = 30.0) -> str:
        """What it says after "ready": its address, or its roles."""

        def line() -> str | None:
            found = next((line for line in self.output if line.startswith(_READY)), None)
            assert found or self.process.returncode is None, f"it ended:\n{self.said()}"
            return found

        return (await eventually(line, within, "ready")).removeprefix(_READY)

    async def ended(self, within: float = 20.0) -> int:
        """The exit code, once everything that it wrote has been read."""
        async with asyncio.timeout(within):
            code = await self.process.wait()
            await asyncio.gather(*self._readers)
        return code

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        return await self.ended()

    async def _read(self, stream: asyncio.StreamReader, lines: list[str]) -> None:
        while line := await stream.readline():
            lines.append(line.decode(errors="replace").rstrip("\n"))


@asynccontextmanager
async def running(*arguments: str, **environment: str) -> AsyncIterator[Running]:
    """`stacklens ARGUMENT…` with nothing of the product in its environment but what is given.

    Killed at the end if it has not ended by then.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stacklens", *arguments),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=environ(environment),
        start_new_session=True,
    )
    program = Running(process)
    assert process.stdout is not None
    assert process.stderr is not None
    program._readers += [
        asyncio.create_task(program._read(process.stdout, program.output)),
        asyncio.create_task(program._read(process.stderr, program.errors)),
    ]
    try:
        yield program
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(TimeoutError):
                await program.ended()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await program.ended()


def environ(wanted: Mapping[str, str]) -> dict[str, str]:
    """Ours without what would point a program at somebody's real product."""
    ours = {name: v for name, v in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {**ours, **wanted}
