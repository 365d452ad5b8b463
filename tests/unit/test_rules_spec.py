"""Rule files: what is understood, and how the rest is refused."""

import pytest

from rule_files import rule_file
from stacklens.domain.alert import Severity
from stacklens.rules.predicate import compile_rule
from stacklens.rules.spec import RuleError, read_rules

ID = "6c8b1a3e-5f0d-4c39-9d0e-2a7b1f3c8e51"


def refusal(text: str) -> RuleError:
    with pytest.raises(RuleError) as refused:
        [compile_rule(spec) for spec in read_rules(text, "shop.yaml")]
    return refused.value


def test_a_rule_is_read_with_all_its_parts() -> None:
    (spec,) = read_rules(rule_file(), "shop.yaml")
    assert (spec.id, spec.title, spec.file, spec.line) == (
        ID,
        "Sold without a price",
        "shop.yaml",
        6,
    )
    assert (spec.issue_code, spec.severity, spec.confidence) == (
        "PRICE_MISSING",
        Severity.CRITICAL,
        95,
    )
    assert (spec.suggested_fix, spec.automation_possible) == ("Set a price.", False)
    assert (spec.group_by, spec.logsource) == (("product_id",), {})
    assert spec.selections == {"order": {"action": ("create_order",)}}
    assert spec.condition == "order"
    assert spec.fires == ({"action": "create_order"},)
    assert spec.silent == ({"action": "refund"},)


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("high", Severity.CRITICAL),
        ("medium", Severity.WARNING),
        ("low", Severity.INFO),
        ("informational", Severity.INFO),
    ],
)
def test_a_sigma_level_becomes_a_severity(level: str, severity: Severity) -> None:
    (spec,) = read_rules(rule_file(level=f"level: {level}"), "f")
    assert spec.severity is severity


def test_a_severity_of_ours_comes_before_the_level() -> None:
    text = rule_file(level=None, confidence="  confidence: 5\n  severity: info")
    assert read_rules(text, "f")[0].severity is Severity.INFO


def test_a_title_of_ours_comes_before_the_rules() -> None:
    text = rule_file(confidence="  confidence: 5\n  title: Ours")
    assert read_rules(text, "f")[0].title == "Ours"


def test_values_may_be_texts_numbers_booleans_null_and_lists_of_them() -> None:
    detection = "detection:\n  a: {b: [x, 1, 2.5, true, null], c: null, 7: y}\n  condition: a"
    (spec,) = read_rules(rule_file(detection=detection), "f")
    assert spec.selections == {"a": {"b": ("x", 1, 2.5, True, None), "c": (None,), "7": ("y",)}}


def test_a_folded_text_is_one_line() -> None:
    text = rule_file(suggested_fix="  suggested_fix: |\n    Set a\n    price.")
    assert read_rules(text, "f")[0].suggested_fix == "Set a price."


def test_where_logs_come_from_is_matched_and_its_explanation_is_not() -> None:
    text = rule_file(logsource="logsource: {product: till, definition: switch the log on}")
    assert read_rules(text, "f")[0].logsource == {"product": "till"}


def test_a_file_may_hold_several_rules_or_none() -> None:
    assert [spec.line for spec in read_rules(f"{rule_file()}---\n{rule_file()}", "f")] == [6, 23]
    assert read_rules("# nothing yet\n", "f") == []


