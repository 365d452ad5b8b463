"""A real HTTP server on loopback that takes log lines and misbehaves when it is told to."""

import asyncio
import gzip
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What to do with one request: `drop` closes the connection after the body was read, and
    `until` holds the answer back."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"accepted":1,"quarantined":0,"duplicates":0,"request_id":"r"}'
    drop: bool = False
    until: asyncio.Event | None = None


DROP = Reply(drop=True)


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    target: str
    headers: dict[str, str]
    body: bytes
    records: list[dict[str, Any]]
    connection: int
    at: float


class LogServer:
    """Replies by `script`, one after the other, then by `judge`; remembers every request."""

    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.judge: Callable[[Received], Reply] = lambda _: Reply()
        self.received: list[Received] = []
        self.stored: list[dict[str, Any]] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._opened = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[str]:
        """What was stored, in the order of arrival, with repetitions."""
        return [record["log"] for record in self.stored]

    async def start(self) -> None:
        """On a free port, or again on the one it had."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._connections:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._opened += 1
        self._connections.add(writer)
        try:
            while await self._exchange(reader, writer, self._opened):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        records = [json.loads(line) for line in plain.splitlines()]
        at = asyncio.get_running_loop().time()
        request = Received(head[0].split()[1], headers, body, records, connection, at)
        self.received.append(request)
        reply = self.script.popleft() if self.script else self.judge(request)
        if reply.until is not None:
            await reply.until.wait()
        if reply.drop or reply.status == 200:
            self.stored += records
        if reply.drop:
            return False
        extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        writer.write(
            f"HTTP/1.1 {reply.status} Scripted\r\n{extra}"
            f"Content-Length: {len(reply.body)}\r\n\r\n{reply.body}".encode()
        )
        await writer.drain()
        return True


@asynccontextmanager
async def log_server() -> AsyncIterator[LogServer]:
    """A server that runs, on a free port."""
    server = LogServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
