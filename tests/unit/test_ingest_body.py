"""Bodies as they stream in: bounded, decompressed, never believed."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.ingest.body import (
    MAX_BODY_BYTES,
    BodyTooLargeError,
    BodyUnreadableError,
    read_body,
)

MIB = 1024 * 1024
TEXT = b'{"service": "pos"}\n' * 1_000


class Stream:
    """A request's body in chunks, that knows how much of it was read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            self.taken += len(chunk)
            yield chunk


def chunks(body: bytes, size: int) -> Iterable[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


async def read(body: bytes, encoding: str = "", size: int = 65_536, limit: int = MIB) -> bytes:
    return await read_body(aiter(Stream(chunks(body, size))), encoding, limit)


PACKED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    " GZIP ": gzip.compress(TEXT, 9),
    "deflate": zlib.compress(TEXT),
}


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize("encoding", PACKED)
async def test_a_body_is_read_in_whatever_pieces_it_comes(encoding: str, size: int) -> None:
    assert await read(PACKED[encoding], encoding, size) == TEXT


@pytest.mark.parametrize("size", [1, 2, 65_536])
@pytest.mark.parametrize("encoding", ["", "identity"])
async def test_gzip_is_known_by_its_first_bytes(encoding: str, size: int) -> None:
    assert await read(gzip.compress(TEXT), encoding, size) == TEXT


@pytest.mark.parametrize("size", [1, 64, 65_536])
async def test_every_member_of_a_gzip_body_is_read(size: int) -> None:
    packed = gzip.compress(b"first\n") + gzip.compress(b"") + gzip.compress(b"second\n")
    assert await read(packed, "gzip", size) == b"first\nsecond\n"


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
async def test_an_empty_body_is_empty(encoding: str) -> None:
    assert await read(b"", encoding) == b""


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (gzip.compress(TEXT)[:-9], "gzip", "ends too early"),
        (gzip.compress(TEXT)[:-1], "", "ends too early"),
        (gzip.compress(TEXT)[:5], "gzip", "ends too early"),
        (gzip.compress(TEXT) + gzip.compress(TEXT)[:20], "gzip", "ends too early"),
        (zlib.compress(TEXT)[:-1], "deflate", "ends too early"),
        (TEXT, "gzip", "is damaged"),
        (TEXT, "deflate", "is damaged"),
        (gzip.compress(TEXT) + b"rest", "gzip", "is damaged"),
        (gzip.compress(TEXT)[:10] + b"\xff" * 40, "gzip", "is damaged"),
        (gzip.compress(TEXT)[:-8] + b"\0" * 8, "gzip", "is damaged"),
        (b"\x1f\x8b" + b"x" * 100, "", "is damaged"),
        (TEXT, "zstd", "Content-Encoding 'zstd' is not supported: use gzip"),
        (TEXT, "gzip, gzip", "is not supported"),
        (TEXT, "x" * 10_000, f"Content-Encoding '{'x' * 40}' is not supported"),
    ],
)
async def test_what_cannot_be_unpacked_is_told(body: bytes, encoding: str, why: str) -> None:
    with pytest.raises(BodyUnreadableError, match=why):
        await read(body, encoding, 16)


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_the_bound_counts_what_comes_out(encoding: str) -> None:
    for size, fits in ((1_000, True), (1_001, False)):
        plain = b"x" * size
        body = gzip.compress(plain) if encoding else plain
        if fits:
            assert await read(body, encoding, limit=1_000) == plain
        else:
            with pytest.raises(BodyTooLargeError):
                await read(body, encoding, limit=1_000)


def bomb(size: int) -> bytes:
    """A gzip body of a thousandth of `size`."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(MIB)
    return b"".join(packer.compress(zeros) for _ in range(size // MIB)) + packer.flush()


@pytest.mark.parametrize("size", [4_096, 10 * MIB])
async def test_a_bomb_is_noticed_before_it_goes_off(size: int) -> None:
    packed = bomb(128 * MIB)
    tracemalloc.start()
    with pytest.raises(BodyTooLargeError):
        await read(packed, "gzip", size, MAX_BODY_BYTES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * MAX_BODY_BYTES


async def test_a_body_that_is_too_large_is_read_to_its_end_and_thrown_away() -> None:
    """Its sender reads the answer only when it has sent everything."""
    stream = Stream(bytes(MIB) for _ in range(40))
    tracemalloc.start()
    with pytest.raises(BodyTooLargeError):
        await read_body(aiter(stream), "", MAX_BODY_BYTES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.taken == 40 * MIB
    assert peak < 3 * MAX_BODY_BYTES


async def test_a_body_without_end_is_cut_off() -> None:
    stream = Stream(bytes(MIB) for _ in range(100_000))
    with pytest.raises(BodyTooLargeError):
        await read_body(aiter(stream), "", MAX_BODY_BYTES)
    assert stream.taken <= 4 * MAX_BODY_BYTES + MIB


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
async def test_a_body_that_cannot_be_read_is_taken_in_too(encoding: str) -> None:
    stream = Stream(b"?" * 1_000 for _ in range(50))
    with pytest.raises(BodyUnreadableError):
        await read_body(aiter(stream), encoding)
    assert stream.taken == 50_000


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate"]), st.integers(1, 50))
async def test_no_bytes_are_a_fault(body: bytes, encoding: str, size: int) -> None:
    with suppress(BodyTooLargeError, BodyUnreadableError):
        assert len(await read(body, encoding, size, 200)) <= 200
