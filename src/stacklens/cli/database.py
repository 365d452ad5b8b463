"""The embedded PostgreSQL as something that the supervisor keeps running."""

import asyncio
import time
from pathlib import Path

from stacklens.cli.crashes import Crashes
from stacklens.cli.supervisor import GaveUpError, Say
from stacklens.db.embedded import EmbeddedPostgres, start_embedded
from stacklens.db.embedded_errors import EmbeddedPostgresError


class KeptPostgres:
    """The server in a data folder; `url` is the same after every start.

    The runner blocks, so it works in a thread. `start` raises EmbeddedPostgresError.
    """

    def __init__(
        self,
        data: Path,
        bindir: Path | None,
        say: Say,
        *,
        most_crashes: int = 8,
        patience: float = 10.0,
    ) -> None:
        self.name = "postgres"
        self._data = data
        self._bindir = bindir
        self._say = say
        self._crashes = Crashes(most_crashes)
        self._patience = patience
        self._server: EmbeddedPostgres | None = None
        self._started = 0.0

    @property
    def pids(self) -> list[int]:
        """The guard and the server; empty while there is none."""
        return [self._server.guard_pid, self._server.pid] if self._server else []

    async def start(self) -> str:
        self._started = time.monotonic()
        starting = asyncio.ensure_future(
            asyncio.to_thread(start_embedded, self._data, bindir=self._bindir)
        )
        try:
            while not (await asyncio.wait([starting], timeout=self._patience))[0]:
                self._say(f"{self.name} is still starting; after a crash it recovers first")
        except asyncio.CancelledError:
            # A thread cannot be cancelled: take what it started, so that `stop` ends it.
            self._server = await starting
            raise
        self._server = starting.result()
        return self._server.url

    async def keep(self) -> None:
        server = self._server
        while server is not None:
            code = await asyncio.to_thread(server.wait)
            now = time.monotonic()
            pause = self._crashes.pause(now, now - self._started)
            if pause is None:
                raise GaveUpError(self.name, self._crashes.most, f"see {self._data}/postgres.log")
            self._say(f"{self.name} ended (code {code}); starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            await self._start_again(server)

    async def _start_again(self, server: EmbeddedPostgres) -> None:
        """A start that fails counts as one more crash: `wait` returns at once after it."""
        self._started = time.monotonic()
        try:
            await asyncio.to_thread(server.start)
        except EmbeddedPostgresError as error:
            self._say(str(error))

    async def stop(self) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    def kill(self) -> None:
        """Nothing to do: the guard stops the server, at the latest when we are gone."""
