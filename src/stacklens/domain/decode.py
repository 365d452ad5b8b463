"""JSON texts into records: fast for what is ordinary, careful with what is not."""

import json
from math import isinf
from typing import Final, NoReturn

import msgspec

from stacklens.domain.event import Fields

MAX_DEPTH: Final = 256
"""Levels of nesting; a log line is no deeper, and readers further on recurse."""


class NotUnderstood(Exception):  # noqa: N818 - it is a verdict on a record, not a fault
    """Why a record cannot be taken as an event. `field` is empty when it is the whole record."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


def decode_record(raw: bytes) -> tuple[Fields, bytes]:
    """The object that `raw` holds, and its text as PostgreSQL can keep it.

    Bytes that are not UTF-8, NUL and lone surrogates are replaced (by U+FFFD, NUL by U+2400), for
    its JSON types hold none of them. Raises NotUnderstood for anything that is not a JSON
    object.
    """
    if b"\\" in raw and b"\\u0000" in raw:
        return _decode_carefully(raw)
    try:
        value = _decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return _decode_carefully(raw)
    if type(value) is not dict:
        raise NotUnderstood(f"expected a JSON object, found {_kind(value)}")
    _check_depth(value, raw)
    return value, raw


def decode_stored(text: str) -> Fields:
    """The record in a text that was stored by us: an object, for nothing else is stored."""
    try:
        value = _decoder.decode(text)
    except msgspec.MsgspecError:
        # A number that only PostgreSQL's numeric can hold.
        value = json.loads(text)
    if not isinstance(value, dict):
        raise NotUnderstood(f"expected a JSON object, found {_kind(value)}")
    return value


def encode(fields: Fields) -> bytes:
    """The JSON text of a record."""
    return _encoder.encode(fields)


def _decode_carefully(raw: bytes) -> tuple[Fields, bytes]:
    text = raw.decode("utf-8", "replace")
    try:
        value = _careful.decode(text)
    except RecursionError:
        raise NotUnderstood(f"nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise NotUnderstood(f"not JSON: {error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise NotUnderstood(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise NotUnderstood(f"expected a JSON object, found {_kind(value)}")
    _check_depth(value, raw)
    fields = {_clean_text(name): _clean(member) for name, member in value.items()}
    return fields, encode(fields)


def _check_depth(value: object, raw: bytes) -> None:
    # Depth needs brackets: most records have too few of them, or bytes, to be worth a walk.
    if len(raw) <= 2 * MAX_DEPTH or raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise NotUnderstood(f"nested deeper than {MAX_DEPTH} levels")


def _children(node: object) -> list[object]:
    members = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [member for member in members if isinstance(member, dict | list)]


def _clean(value: object) -> object:
    match value:
        case str():
            return _clean_text(value)
        case dict():
            return {_clean_text(name): _clean(member) for name, member in value.items()}
        case list():
            return [_clean(member) for member in value]
        case _:
            return value


def _clean_text(text: str) -> str:
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "\u2400")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"the number {text[:40]} is out of range")
    return number


def _kind(value: object) -> str:
    names = {str: "a text", list: "an array", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


_decoder: Final = msgspec.json.Decoder()
_careful: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_encoder: Final = msgspec.json.Encoder()
