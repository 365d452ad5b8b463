"""From records to findings: which rules speak, and what becomes of an event that none knows."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from stacklens.analyzer.deterministic import (
    UNKNOWN,
    UNKNOWN_RULE,
    unknown_group,
    unknown_title,
    wants_analysis,
)
from stacklens.domain.event import Fields, LogEvent, Record
from stacklens.domain.finding import Analysis, Finding, Place, fingerprint
from stacklens.domain.trim import shorten
from stacklens.rules.predicate import value_at
from stacklens.rules.spec import RuleSpec


class Rules(Protocol):
    """Whatever says which rules an event matches."""

    def match(self, fields: Fields) -> Sequence[RuleSpec]:
        """The rules that match, in a fixed order."""
        ...


def judge(records: Iterable[Record], rules: Rules) -> list[Finding]:
    """The findings of all records, in their order."""
    findings: list[Finding] = []
    for record in records:
        matched = rules.match(record.event.fields)
        if matched:
            findings.extend(_by_rule(record, rule) for rule in matched)
        elif wants_analysis(record.event):
            findings.append(_unknown(record))
    return findings


def _by_rule(record: Record, rule: RuleSpec) -> Finding:
    event = record.event
    group = {name: _group_value(event, name) for name in rule.group_by}
    analysis = Analysis(
        issue_code=rule.issue_code,
        severity=rule.severity,
        suggested_fix=rule.suggested_fix,
        automation_possible=rule.automation_possible,
        confidence=rule.confidence,
    )
    return _finding(record, rule.id, rule.title, analysis, group)


def _unknown(record: Record) -> Finding:
    event = record.event
    return _finding(record, UNKNOWN_RULE, unknown_title(event), UNKNOWN, unknown_group(event))


def _finding(
    record: Record, rule_id: str, title: str, analysis: Analysis, group: dict[str, object]
) -> Finding:
    event = record.event
    return Finding(
        rule_id=rule_id,
        # Service and env are always part of it: two shops' alerts are never one by accident.
        fingerprint=fingerprint(rule_id, {**group, "service": event.service, "env": event.env}),
        title=title,
        analysis=analysis,
        service=event.service,
        env=event.env,
        # Shown in every list and frame; the fingerprint is over the whole of it.
        group={name: shorten(value) for name, value in group.items()},
        event_time=event.event_time,
        place=Place(record.partition, record.offset, event.arrival_time),
        fields=event.fields,
    )


def _group_value(event: LogEvent, name: str) -> object:
    if name == "service":
        return event.service
    if name == "env":
        return event.env
    return value_at(event.fields, name)
