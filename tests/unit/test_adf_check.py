"""The sandbox's own judgement of documents: what Jira refuses, it refuses."""

import pytest

from stacklens.jira_sandbox.adf_check import problems

TEXT = {"type": "text", "text": "x"}
PARAGRAPH = {"type": "paragraph", "content": [TEXT]}


def doc(*content: object) -> dict[str, object]:
    return {"version": 1, "type": "doc", "content": list(content)}


def paragraph(**text: object) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text"} | text]}


def deep(levels: int) -> dict[str, object]:
    node: dict[str, object] = {"type": "listItem", "content": [PARAGRAPH]}
    for _ in range(levels):
        inner = {"type": "bulletList", "content": [node]}
        node = {"type": "listItem", "content": [inner]}
    return {"type": "bulletList", "content": [node]}


@pytest.mark.parametrize(
    "document",
    [
        doc(),
        doc(PARAGRAPH, {"type": "paragraph"}, {"type": "rule"}),
        doc({"type": "heading", "attrs": {"level": 6}}),
        doc(paragraph(text="x", marks=[{"type": "code"}])),
        doc(paragraph(text="x", marks=[{"type": "strong"}, {"type": "em"}])),
        doc(paragraph(text="x", marks=[{"type": "link", "attrs": {"href": "https://x"}}])),
        doc({"type": "codeBlock", "attrs": {"language": "json"}, "content": [TEXT]}),
        doc({"type": "panel", "attrs": {"panelType": "note"}, "content": [PARAGRAPH]}),
        doc(deep(3)),
    ],
)
def test_what_jira_takes_has_no_problems(document: object) -> None:
    assert problems(document) == []


@pytest.mark.parametrize(
    "document",
    [
        "text",
        None,
        {},
        doc() | {"version": 2},
        doc() | {"version": True},
        doc() | {"extra": 1},
        {"version": 1, "type": "doc"},
        doc(TEXT),
        doc("text"),
        doc({"type": "unheard"}),
        doc(paragraph(text="")),
        doc(paragraph()),
        doc(paragraph(text="x", bold=True)),
        doc(paragraph(text="x", marks="strong")),
        doc(paragraph(text="x", marks=[{"type": "blink"}])),
        doc(paragraph(text="x", marks=[{"type": "link"}])),
        doc(paragraph(text="x", marks=[{"type": "code"}, {"type": "strong"}])),
        doc({"type": "heading", "attrs": {"level": 7}, "content": [TEXT]}),
        doc({"type": "heading", "content": [TEXT]}),
        doc({"type": "heading", "attrs": "level", "content": [TEXT]}),
        doc({"type": "paragraph", "attrs": {"colour": "red"}}),
        doc({"type": "rule", "content": [TEXT]}),
        doc({"type": "codeBlock", "content": [TEXT | {"marks": [{"type": "code"}]}]}),
        doc({"type": "codeBlock", "attrs": {"language": 7}}),
        doc({"type": "panel", "attrs": {"panelType": "loud"}, "content": [PARAGRAPH]}),
        doc({"type": "panel", "attrs": {"panelType": "info"}}),
        doc({"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "table"}]}),
        doc({"type": "table", "content": []}),
        doc({"type": "bulletList", "content": [PARAGRAPH]}),
        doc({"type": "paragraph", "content": "text"}),
        doc(deep(100)),
    ],
)
def test_what_jira_refuses_has_a_problem(document: object) -> None:
    assert problems(document)


def test_only_the_first_few_problems_are_told() -> None:
    assert len(problems(doc(*["text"] * 50))) == 5
