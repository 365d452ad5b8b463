"""A record cut to a size that every list and frame can carry."""

from typing import Final

from stacklens.domain.decode import encode
from stacklens.domain.event import Fields

TEXT_CHARS: Final = 2_000
"""What is left of a text in a record that is too large."""

CUT: Final = "… (cut: the whole event is among the samples)"
MEMBERS_NOTE: Final = "_cut"


def trim(fields: Fields, budget: int) -> Fields:
    """The record itself when its JSON has at most `budget` bytes, else a shortened copy.

    Long texts are cut, then whatever is nested, then the last members go; `_cut` says how many.
    """
    if len(encode(fields)) <= budget:
        return fields
    kept: dict[str, object] = {}
    left = budget - 100
    for name, value in fields.items():
        short = shorten(value)
        size = len(encode({name: short}))
        if size <= left:
            kept[name] = short
            left -= size
    dropped = len(fields) - len(kept)
    return (
        {**kept, MEMBERS_NOTE: f"{dropped} of {len(fields)} members left out"} if dropped else kept
    )


def shorten(value: object) -> object:
    """The value itself when it is small, else the beginning of it as a text."""
    if isinstance(value, str) and len(value) > TEXT_CHARS:
        return value[:TEXT_CHARS] + CUT
    if isinstance(value, dict | list) and len(text := encode({"": value})[4:-1]) > TEXT_CHARS:
        return text[:TEXT_CHARS].decode("utf-8", "ignore") + CUT
    return value
