"""A browser's end of the live stream that comes back whenever it was cut off."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from api.streaming import Watcher
from fault.traffic import Key


class Follower(Watcher):
    """Keeps every row that it was shown, over any number of connections."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = f"{address.replace('http', 'ws', 1)}/ws"
        self.connections = 0

    @asynccontextmanager
    async def following(self) -> AsyncIterator["Follower"]:
        """Follow while the block lasts, from when the stream has said hello."""
        async with asyncio.timeout(20):
            hello = asyncio.Event()
            task = asyncio.create_task(self._follow(hello))
            await hello.wait()
        try:
            yield self
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def counts(self) -> Counter[Key]:
        """What it shows, as the ledger has it."""
        return counted(list(self.rows.values()))

    async def _follow(self, hello: asyncio.Event) -> None:
        while True:
            try:
                await self._follow_once(hello)
            except (OSError, TimeoutError, WebSocketException):
                await asyncio.sleep(0.05)

    async def _follow_once(self, hello: asyncio.Event) -> None:
        before = self.position
        since = "" if before is None else f"?since={quote(before)}"
        async with connect(
            self._address + since, proxy=None, max_size=None, ping_interval=None
        ) as self._socket:
            first = await self.frame()
            if first["type"] != "hello":
                assert first["type"] == "bye", first
                return
            assert before in (None, self.position), "it goes on where it stopped"
            self.connections += 1
            hello.set()
            while True:
                await self.frame()


def counted(rows: list[dict[str, Any]]) -> Counter[Key]:
    """Alert rows as the API gives them, by issue code and product."""
    return Counter(
        {(row["issue_code"], row["group"].get("product_id")): row["count"] for row in rows}
    )
