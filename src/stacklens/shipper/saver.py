"""Positions reach the disk soon after the server's answer, without holding up the next line."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from stacklens.shipper import positions
from stacklens.shipper.positions import Position

log = logging.getLogger(__name__)

_DISK_PAUSE = 5.0


class PositionSaver:
    """Writes what `take` returns to `path`, some time after it was asked to.

    Writing each answer at once would cost two fsyncs a batch, at the very moment in which a server
    on the same disk commits what follows from the lines. Whatever was not written yet is sent again
    after a crash, and the server knows such lines.
    """

    def __init__(self, path: Path, take: Callable[[], list[Position]], *, delay: float) -> None:
        self._path = path
        self._take = take
        self._delay = delay
        self._wanted = asyncio.Event()
        self._one_writer = asyncio.Lock()
        self._disk_trouble = False

    def soon(self) -> None:
        """Asks for the positions to be saved."""
        self._wanted.set()

    async def run(self) -> None:
        """Saves when asked to, for ever."""
        while True:
            await self._wanted.wait()
            await asyncio.sleep(_DISK_PAUSE if self._disk_trouble else self._delay)
            await self.save()

    async def save(self) -> None:
        """Saves now; when the disk refuses it says so, once, and will try again."""
        async with self._one_writer:
            self._wanted.clear()
            try:
                await asyncio.to_thread(positions.save, self._path, self._take())
            except OSError as error:
                self._wanted.set()
                if not self._disk_trouble:
                    log.warning("cannot save positions in %s: %s", self._path, error)
                self._disk_trouble = True
            else:
                self._disk_trouble = False
