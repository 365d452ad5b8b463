"""Records cut to a size."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.domain.decode import encode
from stacklens.domain.trim import CUT, MEMBERS_NOTE, TEXT_CHARS, shorten, trim

BUDGET = 8_000


def test_a_small_record_is_left_alone() -> None:
    record = {"message": "m" * 7_000}
    assert trim(record, BUDGET) is record


def test_long_texts_are_cut_and_the_rest_stays() -> None:
    trimmed = trim({"message": "m" * 9_000, "price": None, "id": 7}, BUDGET)
    assert trimmed == {"message": "m" * TEXT_CHARS + CUT, "price": None, "id": 7}


def test_what_is_nested_is_shown_as_a_text() -> None:
    trimmed = trim({"a": {"b": ["ü" * 9_000]}, "c": [1, 2]}, BUDGET)
    shown = trimmed["a"]
    assert isinstance(shown, str)
    assert shown.startswith('{"b":["üüü')
    assert shown.endswith(CUT)
    assert trimmed["c"] == [1, 2]


def test_members_that_do_not_fit_are_counted() -> None:
    record = {f"field{number}": "x" * 100 for number in range(1_000)}
    trimmed = trim(record, BUDGET)
    kept = len(trimmed) - 1
    assert kept > 50
    assert trimmed[MEMBERS_NOTE] == f"{1_000 - kept} of 1000 members left out"


def test_a_key_of_a_megabyte_goes_and_its_neighbours_stay() -> None:
    trimmed = trim({"k" * 1_000_000: 1, "message": "here"}, BUDGET)
    assert trimmed == {"message": "here", MEMBERS_NOTE: "1 of 2 members left out"}


@pytest.mark.parametrize("value", [None, 5, 1.5, True, "short", [1], {"a": 1}, "x" * TEXT_CHARS])
def test_what_is_short_is_itself(value: object) -> None:
    assert shorten(value) is value


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
        st.integers()
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
        | st.builds(lambda text, times: text * times, st.text(max_size=3), st.just(3_000)).filter(
            str.isascii
        ),
        max_size=60,
    )
)
def test_the_budget_is_kept(record: dict[str, object]) -> None:
    trimmed = trim(record, BUDGET)
    assert len(encode(trimmed)) <= BUDGET
    json.loads(encode(trimmed))
    assert set(trimmed) <= {*record, MEMBERS_NOTE}
