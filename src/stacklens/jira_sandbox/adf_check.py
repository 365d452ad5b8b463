"""Is this a document that Jira takes? The rules of Atlassian's schema for the nodes in use.

Written from the schema, not from our builder: the sandbox must refuse what Jira refuses.
`problems` names the first few mistakes; a document without any is one that the full schema accepts
(tests/shared checks both against it).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

MOST_PROBLEMS: Final = 5
DEEPEST: Final = 60

_TABLE_CELL: Final = frozenset({"paragraph", "heading", "codeBlock", "panel", "bulletList",
                                "orderedList", "blockquote", "rule"})  # fmt: skip
_LIST_ITEM: Final = frozenset({"paragraph", "bulletList", "orderedList", "codeBlock"})
_INLINE: Final = frozenset({"text", "hardBreak"})
_LISTS: Final = frozenset({"listItem"})

_CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "doc": _TABLE_CELL | {"table"},
    "paragraph": _INLINE,
    "heading": _INLINE,
    "codeBlock": frozenset({"text"}),
    "panel": frozenset({"paragraph", "heading", "bulletList", "orderedList", "codeBlock", "rule"}),
    "blockquote": _LIST_ITEM,
    "bulletList": _LISTS,
    "orderedList": _LISTS,
    "listItem": _LIST_ITEM,
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableCell", "tableHeader"}),
    "tableCell": _TABLE_CELL,
    "tableHeader": _TABLE_CELL,
    "rule": frozenset(),
    "hardBreak": frozenset(),
}
"""Node type → the types that may stand in it."""

_NOT_EMPTY: Final = frozenset(
    {"panel", "blockquote", "bulletList", "orderedList", "listItem", "table"}
    | {"tableCell", "tableHeader"}
)
_MUST_HAVE_CONTENT: Final = _NOT_EMPTY | {"doc", "tableRow"}

_KNOWN_ATTRS: Final[Mapping[str, frozenset[str]]] = {
    "heading": frozenset({"level", "localId"}),
    "codeBlock": frozenset({"language", "uniqueId", "localId", "wrap", "hideLineNumbers"}),
    "panel": frozenset({"panelType", "panelColor", "localId"})
    | frozenset({"panelIcon", "panelIconId", "panelIconText"}),
    "orderedList": frozenset({"order", "localId"}),
    "table": frozenset({"displayMode", "isNumberColumnEnabled", "layout", "localId", "width"}),
    "tableCell": frozenset({"colspan", "rowspan", "colwidth", "background", "localId"}),
    "tableHeader": frozenset({"colspan", "rowspan", "colwidth", "background", "localId"}),
    "hardBreak": frozenset({"text", "localId"}),
}  # fmt: skip
_PANELS: Final = frozenset({"info", "note", "tip", "warning", "error", "success", "custom"})
_PLAIN_MARKS: Final = frozenset({"em", "strong", "strike", "underline"})
_MARKS: Final = _PLAIN_MARKS | {"code", "link"}


def problems(document: object) -> list[str]:
    """What is wrong with `document`, each with its place; empty when it is right."""
    found = _document(document)
    return [text for text, _ in zip(found, range(MOST_PROBLEMS), strict=False)]


def _document(document: object) -> Iterator[str]:
    if not isinstance(document, dict) or document.get("type") != "doc":
        yield "the document is not an object of type doc"
    elif document.get("version") != 1 or isinstance(document["version"], bool):
        yield "doc: the version is not 1"
    else:
        yield from _node({key: value for key, value in document.items() if key != "version"}, "doc")


def _node(node: object, place: str, depth: int = 0) -> Iterator[str]:
    if not isinstance(node, dict) or not isinstance(node.get("type"), str):
        yield f"{place}: not a node"
    elif depth > DEEPEST:
        yield f"{place}: nested too deeply"
    elif node["type"] == "text":
        yield from _text(node, place)
    elif node["type"] not in _CHILDREN:
        yield f"{place}: unknown type"
    else:
        yield from _keys(node, place)
        yield from _attrs(node, place)
        yield from _content(node, place, depth)


def _keys(node: Mapping[str, object], place: str) -> Iterator[str]:
    if unknown := node.keys() - {"type", "attrs", "content"}:
        yield f"{place}: {sorted(unknown)} have no place here"


def _attrs(node: Mapping[str, object], place: str) -> Iterator[str]:
    kind = str(node["type"])
    attrs = node.get("attrs", {})
    if not isinstance(attrs, dict):
        yield f"{place}: attrs is not an object"
        return
    if unknown := attrs.keys() - _KNOWN_ATTRS.get(kind, frozenset({"localId"})):
        yield f"{place}: unknown attrs {sorted(unknown)}"
    if (check := _ATTR_CHECKS.get(kind)) and not check(attrs):
        yield f"{place}: attrs of {kind} are missing or wrong"


_ATTR_CHECKS: Final[Mapping[str, Callable[[Mapping[str, object]], bool]]] = {
    "heading": lambda attrs: attrs.get("level") in range(1, 7),
    "codeBlock": lambda attrs: isinstance(attrs.get("language", ""), str),
    "panel": lambda attrs: attrs.get("panelType") in _PANELS,
    "hardBreak": lambda attrs: attrs.get("text", "\n") == "\n",
}


def _content(node: Mapping[str, object], place: str, depth: int) -> Iterator[str]:
    kind = str(node["type"])
    content = node.get("content", None if kind in _MUST_HAVE_CONTENT else [])
    if not isinstance(content, list) or (kind in _NOT_EMPTY and not content):
        yield f"{place}: {kind} needs content"
        return
    if content and not _CHILDREN[kind]:
        yield f"{place}: {kind} takes no content"
    for number, child in enumerate(content):
        where = f"{place}.content[{number}]"
        child_kind = child.get("type") if isinstance(child, dict) else None
        if child_kind not in _CHILDREN[kind]:
            yield f"{where}: {child_kind!r} may not stand in {kind}"
        elif kind == "codeBlock" and child.get("marks"):
            yield f"{where}: no marks in a codeBlock"
        else:
            yield from _node(child, where, depth + 1)


def _text(node: Mapping[str, object], place: str) -> Iterator[str]:
    value, marks = node.get("text"), node.get("marks", [])
    if not isinstance(value, str) or not value:
        yield f"{place}: an empty text"
    if unknown := node.keys() - {"type", "text", "marks"}:
        yield f"{place}: {sorted(unknown)} have no place here"
    if not isinstance(marks, list) or not all(_is_mark(mark) for mark in marks):
        yield f"{place}: a mark is wrong"
        return
    kinds = {mark["type"] for mark in marks}
    if "code" in kinds and kinds & _PLAIN_MARKS:
        yield f"{place}: code goes with link only"


def _is_mark(mark: object) -> bool:
    match mark:
        case {"type": "link", "attrs": {"href": str()}}:
            return True
        case {"type": str(kind), **rest}:
            return kind in _MARKS - {"link"} and not rest
        case _:
            return False
