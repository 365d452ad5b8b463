"""A document as HTML for the sandbox's own page. Everything in it is escaped."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Final

Node = Mapping[str, object]

LINK_PREFIXES: Final = ("http://", "https://", "mailto:")
_PLAIN: Final = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
    "tableHeader": "th",
    "tableCell": "td",
}
_MARKS: Final = {"strong": "strong", "em": "em", "code": "code", "strike": "s", "underline": "u"}


def render(document: Node | None) -> str:
    """The document as HTML; unknown nodes show what they contain."""
    return "" if document is None else _inside(document)


def _inside(node: Node) -> str:
    content = node.get("content")
    children = content if isinstance(content, list) else []
    return "".join(_render(child) for child in children if isinstance(child, dict))


def _render(node: Node) -> str:
    kind = str(node.get("type"))
    if kind in _PLAIN:
        return f"<{_PLAIN[kind]}>{_inside(node)}</{_PLAIN[kind]}>"
    return _SPECIAL.get(kind, _inside)(node)


def _text(node: Node) -> str:
    shown = escape(str(node.get("text", "")))
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else []:
        shown = _marked(shown, mark)
    return shown


def _marked(shown: str, mark: object) -> str:
    match mark:
        case {"type": "link", "attrs": {"href": str(href)}} if href.startswith(LINK_PREFIXES):
            return f'<a href="{escape(href)}" rel="noreferrer nofollow">{shown}</a>'
        case {"type": str(kind)} if kind in _MARKS:
            return f"<{_MARKS[kind]}>{shown}</{_MARKS[kind]}>"
        case _:
            return shown


def _heading(node: Node) -> str:
    match node.get("attrs"):
        case {"level": int(level)} if 1 <= level <= 4:  # noqa: PLR2004 -- h1 and h2 are the page's
            tag = f"h{level + 2}"
        case _:
            tag = "h6"
    return f"<{tag}>{_inside(node)}</{tag}>"


def _panel(node: Node) -> str:
    match node.get("attrs"):
        case {"panelType": str(kind)}:
            return f'<div class="panel {escape(kind)}">{_inside(node)}</div>'
        case _:
            return f'<div class="panel">{_inside(node)}</div>'


_SPECIAL: Final[Mapping[str, Callable[[Node], str]]] = {
    "text": _text,
    "heading": _heading,
    "panel": _panel,
    # Focusable, because it scrolls sideways: the keyboard must reach what it hides.
    "codeBlock": lambda node: (
        f'<pre tabindex="0" aria-label="Code"><code>{_inside(node)}</code></pre>'
    ),
    "table": lambda node: f"<table><tbody>{_inside(node)}</tbody></table>",
    "hardBreak": lambda _: "<br>",
    "rule": lambda _: "<hr>",
}
