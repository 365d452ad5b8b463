"""What it means that a field has a value: operator by type, and conditions over selections."""

import pytest

from rule_files import rule
from stacklens.rules.predicate import compile_rule, equals, value_at, witness
from stacklens.rules.spec import Scalar, read_rules

BIG = 10**4000


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x", "x"),
        ("X", "x"),
        ("x", "X"),
        ("STRASSE", "straße"),
        (5, 5),
        (5.0, 5),
        (5, "5"),
        ("5", 5),
        ("1.5", 1.5),
        (BIG, str(BIG)),
        (True, True),
        ("true", True),
        ("TRUE", True),
        (True, "true"),
        (False, "False"),
        (None, None),
        ("", None),
        ({}, None),
        (["a", "x"], "x"),
        ([["x"]], "x"),
        ([1, None], None),
        ("<script>", "<SCRIPT>"),
    ],
)
def test_equal(value: object, wanted: Scalar) -> None:
    assert equals(value, wanted)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x", "y"),
        ("xx", "x"),
        ("", "x"),
        (" ", None),
        (None, "x"),
        (None, "None"),
        (None, "null"),
        (None, False),
        (0, None),
        (False, None),
        (0, False),
        (1, True),
        (True, 1),
        ("1", True),
        ({"a": 1}, "x"),
        ({"a": 1}, None),
        ({"a": 1}, True),
        ([], "x"),
        ([], None),
        (["y"], "x"),
        (5, 6),
        ("5.0", 5),
    ],
)
def test_not_equal(value: object, wanted: Scalar) -> None:
    assert not equals(value, wanted)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b": {"c": 1}}),
        ("a.b.c", 1),
        ("a.b.x", None),
        ("a.b.c.d", None),
        ("x", None),
        ("x.y", None),
        ("whole.name", "first"),
        ("list.c", [2, 3, None]),
        ("text.c", None),
    ],
)
def test_a_dotted_path_reaches_inside(path: str, value: object) -> None:
    fields = {
        "a": {"b": {"c": 1}},
        "whole.name": "first",
        "whole": {"name": "second"},
        "list": [{"c": 2}, "x", {"c": 3}, {}],
        "text": "t",
    }
    assert value_at(fields, path) == value


SELECTIONS = "a: {x: 1}\nb: {y: 1}\nc: {z: 1}\n"


@pytest.mark.parametrize(
    ("condition", "python"),
    [
        ("a", "a"),
        ("not a", "not a"),
        ("a and b", "a and b"),
        ("a or b", "a or b"),
        ("a or b and c", "a or (b and c)"),
        ("a and b or c", "(a and b) or c"),
        ("not a and b", "(not a) and b"),
        ("not (a or b)", "not (a or b)"),
        ("not not a", "a"),
        ("(a or b) and c", "(a or b) and c"),
        ("((a)) AND NOT(b)", "a and not b"),
        ("a OR b or c", "a or b or c"),
    ],
)
def test_conditions_bind_as_in_the_specification(condition: str, python: str) -> None:
    (spec,) = read_rules(rule(f"{SELECTIONS}condition: {condition}"), "f")
    matches = compile_rule(spec)
    for bits in range(8):
        a, b, c = (bool(bits >> place & 1) for place in range(3))
        expected = eval(python, {"a": a, "b": b, "c": c})
        assert matches({"x": int(a), "y": int(b), "z": int(c)}) is expected


def test_all_fields_of_a_selection_and_one_value_of_each() -> None:
    (spec,) = read_rules(rule("s: {a: [x, y], b: null}\ncondition: s"), "f")
    matches = compile_rule(spec)
    assert matches({"a": "Y"})
    assert matches({"a": "x", "b": None})
    assert not matches({"a": "x", "b": 1})
    assert not matches({"a": "z"})


def test_where_logs_come_from_must_fit_too() -> None:
    (spec,) = read_rules(rule("s: {a: x}\ncondition: s", "{service: pos, product: till}"), "f")
    matches = compile_rule(spec)
    assert matches({"a": "x", "service": "POS", "product": "till"})
    assert not matches({"a": "x", "service": "pos"})
    assert not matches({"service": "pos", "product": "till"})


@pytest.mark.parametrize(
    ("detection", "found"),
    [
        ("s: {a: X}\ncondition: s", ("a", frozenset({"x"}))),
        ("s: {a: [X, y]}\ncondition: s", ("a", frozenset({"x", "y"}))),
        ("s: {n: 1, t: true, e: '', d.e: x, a: z}\ncondition: s", ("a", frozenset({"z"}))),
        ("s: {n: 1}\ncondition: s", None),
        ("s: {a: [x, null]}\ncondition: s", None),
        ("s: {a: [x, 1]}\ncondition: s", None),
        ("s: {a: x}\ncondition: not s", None),
        ("s: {a: x}\nt: {a: y}\ncondition: s or t", None),
    ],
)
def test_a_witness_is_a_text_that_must_be_there(
    detection: str, found: tuple[str, frozenset[str]] | None
) -> None:
    (spec,) = read_rules(rule(detection), "f")
    assert witness(spec) == found
