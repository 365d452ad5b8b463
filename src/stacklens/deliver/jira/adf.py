"""Atlassian Document Format, built from values.

Every builder returns a node that Atlassian's schema accepts whatever text comes in: an empty text
node is never made, and characters that nobody can see are shown as escapes, so that a log line
can neither hide text nor reorder it. Budgets are counted in characters of the serialised JSON,
non-ASCII escaped: that is the longest of the ways in which Jira may count.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

Node = dict[str, object]
"""One node of a document, ready for `json.dumps`."""

LINK_SCHEMES: Final = frozenset({"http", "https", "mailto"})
"""Atlassian's schema accepts `javascript:` too; we do not."""

PANEL_TYPES: Final = frozenset({"info", "note", "tip", "warning", "error", "success"})

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_LINE_BREAKS: Final = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Controls but tab and newline, what switches the writing direction, zero-width characters, lone
# surrogates, noncharacters.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def visible(value: str) -> str:
    """`value` without ANSI sequences, line ends as LF, everything invisible shown escaped.

    >>> visible("\\x1b[31mred\\x1b[0m\\r\\nbell\\x07")
    'red\\nbell\\\\u0007'
    """
    return _UNSEEN.sub(_escape, _LINE_BREAKS.sub("\n", _ANSI.sub("", value)))


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def serialised_length(value: object) -> int:
    """Characters of `value` as compact JSON with everything but ASCII escaped."""
    return len(json.dumps(value, separators=(",", ":")))


def clip(value: str, budget: int, note: str = "… ({left} more characters)") -> str:
    """`value`, or its beginning and `note`, in at most `budget` serialised characters.

    `note` may name `{left}`, the characters left out, and must itself fit the budget.
    """
    if _length(value) <= budget:
        return value
    room = budget - _length(note.format(left=len(value)))
    keep = _longest_prefix(value, room)
    return value[:keep] + note.format(left=len(value) - keep)


def _length(value: str) -> int:
    return serialised_length(value) - 2  # without its quotes


def _longest_prefix(value: str, room: int) -> int:
    low, high = 0, min(len(value), max(room, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if _length(value[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def text(value: str, *marks: str) -> list[Node]:
    """`value` as inline nodes: none for an empty text, a hard break for each line end.

    `marks` are names without attributes: strong, em, code (code stands alone).
    """
    nodes: list[Node] = []
    for number, line in enumerate(visible(value).split("\n")):
        if number:
            nodes.append({"type": "hardBreak"})
        if line:
            nodes.append(_marked(line, [{"type": mark} for mark in marks]))
    return nodes


def _marked(line: str, marks: Sequence[Node]) -> Node:
    node: Node = {"type": "text", "text": line}
    if marks:
        node["marks"] = list(marks)
    return node


def is_safe_link(href: str) -> bool:
    """Whether `href` is an absolute link of a scheme in LINK_SCHEMES, without odd characters."""
    if not href or href != visible(href) or any(char.isspace() for char in href):
        return False
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in LINK_SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def link(value: str, href: str) -> list[Node]:
    """`value` linked to `href`; only the text when the link is not a safe one."""
    if not is_safe_link(href):
        return text(value)
    line = " ".join(visible(value).split())
    return [_marked(line, [{"type": "link", "attrs": {"href": href}}])] if line else []


def paragraph(*inline: Iterable[Node]) -> Node:
    """A paragraph of inline nodes."""
    return _block("paragraph", [node for part in inline for node in part])


def heading(level: int, value: str) -> Node:
    """A heading; `level` is 1 to 6."""
    line = " ".join(visible(value).split())
    return _block("heading", text(line), {"level": level})


def code_block(value: str, language: str) -> Node:
    """Text as it stands, line ends kept."""
    shown = visible(value)
    return _block("codeBlock", [_marked(shown, [])] if shown else [], {"language": language})


def panel(kind: str, *inline: Iterable[Node]) -> Node:
    """A coloured box of one paragraph; `kind` is one of PANEL_TYPES, anything else is info."""
    panel_type = kind if kind in PANEL_TYPES else "info"
    return _block("panel", [paragraph(*inline)], {"panelType": panel_type})


def facts(rows: Sequence[tuple[str, Iterable[Node]]]) -> Node:
    """A table of two columns, name and value; needs at least one row."""
    return _block("table", [_row(name, value) for name, value in rows])


def _row(name: str, value: Iterable[Node]) -> Node:
    head = _block("tableHeader", [paragraph(text(name))], {})
    return _block("tableRow", [head, _block("tableCell", [paragraph(value)], {})])


def doc(*blocks: Node) -> Node:
    """The whole document."""
    return {"version": 1, "type": "doc", "content": list(blocks)}


def _block(kind: str, content: list[Node], attrs: Node | None = None) -> Node:
    node: Node = {"type": kind}
    if attrs is not None:
        node["attrs"] = attrs
    if content:
        node["content"] = content
    return node
