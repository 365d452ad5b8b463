"""HTTP and WebSocket over bare sockets: a client that costs next to nothing beside the product."""

import base64
import os
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from bench.product import Address

ONE_EVENT: Final = "/api/logs/ingest"
MANY_EVENTS: Final = "/api/logs"

_CHUNK: Final = 1 << 16
_TEXT: Final = 0x1
_TWO_BYTES: Final = 126
"""A length from here on does not stand in the second byte of a frame: this says that it stands in
the two bytes after it, the next number that it stands in the eight."""


class BrokenWireError(Exception):
    """The other side closed the connection or said what it should not."""


class _Wire:
    """A connected socket that is closed at the end of its block."""

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection(address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For `selectors`."""
        return self._socket.fileno()

    def _receive_head(self) -> bytes:
        while b"\r\n\r\n" not in self._received:
            self._receive_more()
        head, _, rest = bytes(self._received).partition(b"\r\n\r\n")
        self._received = bytearray(rest)
        return head

    def _receive_more(self) -> None:
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise BrokenWireError("the connection was closed")
        self._received += chunk


class HttpConnection(_Wire):
    """One keep-alive connection; a request, then its answer."""

    def send(self, request: bytes) -> None:
        """Send a whole request, made by `request_of`."""
        self._socket.sendall(request)

    def receive(self) -> tuple[int, bytes]:
        """Status and body of the answer; waits for it."""
        head = self._receive_head()
        size = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        while len(self._received) < size:
            self._receive_more()
        body = bytes(self._received[:size])
        del self._received[:size]
        return int(head.split(b" ", 2)[1]), body

    def ask(self, request: bytes, expected: int) -> bytes:
        """The body of the answer; raises BrokenWireError for any status but `expected`."""
        self.send(request)
        status, body = self.receive()
        if status != expected:
            raise BrokenWireError(f"{status} instead of {expected}: {body[:200]!r}")
        return body


def request_of(path: str, body: bytes) -> bytes:
    """A POST of logs, ready to be sent as often as wanted."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class LiveSocket(_Wire):
    """The live stream from now on."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        if not (head := self._receive_head()).startswith(b"HTTP/1.1 101"):
            raise BrokenWireError(repr(head[:200]))
        while not self._whole_frame():  # the greeting: from here on nothing is missed
            self._receive_more()
        next(self._frames())

    def receive(self) -> list[bytes]:
        """The texts that have come; waits when there is nothing at all."""
        self._receive_more()
        return list(self._frames())

    def pong(self) -> None:
        """The sign of life that the server wants after a ping."""
        text = b'{"type":"pong"}'
        # Masked, as every client must; with zeros, so the text stays as it is.
        self._socket.sendall(bytes([0x80 | _TEXT, 0x80 | len(text), 0, 0, 0, 0]) + text)

    def _frames(self) -> Iterator[bytes]:
        while frame := self._whole_frame():
            start, end = frame
            text = bytes(self._received[start:end])
            if self._received[0] & 0x0F != _TEXT:
                raise BrokenWireError(repr(text[:200]))
            del self._received[:end]
            yield text

    def _whole_frame(self) -> tuple[int, int] | None:
        """Where the payload of the first frame starts and ends; None while it is not all here."""
        if len(self._received) < 2:
            return None
        length, start = self._received[1], 2
        if length >= _TWO_BYTES:
            start = 4 if length == _TWO_BYTES else 10
            length = int.from_bytes(self._received[2:start], "big")
        return (start, start + length) if len(self._received) >= start + length else None
