"""Request bodies: decompressed and bounded while they stream in."""

import zlib
from collections.abc import AsyncIterator
from typing import Final

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""Decompressed; the largest batches that common shippers send are 10 MB."""

_DRAIN_BYTES: Final = 4 * MAX_BODY_BYTES
"""Of a body that is refused this much is read and thrown away, so that its sender gets to read
the answer; beyond that the connection is cut."""

_STEP_BYTES: Final = 1024 * 1024
"""A compressed chunk is unpacked in steps of this, so that a bomb is noticed before it goes off."""

_WBITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_GZIP_MAGIC: Final = b"\x1f\x8b"


class BodyTooLargeError(Exception):
    """The body has more than its bound, compressed or not."""


class BodyUnreadableError(Exception):
    """The body cannot be decompressed; the message says why."""


async def read_body(
    chunks: AsyncIterator[bytes], encoding: str, limit: int = MAX_BODY_BYTES
) -> bytes:
    """The whole body, decompressed, at most `limit` bytes.

    `encoding` is the Content-Encoding; a gzip body is known by its first bytes too, because
    proxies lose the header. Raises BodyTooLargeError or BodyUnreadableError.
    """
    received = 0
    try:
        body = _Body(encoding, limit)
        async for chunk in chunks:
            received += len(chunk)
            body.add(chunk)
        return body.whole()
    except (BodyTooLargeError, BodyUnreadableError):
        await _drain(chunks, received)
        raise


class _Body:
    """What has come of a body, decompressed."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", *_WBITS):
            raise BodyUnreadableError(f"Content-Encoding {name[:40]!r} is not supported: use gzip")
        self._wbits = _WBITS.get(name)
        self._unpack: zlib._Decompress | None = None
        self._limit = limit
        self._content = bytearray()

    def add(self, chunk: bytes) -> None:
        if self._wbits is None and len(self._content) < len(_GZIP_MAGIC):
            # The first bytes may come one by one.
            chunk = bytes(self._content + chunk)
            self._content.clear()
            if chunk.startswith(_GZIP_MAGIC):
                self._wbits = _WBITS["gzip"]
        if self._wbits is None:
            self._content += chunk
            self._check_size()
        else:
            self._add_packed(chunk, self._wbits)

    def whole(self) -> bytes:
        if self._unpack is not None and not self._unpack.eof:
            raise BodyUnreadableError("the compressed body ends too early")
        return bytes(self._content)

    def _add_packed(self, chunk: bytes, wbits: int) -> None:
        try:
            while chunk:
                # After the end of one gzip member another may follow.
                if self._unpack is None or self._unpack.eof:
                    self._unpack = zlib.decompressobj(wbits)
                self._content += self._unpack.decompress(chunk, _STEP_BYTES)
                self._check_size()
                chunk = self._unpack.unused_data or self._unpack.unconsumed_tail
        except zlib.error as error:
            raise BodyUnreadableError(f"the compressed body is damaged: {error}") from None

    def _check_size(self) -> None:
        if len(self._content) > self._limit:
            raise BodyTooLargeError


async def _drain(chunks: AsyncIterator[bytes], received: int) -> None:
    async for chunk in chunks:
        received += len(chunk)
        if received > _DRAIN_BYTES:
            return
