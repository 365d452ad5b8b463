"""All rules together: the index finds what a plain look at every rule finds."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rule_files import rule, rule_file
from stacklens.rules.catalogue import Catalogue
from stacklens.rules.predicate import equals, value_at
from stacklens.rules.spec import RuleError, RuleSpec, read_rules

BUILTIN = Catalogue.builtin()

DETECTIONS = (
    "s: {action: create_order, error_code: PRICE_MISSING}\ncondition: s",
    "s: {action: create_order}\ncondition: s",
    "s: {action: [Create_Order, refund]}\ncondition: s",
    "s: {error_code: null}\ncondition: s",
    "s: {error_code: [null, X]}\ncondition: s",
    "s: {error_code: 404}\ncondition: s",
    "s: {error_code: '404'}\ncondition: s",
    "s: {error_code: true}\ncondition: s",
    "s: {error_code: 'true'}\ncondition: s",
    "s: {error_code: ''}\ncondition: s",
    "s: {action: straße}\ncondition: s",
    "s: {action: refund}\nt: {error_code: X}\ncondition: s and not t",
    "s: {action: refund}\nt: {error_code: X}\ncondition: not s or t",
    "s: {error.code: X}\ncondition: s",
    "s: {action: [refund, 404, null]}\ncondition: s",
)
SPECS = tuple(spec for text in DETECTIONS for spec in read_rules(rule(text), "f")) + tuple(
    read_rules(rule(DETECTIONS[1], "{service: pos}"), "f")
)


# --- the naive evaluator, straight from the specification ---------------------------------------


def selected(spec: RuleSpec, name: str, fields: Mapping[str, object]) -> bool:
    return all(
        any(equals(value_at(fields, path), one) for one in wanted)
        for path, wanted in spec.selections[name].items()
    )


def naive(specs: tuple[RuleSpec, ...], fields: Mapping[str, object]) -> list[RuleSpec]:
    found = []
    for spec in specs:
        names = {name: selected(spec, name, fields) for name in spec.selections}
        source = all(equals(fields.get(name), value) for name, value in spec.logsource.items())
        if source and eval(spec.condition, {}, names):
            found.append(spec)
    return found


TEXTS = (
    *(
        "create_order",
        "CREATE_ORDER",
        "Refund",
        "refund",
        "PRICE_MISSING",
        "price_missing",
        "X",
        "x",
    ),
    *("404", "true", "True", "", "straße", "STRASSE", "pos", "null", "None"),
)
WORDS = st.sampled_from(TEXTS)
SCALARS = WORDS | st.sampled_from([None, True, False, 404, 404.0, 0, 1]) | st.text(max_size=3)
EVENTS = st.dictionaries(
    st.sampled_from(["action", "error_code", "service", "error", "error.code", "other"]),
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.sampled_from(["code", "x"]), SCALARS, max_size=2)
    | st.lists(st.dictionaries(st.just("code"), SCALARS, max_size=1), max_size=2),
    max_size=5,
)


@settings(max_examples=1_000, deadline=None)
@given(EVENTS)
def test_the_index_finds_what_a_look_at_every_rule_finds(event: dict[str, object]) -> None:
    assert list(Catalogue(SPECS).match(event)) == naive(SPECS, event)


@settings(deadline=None)
@given(EVENTS, st.integers(0, len(SPECS) - 1))
def test_a_rule_never_changes_what_the_others_find(event: dict[str, object], place: int) -> None:
    others = SPECS[:place] + SPECS[place + 1 :]
    with_it = [spec for spec in Catalogue(SPECS).match(event) if spec is not SPECS[place]]
    assert with_it == list(Catalogue(others).match(event))
    alone = Catalogue([SPECS[place]]).match(event)
    assert (SPECS[place] in Catalogue(SPECS).match(event)) == bool(alone)


# --- the rules that come with the product -------------------------------------------------------


@pytest.mark.parametrize("spec", BUILTIN.specs, ids=lambda spec: spec.issue_code)
def test_a_builtin_rule_fires_and_is_silent_as_its_examples_say(spec: RuleSpec) -> None:
    for example in spec.fires:
        assert spec in BUILTIN.match(example), example
    for example in spec.silent:
        assert spec not in BUILTIN.match(example), example


def test_the_builtin_rules_are_those_of_the_contract() -> None:
    found = {
        spec.issue_code: (spec.severity.value, spec.confidence, spec.suggested_fix, spec.group_by)
        for spec in BUILTIN.specs
    }
    assert found == {
        "PRICE_MISSING": (
            "critical",
            95,
            "Update product pricing in database. Check for data migration issues.",
            ("service", "env", "product_id"),
        ),
        "PRODUCT_NOT_FOUND": (
            "warning",
            90,
            "Compare the till's product list with the catalogue and synchronise it.",
            ("service", "env"),
        ),
    }


# --- loading ------------------------------------------------------------------------------------


def test_a_folder_is_read_with_its_folders_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one.yml").write_text(rule(DETECTIONS[0]))
    (tmp_path / "a.yaml").write_text(rule(DETECTIONS[1]) + "---\n" + rule(DETECTIONS[2]))
    (tmp_path / "notes.txt").write_text("no rule")
    assert [spec.file for spec in Catalogue.load(tmp_path).specs] == ["a.yaml", "a.yaml", "one.yml"]


def test_an_empty_folder_has_no_rules_and_nothing_matches(tmp_path: Path) -> None:
    assert list(Catalogue.load(tmp_path).match({"action": "create_order"})) == []


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(rule_file())
    (tmp_path / "b.yaml").write_text(rule_file())
    with pytest.raises(RuleError, match=r"b\.yaml:6: .* its id is taken by a\.yaml:6: give it"):
        Catalogue.load(tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(rule_file(title="title: größer"), "latin-1")
    with pytest.raises(RuleError, match=r"a\.yaml:1: .* save it as UTF-8"):
        Catalogue.load(tmp_path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(RuleError, match=r"a\.yaml:1: .* cannot be read: No such file"):
        Catalogue.load(tmp_path)
