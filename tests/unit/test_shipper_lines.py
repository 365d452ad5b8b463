"""Cutting bytes into lines."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stacklens.shipper.lines import Line, LineSplitter

LIMIT = 8

content = st.lists(
    st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b" ", b"\xff", b"0123456789", b"\x00"])
).map(b"".join)


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


def split(chunks: list[bytes], *, offset: int = 0, limit: int = 1 << 20) -> list[Line]:
    splitter = LineSplitter(offset=offset, limit=limit)
    return [line for chunk in chunks for line in splitter.feed(chunk)]


@given(content, st.lists(st.integers(0, 200)))
def test_where_the_chunks_are_cut_does_not_matter(data: bytes, cuts: list[int]) -> None:
    assert split(chunked(data, cuts)) == split([data])


@given(content, st.lists(st.integers(0, 200)), st.integers(0, 10**12))
def test_every_line_stands_at_its_offset_and_none_is_missing(
    data: bytes, cuts: list[int], offset: int
) -> None:
    lines = split(chunked(data, cuts), offset=offset)

    ended = data.split(b"\n")[:-1]
    assert [line.content for line in lines] == [
        text.removesuffix(b"\r") for text in ended if text.removesuffix(b"\r").strip()
    ]
    for line in lines:
        at = line.offset - offset
        assert data[at : at + len(line.content)] == line.content
        assert at == 0 or data[at - 1 : at] == b"\n"


@given(content, st.lists(st.integers(0, 200)))
def test_pieces_of_a_line_that_is_too_long_give_the_line_when_they_are_joined(
    data: bytes, cuts: list[int]
) -> None:
    lines = split([*chunked(data, cuts), b"\n"], limit=LIMIT)

    start = 0
    for text in data.split(b"\n"):
        end = start + len(text)
        joined = b"".join(line.content for line in lines if start <= line.offset <= end)
        assert joined in (text, text.removesuffix(b"\r")) or not (joined or text.strip())
        start = end + 1
    assert all(len(line.content) <= LIMIT for line in lines if line.whole)
    assert all(line.content for line in lines)


def test_the_reader_of_a_line_that_is_too_long_resumes_at_its_start() -> None:
    splitter = LineSplitter(offset=100, limit=LIMIT)

    assert splitter.feed(b"ok\n0123456789") == [
        Line(100, b"ok"),
        Line(103, b"0123456789", whole=False),
    ]
    assert splitter.resume == 103
    assert splitter.feed(b"ab\nnext\n") == [Line(113, b"ab", whole=False), Line(116, b"next")]
    assert splitter.resume == 121


def test_a_last_line_without_an_end_waits_until_the_file_is_finished() -> None:
    splitter = LineSplitter(offset=0, limit=LIMIT)

    assert splitter.feed(b"one\ntwo") == [Line(0, b"one")]
    assert splitter.resume == 4
    assert splitter.finish() == [Line(4, b"two")]
    assert splitter.resume == 7
    assert splitter.finish() == []


@given(content, st.lists(st.integers(0, 200)), st.integers(0, 50))
def test_a_new_reader_that_starts_at_resume_gets_what_the_old_one_did_not(
    data: bytes, cuts: list[int], stop: int
) -> None:
    chunks = chunked(data, cuts)
    splitter = LineSplitter(offset=0, limit=1 << 20)
    before = [line for chunk in chunks[:stop] for line in splitter.feed(chunk)]

    after = split([data[splitter.resume :]], offset=splitter.resume)

    assert before + after == split([data])
