"""The create request: what it says, and that it fits whatever an alert contains."""

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.deliver.jira.adf import serialised_length
from stacklens.deliver.jira.issue import (
    DESCRIPTION_BUDGET,
    SUMMARY_LIMIT,
    TicketFacts,
    create_request,
    description,
    summary,
)
from stacklens.jira_sandbox.fields import check_create

ALERT_ID = UUID("6f2d8c3e-0d4b-4f7e-9a55-0c9a3a2b1c00")
SEEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TAG = "stacklens-0123456789abcdef"
LINK = "https://stacklens.example/alerts/1"


def facts(**values: object) -> TicketFacts:
    given_facts: dict[str, object] = {
        "alert_id": ALERT_ID,
        "episode": 1,
        "issue_code": "PRICE_MISSING",
        "title": "Product p2 has no price",
        "severity": "critical",
        "service": "pos-demo",
        "env": "production",
        "group": {"service": "pos-demo", "env": "production", "product_id": "p2", "till": None},
        "count": 10_423,
        "first_seen": SEEN,
        "last_seen": SEEN,
        "suggested_fix": "Update product pricing in database.",
        "confidence": 95,
        "regression": False,
        "raw_log": '{\n    "price": null\n}',
    }
    return TicketFacts(**(given_facts | values))  # type: ignore[arg-type]


def words(document: object) -> str:
    """All text of a document."""
    if isinstance(document, dict):
        own = str(document.get("text", "\n" if document.get("type") == "hardBreak" else ""))
        return own + "".join(words(child) for child in document.get("content", []))
    return ""


def request(**values: object) -> dict[str, object]:
    return create_request(facts(**values), project="SHOP", tag=TAG, console_url=LINK)


def test_the_request_is_a_bug_with_label_and_property_at_once() -> None:
    body = request()
    fields = body["fields"]
    assert isinstance(fields, dict)
    assert fields["project"] == {"key": "SHOP"}
    assert fields["issuetype"] == {"name": "Bug"}
    assert fields["summary"] == "StackLens Alert: PRICE_MISSING"
    assert fields["labels"] == ["stacklens", TAG]
    value = {"alert": str(ALERT_ID), "episode": 1, "intent": TAG}
    assert body["properties"] == [{"key": "stacklens", "value": value}]


def test_the_description_tells_what_happened_and_what_to_do() -> None:
    told = words(description(facts(), LINK))
    for part in (
        "Product p2 has no price",
        "critical",
        "pos-demo",
        "production",
        "product_idp2",
        "tillnone",
        "10,423",
        "2026-11-22 09:30:00 UTC",
        "Update product pricing in database.",
        "Confidence: 95 %",
        str(ALERT_ID),
        "Open in StackLens",
        '"price": null',
    ):
        assert part in told
    assert told.count("pos-demo") == 1  # the group's copy of the service is left out


def test_a_regression_says_that_it_came_back() -> None:
    assert "episode 3" in words(description(facts(regression=True, episode=3), None))


def test_without_a_console_address_there_is_no_link() -> None:
    for address in (None, "javascript:alert(1)", "stacklens.example"):
        document = json.dumps(description(facts(), address))
        assert "link" not in document
        assert "Open in StackLens" not in document


def test_a_long_raw_log_is_cut_with_a_note_and_nothing_else_is() -> None:
    document = description(facts(raw_log="x" * 100_000), LINK)
    assert serialised_length(document) <= DESCRIPTION_BUDGET
    assert serialised_length(document) > DESCRIPTION_BUDGET - 100
    assert "more characters in StackLens" in words(document)
    assert "Update product pricing" in words(document)


def test_a_long_issue_code_is_cut_to_one_line() -> None:
    line = summary("A" * 300 + "\nB")
    assert len(line) == SUMMARY_LIMIT
    assert line.endswith("…")
    assert summary("A\r\n B") == "StackLens Alert: A B"


NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from('\x00\x1b\r\n\u202e\ud800\uffff💥"\\')),
    max_size=60,
).flatmap(lambda text: st.integers(1, 700).map(lambda times: text * times))


@settings(deadline=None, max_examples=60)
@given(
    st.fixed_dictionaries(
        {
            "issue_code": NASTY,
            "title": NASTY,
            "severity": st.sampled_from(["critical", "warning", "info", "odd"]),
            "service": NASTY,
            "env": NASTY,
            "group": st.dictionaries(NASTY, st.one_of(st.none(), st.integers(), NASTY)),
            "suggested_fix": NASTY,
            "raw_log": NASTY,
        }
    )
)
def test_whatever_an_alert_contains_the_request_is_one_that_jira_takes(
    values: dict[str, object],
) -> None:
    body = request(**values)
    assert not check_create(body, frozenset({"SHOP"}))
    fields = body["fields"]
    assert isinstance(fields, dict)
    assert serialised_length(fields["description"]) <= DESCRIPTION_BUDGET
    assert json.loads(json.dumps(body)) == body
