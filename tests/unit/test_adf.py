"""The document builder: whatever text comes in, Jira's rules are kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacklens.deliver.jira import adf
from stacklens.jira_sandbox.adf_check import problems

ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\x1b[31m\r\n\t\x85\u2028\u202e\u200b\ud800\udfff\uffff<>&\"'\\"),
    ),
    max_size=200,
)
UNSEEN = "\x00\x07\x1b\x7f\x85\u2028\u202e\u200b\ufeff\ud800\uffff"


@given(ANYTHING)
def test_visible_text_has_nothing_hidden_in_it_and_stays_as_it_is(value: str) -> None:
    shown = adf.visible(value)
    assert not any(char in shown for char in UNSEEN)
    assert "\r" not in shown
    assert adf.visible(shown) == shown
    shown.encode()  # no lone surrogates left


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain ünïcode 日本", "plain ünïcode 日本"),
        ("a\tb", "a\tb"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b\x1b[0m[31m", "\\u001b[31m"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("nul\x00bell\x07", "nul\\u0000bell\\u0007"),
        ("\u202edesrever", "\\u202edesrever"),
        ("lone \ud800", "lone \\ud800"),
    ],
)
def test_what_cannot_be_seen_is_removed_or_shown(value: str, shown: str) -> None:
    assert adf.visible(value) == shown


@given(ANYTHING, ANYTHING, ANYTHING, st.integers(1, 6))
def test_every_document_keeps_the_rules(one: str, two: str, three: str, level: int) -> None:
    document = adf.doc(
        adf.heading(level, one),
        adf.paragraph(adf.text(two, "strong"), adf.text(three, "code"), adf.link(one, two)),
        adf.panel(three, adf.text(one)),
        adf.facts([(one, adf.text(two, "em")), (two, [])]),
        adf.code_block(three, "json"),
    )
    assert problems(document) == []
    assert json.loads(json.dumps(document)) == document


def test_line_ends_become_hard_breaks() -> None:
    kinds = [node["type"] for node in adf.text("one\n\ntwo")]
    assert kinds == ["text", "hardBreak", "hardBreak", "text"]


def test_an_empty_text_makes_no_node() -> None:
    assert adf.text("") == []
    assert "content" not in adf.paragraph(adf.text(""))
    assert "content" not in adf.code_block("", "json")
    assert adf.link("", "https://example.com") == []


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.com",
        "/alerts/1",
        "https://",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://example.com/\u202e",
        "http://[broken",
        "",
    ],
)
def test_an_unsafe_link_leaves_only_its_text(href: str) -> None:
    assert adf.link("open", href) == adf.text("open")


@pytest.mark.parametrize("href", ["https://example.com/a?b=c", "mailto:ops@example.com"])
def test_a_safe_link_is_one(href: str) -> None:
    (node,) = adf.link("open", href)
    assert node["marks"] == [{"type": "link", "attrs": {"href": href}}]


@given(ANYTHING, st.integers(40, 400))
def test_clipped_text_fits_its_budget_and_says_what_is_missing(value: str, budget: int) -> None:
    clipped = adf.clip(value, budget)
    assert adf.serialised_length(clipped) - 2 <= budget
    if clipped != value:
        left = len(value) - len(clipped.rpartition("…")[0])
        assert clipped.endswith(f"… ({left} more characters)")


def test_text_that_fits_is_not_clipped() -> None:
    assert adf.clip("a" * 100, 100) == "a" * 100
    assert adf.clip("é" * 100, 600) == "é" * 100
    assert adf.clip("é" * 101, 600).startswith("é" * 90)
