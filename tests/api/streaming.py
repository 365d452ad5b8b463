"""A client of the live stream for tests: it keeps what a browser would keep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import msgspec
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stacklens.api.frames import StreamMessage

FRAME: TypeAdapter[Any] = TypeAdapter(StreamMessage)


class Watcher:
    """Rows and position over any number of connections."""

    def __init__(self, position: str | None = None) -> None:
        self.position = position
        self.rows: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.resyncs = 0
        self.frames: list[dict[str, Any]] = []
        self._socket: ClientConnection | None = None

    @asynccontextmanager
    async def connected(self, url: str, **options: Any) -> AsyncIterator["Watcher"]:
        """Inside, the stream from where this watcher stopped; hello has been read."""
        address = url if self.position is None else f"{url}?since={quote(self.position)}"
        options.setdefault("max_size", None)
        async with connect(address, ping_interval=None, **options) as socket:
            self._socket = socket
            assert (await self.frame())["type"] == "hello"
            yield self

    async def frame(self) -> dict[str, Any]:
        """The next frame, which must be one that the document declares."""
        assert self._socket is not None
        text = await self._socket.recv()
        frame: dict[str, Any] = msgspec.json.decode(text)
        FRAME.validate_json(text)
        self.frames.append(frame)
        self._take_in(frame)
        if frame["type"] == "ping":
            await self._socket.send('{"type":"pong"}')
        return frame

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these types."""
        while (frame := await self.frame())["type"] not in kinds:
            pass
        return frame

    async def close_code(self) -> int | None:
        """The code with which the server closes, pings answered until then."""
        assert self._socket is not None
        with suppress(ConnectionClosed):
            while True:
                await self.frame()
        return self._socket.close_code

    async def until_seq(self, seq: int) -> None:
        """Until everything up to `seq` has come."""
        while self.seq < seq:
            await self.frame()

    @property
    def seq(self) -> int:
        return int((self.position or ":0").rpartition(":")[2])

    def _take_in(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hello":
                self.position = f"{frame['epoch']}:{frame['seq']}"
            case "resync":
                self.position = f"{frame['epoch']}:{frame['seq']}"
                self.resyncs += 1
            case "events":
                for event in frame["events"]:
                    self._take_in_event(event)

    def _take_in_event(self, event: dict[str, Any]) -> None:
        row = event["data"]
        assert event["seq"] == row["seq"] > self.seq, "numbers only grow"
        if event["type"] == "alert:created":
            assert row["id"] not in self.rows, "nothing is new twice"
        assert self.position is not None
        self.position = f"{self.position.rpartition(':')[0]}:{event['seq']}"
        self.rows[row["id"]] = row
        self.events.append(event)
