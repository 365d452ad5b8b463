"""Request bodies: decompressed and bounded while they stream in, then taken apart into records."""

import re
import zlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""Decompressed; the largest batches that common shippers send are 10 MB."""

_DRAIN_BYTES: Final = 4 * MAX_BODY_BYTES
"""Of a body that is too large this much is read and thrown away, so that its sender gets to read
the answer; beyond that the connection is cut."""

_STEP_BYTES: Final = 1024 * 1024
"""A compressed chunk is unpacked in steps of this, so that a bomb is noticed before it goes off."""

_WBITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_GZIP_MAGIC: Final = b"\x1f\x8b"
_PIECE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)

_array: Final = msgspec.json.Decoder(list[msgspec.Raw])
_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


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
    body = bytearray()
    unpack = _unpacker(encoding)
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received == len(chunk) and unpack is None and chunk[:2] == _GZIP_MAGIC:
            unpack = zlib.decompressobj(_WBITS["gzip"])
        if not _add(body, chunk, unpack, limit):
            await _drain(chunks, received)
            raise BodyTooLargeError
    if unpack is not None and received and not unpack.eof:
        raise BodyUnreadableError("the compressed body ends too early")
    return bytes(body)


def split(body: bytes) -> Sequence[bytes]:
    """The records in a body, whatever it says that it is: array, NDJSON or one object.

    Nothing is judged here: what is no JSON comes out as it is, for the quarantine.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if text[:1] == b"[":
        return _elements(text)
    if text[:1] == b"{" and b"\n" in text and _is_one_object(text):
        return [text]
    return [line for line in map(bytes.strip, text.split(b"\n")) if line]


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name not in _WBITS:
        raise BodyUnreadableError(f"Content-Encoding {name[:40]!r} is not supported: use gzip")
    return zlib.decompressobj(_WBITS[name])


def _add(body: bytearray, chunk: bytes, unpack: "zlib._Decompress | None", limit: int) -> bool:
    if unpack is None:
        body += chunk
        return len(body) <= limit
    try:
        while chunk and not unpack.eof:
            body += unpack.decompress(chunk, _STEP_BYTES)
            if len(body) > limit:
                return False
            chunk = unpack.unconsumed_tail
    except zlib.error as error:
        raise BodyUnreadableError(f"the compressed body is damaged: {error}") from None
    return True


async def _drain(chunks: AsyncIterator[bytes], received: int) -> None:
    async for chunk in chunks:
        received += len(chunk)
        if received > _DRAIN_BYTES:
            return


def _is_one_object(text: bytes) -> bool:
    # Of NDJSON the first line is an object already.
    first = text.partition(b"\n")[0].rstrip()
    try:
        _object.decode(first)
    except (msgspec.MsgspecError, RecursionError):
        pass
    else:
        return False
    try:
        _object.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _elements(text: bytes) -> Sequence[bytes]:
    try:
        return [bytes(element) for element in _array.decode(text)]
    except (msgspec.MsgspecError, RecursionError):
        return _elements_carefully(text)


def _elements_carefully(text: bytes) -> Sequence[bytes]:
    """The elements of an array of which at least one is no proper JSON, cut at its commas."""
    elements, depth, start = [], 0, 1
    for piece in _PIECE.finditer(text):
        sign = piece[0]
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
        if (sign == b"," and depth == 1) or (sign == b"]" and depth == 0):
            elements.append(text[start : piece.start()].strip())
            start = piece.end()
    elements.append(text[start:].strip())
    return [element for element in elements if element]
