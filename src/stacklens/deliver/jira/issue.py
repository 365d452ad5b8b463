"""An alert as the request that creates its Jira issue. Pure: values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from stacklens.deliver.jira import adf

SUMMARY_LIMIT: Final = 255
"""Jira's limit for a summary, in characters."""

DESCRIPTION_BUDGET: Final = 30_000
"""Serialised characters of a description. Jira's limit is 32,767; whether it counts the text or
the JSON is not documented, so the longer one stays below it."""

# Together these leave the raw log a few thousand characters, whatever the other values are.
VALUE_BUDGET: Final = 600
NAME_BUDGET: Final = 100
FIX_BUDGET: Final = 3_000
FIX_LINES: Final = 40
GROUP_FIELDS: Final = 12

PROPERTY_KEY: Final = "stacklens"
ISSUE_TYPE: Final = "Bug"
COMMON_LABEL: Final = "stacklens"

_PANELS: Final = {"critical": "error", "warning": "warning", "info": "info"}
_CUT: Final = "\n… cut here: {left} more characters in StackLens"


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What a ticket tells about an alert. `raw_log` is its JSON as text, already indented."""

    alert_id: UUID
    episode: int
    issue_code: str
    title: str
    severity: str
    service: str
    env: str
    group: Mapping[str, object]
    count: int
    first_seen: datetime
    last_seen: datetime
    suggested_fix: str
    confidence: int
    regression: bool
    raw_log: str


def create_request(
    facts: TicketFacts, *, project: str, tag: str, console_url: str | None
) -> adf.Node:
    """The body of `POST /rest/api/3/issue`: label and property travel in the same request.

    `tag` is the label by which the issue is found again; `console_url` leads to the alert,
    and is left out when it is no plain http(s) link.
    """
    return {
        "fields": {
            "project": {"key": project},
            "issuetype": {"name": ISSUE_TYPE},
            "summary": summary(facts.issue_code),
            "description": description(facts, console_url),
            "labels": [COMMON_LABEL, tag],
        },
        "properties": [
            {
                "key": PROPERTY_KEY,
                "value": {
                    "alert": str(facts.alert_id),
                    "episode": facts.episode,
                    "intent": tag,
                },
            }
        ],
    }


def summary(issue_code: str) -> str:
    """One line of at most SUMMARY_LIMIT characters."""
    line = " ".join(adf.visible(f"StackLens Alert: {issue_code}").split())
    return line if len(line) <= SUMMARY_LIMIT else line[: SUMMARY_LIMIT - 1] + "…"


def description(facts: TicketFacts, console_url: str | None) -> adf.Node:
    """What happened, how often, what fixes it, and the raw log cut to what still fits."""
    blocks = [
        *_what_happened(facts),
        *_what_to_do(facts),
        *_where_it_comes_from(facts, console_url),
        adf.heading(3, "Raw log"),
    ]
    used = adf.serialised_length(adf.doc(*blocks, adf.code_block("", "json"))) + _TEXT_NODE
    raw_log = adf.clip(adf.visible(facts.raw_log), DESCRIPTION_BUDGET - used, _CUT)
    return adf.doc(*blocks, adf.code_block(raw_log, "json"))


_TEXT_NODE: Final = adf.serialised_length({"content": [{"type": "text", "text": ""}]})


def _what_happened(facts: TicketFacts) -> list[adf.Node]:
    rows = [
        ("Severity", adf.text(facts.severity, "strong")),
        ("Service", adf.text(_short(facts.service))),
        ("Environment", adf.text(_short(facts.env))),
        *((_short(name, NAME_BUDGET), _value(value)) for name, value in _group(facts)),
        ("Occurrences", adf.text(f"{facts.count:,}")),
        ("First seen", adf.text(_moment(facts.first_seen))),
        ("Last seen", adf.text(_moment(facts.last_seen))),
    ]
    panel = _PANELS.get(facts.severity, "info")
    return [
        adf.heading(2, "What happened"),
        adf.panel(panel, adf.text(_short(facts.title))),
        adf.facts(rows),
    ]


def _group(facts: TicketFacts) -> list[tuple[str, object]]:
    """The group-by fields that are not already told, the first few of them."""
    told = {"service", "env"}
    return [(name, value) for name, value in facts.group.items() if name not in told][:GROUP_FIELDS]


def _what_to_do(facts: TicketFacts) -> list[adf.Node]:
    return [
        adf.heading(3, "Suggested fix"),
        adf.paragraph(adf.text(_fix(facts.suggested_fix))),
        adf.paragraph(adf.text(f"Confidence: {facts.confidence} %", "em")),
    ]


def _where_it_comes_from(facts: TicketFacts, console_url: str | None) -> list[adf.Node]:
    alert = [*adf.text("Alert "), *adf.text(str(facts.alert_id), "code")]
    if facts.regression:
        alert += adf.text(f", come back: episode {facts.episode}")
    if console_url is not None and adf.is_safe_link(console_url):
        alert += [{"type": "hardBreak"}, *adf.link("Open in StackLens", console_url)]
    return [adf.paragraph(alert)]


def _value(value: object) -> list[adf.Node]:
    return adf.text("none", "em") if value is None else adf.text(_short(str(value)), "code")


def _fix(value: str) -> str:
    lines = adf.visible(value).strip().split("\n")
    return adf.clip("\n".join(lines[:FIX_LINES]), FIX_BUDGET)


def _short(value: str, budget: int = VALUE_BUDGET) -> str:
    return adf.clip(" ".join(adf.visible(value).split()), budget)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