BROKEN = {
    "not YAML": ("title: [", 1, "?", "not YAML: expected the node content"),
    "a tab": ("title: x\n\tid: y", 2, "?", "not YAML: found character '\\t'"),
    "a control character": ("title: x\nid: \x07", 2, "?", "not YAML: special characters"),
    "a list": ("- a", 1, "?", "the rule must be a map"),
    "an empty document": ("---\n---\n", 2, "?", "the rule must be a map"),
    "a strange key": (
        rule_file(level="level: high\nfoo: 1"),
        8,
        ID,
        "'foo' is not understood in a rule; known: author,",
    ),
    "a key twice": (rule_file(level="level: high\nlevel: low"), 8, ID, "'level' stands here twice"),
    "a correlation": (
        rule_file(level="level: high\ncorrelation: {type: event_count}"),
        8,
        ID,
        "'correlation' is not understood",
    ),
    "no title": (rule_file(title=None), 1, ID, "title is missing: add it"),
    "a title that is none": (rule_file(title="title: 5"), 1, ID, "title must be a text"),
    "no id": (rule_file(id=None), 1, "?", "id is missing: add it"),
    "an id that is none": (rule_file(id="id: mine"), 2, "mine", "id must be a UUID: `uuidgen`"),
    "an id that is a map": (rule_file(id="id: {a: b}"), 2, "?", "id must be a text"),
    "no logsource": (rule_file(logsource=None), 1, ID, "logsource is missing: add it"),
    "another category": (
        rule_file(logsource="logsource: {category: process_creation}"),
        3,
        ID,
        "only application is understood",
    ),
    "a strange logsource": (
        rule_file(logsource="logsource:\n  category: application\n  host: a"),
        5,
        ID,
        "'host' is not understood in logsource; known: category, definition, product, service",
    ),
    "no detection": (rule_file(detection=None), 1, ID, "detection is missing: add it"),
    "no condition": (
        rule_file(detection="detection:\n  a: {b: c}"),
        5,
        ID,
        "condition is missing: add it",
    ),
    "a list of conditions": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: [a]"),
        6,
        ID,
        "condition must be a text",
    ),
    "keywords": (
        rule_file(detection="detection:\n  a: [x, y]\n  condition: a"),
        5,
        ID,
        "detection.a (keywords and lists of maps come later) must be a map",
    ),
    "an empty selection": (
        rule_file(detection="detection:\n  a: {}\n  condition: a"),
        5,
        ID,
        "detection.a is empty",
    ),
    "a modifier": (
        rule_file(detection="detection:\n  a:\n    b|contains: x\n  condition: a"),
        6,
        ID,
        "the modifier in 'b|contains' is not understood: only equality is",
    ),
    "a wildcard": (
        rule_file(detection="detection:\n  a: {b: x*}\n  condition: a"),
        5,
        ID,
        "b: wildcards and escapes are not understood: write it out",
    ),
    "a map as a value": (
        rule_file(detection="detection:\n  a: {b: {c: d}}\n  condition: a"),
        5,
        ID,
        "b: a value is a text, number, true/false or null",
    ),
    "a date as a value": (
        rule_file(detection="detection:\n  a: {b: 2026-11-22}\n  condition: a"),
        5,
        ID,
        "b: a value is a text, number",
    ),
    "a date that is none": (
        rule_file(detection="detection:\n  a: {b: 2026-13-45}\n  condition: a"),
        5,
        ID,
        "not understood: month must be in 1..12; put a text in quotes",
    ),
    "a tag": (
        rule_file(detection="detection:\n  a: {b: !!python/object:os.x {}}\n  condition: a"),
        5,
        ID,
        "not understood: could not determine a constructor",
    ),
    "no values": (
        rule_file(detection="detection:\n  a: {b: []}\n  condition: a"),
        5,
        ID,
        "b: no value given",
    ),
    "a condition with an unknown name": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: a and x"),
        6,
        ID,
        "condition 'a and x': detection has no 'x', only a",
    ),
    "a condition that ends": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: a and"),
        6,
        ID,
        "it ends too early",
    ),
    "a bracket that is not closed": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: (a"),
        6,
        ID,
        "a bracket is not closed",
    ),
    "a condition with more behind it": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: a a"),
        6,
        ID,
        "'a' is not expected here",
    ),
    "a quantifier": (
        rule_file(detection="detection:\n  a: {b: c}\n  condition: 1 of a*"),
        6,
        ID,
        "'1 of a*' is not understood",
    ),
    "no level": (rule_file(level=None), 1, ID, "level is missing: add it"),
    "a strange level": (rule_file(level="level: urgent"), 7, ID, "level is one of critical, high"),
    "a strange severity": (
        rule_file(confidence="  confidence: 5\n  severity: bad"),
        12,
        ID,
        "severity is one of critical, warning, info",
    ),
    "no block of ours": (
        rule_file().partition("stacklens:")[0],
        1,
        ID,
        "stacklens is missing: add it",
    ),
    "no issue code": (rule_file(issue_code=None), 9, ID, "issue_code is missing: add it"),
    "an empty fix": (
        rule_file(suggested_fix="  suggested_fix: ' '"),
        10,
        ID,
        "suggested_fix must be a text",
    ),
    "a confidence above 100": (
        rule_file(confidence="  confidence: 101"),
        11,
        ID,
        "confidence is a whole number from 0 to 100",
    ),
    "a confidence that is a boolean": (
        rule_file(confidence="  confidence: true"),
        11,
        ID,
        "confidence is a whole number from 0 to 100",
    ),
    "automation that is a text": (
        rule_file(automation_possible="  automation_possible: perhaps"),
        12,
        ID,
        "automation_possible is true or false",
    ),
    "a group that is a text": (
        rule_file(group_by="  group_by: product_id"),
        13,
        ID,
        "group_by is a list of field names",
    ),
    "a group of numbers": (
        rule_file(group_by="  group_by: [1]"),
        13,
        ID,
        "group_by is a list of field names",
    ),
    "a strange key of ours": (
        rule_file(examples="  cause: x"),
        14,
        ID,
        "'cause' is not understood in stacklens; known: automation_possible,",
    ),
    "no examples": (rule_file(examples=None), 9, ID, "examples is missing: add it"),
    "no silent examples": (
        rule_file(examples="  examples:\n    fires: [{a: b}]"),
        15,
        ID,
        "silent is missing: add it",
    ),
    "an empty list of examples": (
        rule_file(examples="  examples:\n    fires: []\n    silent: [{a: b}]"),
        15,
        ID,
        "examples.fires is a list of events, at least one",
    ),
    "examples that are no events": (
        rule_file(examples="  examples:\n    fires: [x]\n    silent: [{a: b}]"),
        15,
        ID,
        "examples.fires: each event is a map of fields",
    ),
    "strange examples": (
        rule_file(examples="  examples:\n    maybe: [x]"),
        15,
        ID,
        "'maybe' is not understood in examples; known: fires, silent",
    ),
}


@pytest.mark.parametrize(("text", "line", "rule", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_understood_is_refused_with_file_line_and_rule(
    text: str, line: int, rule: str, problem: str
) -> None:
    error = refusal(text)
    assert problem in error.problem
    assert (error.file, error.line, error.rule) == ("shop.yaml", line, rule)
    assert str(error).startswith(f"shop.yaml:{line}: rule {rule}: ")
