"""A body taken apart into records, a few at a time: nothing is judged here."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

_BOM: Final = b"\xef\xbb\xbf"
_BLANK: Final = b" \t\r\n"

_PIECE: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A string, also one that never ends, or a sign outside of strings. It never goes back: a body of
quotation marks is read in one pass."""

_AT_ONCE: Final = 1_000_000
"""Commas up to which an array is taken apart in one go, which is fast and costs some sixty bytes
for each element; a batch of log lines within the bound of a body has fewer elements by far."""

_array: Final = msgspec.json.Decoder(list[msgspec.Raw])
_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def split(body: bytes) -> Iterator[bytes]:
    """The records in a body, whatever it says that it is: array, NDJSON or one object.

    What is no JSON comes out as it is, for the quarantine: nothing is left out but blanks.
    """
    text = body.removeprefix(_BOM).strip(_BLANK)
    if text[:1] == b"[":
        return _elements(text)
    if text[:1] == b"{" and b"\n" in text and _is_one_object(text):
        return iter([text])
    return _lines(text)


def _lines(text: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        if line := text[start:end].strip(_BLANK):
            yield line
        start = end + 1


def _is_one_object(text: bytes) -> bool:
    # Of NDJSON the first line is an object already.
    return not _is_object(text.partition(b"\n")[0].rstrip(_BLANK)) and _is_object(text)


def _is_object(text: bytes) -> bool:
    try:
        _object.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return False
    return True


def _elements(text: bytes) -> Iterator[bytes]:
    if text.count(b",") <= _AT_ONCE:
        try:
            return map(bytes, _array.decode(text))
        except (msgspec.MsgspecError, RecursionError, ValueError):
            pass
    return _elements_by_commas(text)


def _elements_by_commas(text: bytes) -> Iterator[bytes]:
    """The elements of an array that may hold anything, cut at its own commas."""
    depth, start = 1, 1
    for piece in _PIECE.finditer(text, 1):
        sign = piece[0]
        if depth == 1 and sign in b"],":
            if element := text[start : piece.start()].strip(_BLANK):
                yield element
            start = piece.end()
        elif sign in b"[{":
            depth += 1
        elif sign in b"]}":
            # One bracket too many must not carry the records behind it away.
            depth = max(1, depth - 1)
    if element := text[start:].strip(_BLANK):
        yield element
