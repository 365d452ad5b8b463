"""JSON texts into records, and what is no record."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.domain.decode import (
    MAX_DEPTH,
    NotUnderstood,
    decode_record,
    decode_stored,
    encode,
)

REPLACED = "\N{REPLACEMENT CHARACTER}"


def nested(levels: int, opening: str = '{"a":', closing: str = "}") -> bytes:
    """An object that many levels deep, itself the first."""
    return (opening * (levels - 1) + "{}" + closing * (levels - 1)).encode()


def refusal(raw: bytes) -> str:
    with pytest.raises(NotUnderstood) as refused:
        decode_record(raw)
    assert refused.value.field == ""
    return str(refused.value)


def test_an_ordinary_record_keeps_its_text() -> None:
    raw = b'{ "b": 1.50,\n "a": [null, true, "\xc3\xbc\\n"] }'
    assert decode_record(raw) == ({"b": 1.5, "a": [None, True, "ü\n"]}, raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON: Expecting value at character 0"),
        (b"GET / 200", "not JSON: Expecting value at character 0"),
        (b'{"a": 1', "not JSON: Expecting ',' delimiter at character 7"),
        (b'{"a": 1} x', "not JSON: Extra data at character 9"),
        (b'{"a": 1,}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": "x\x00y"}', "not JSON: Invalid control character at at character 8"),
        (b'{"a": "x\x1b[31m"}', "not JSON: Invalid control character at"),
        (b'{"a": NaN}', "not JSON: NaN is no JSON value"),
        (b'{"a": -Infinity}', "not JSON: -Infinity is no JSON value"),
        (b'{"a": 1e400}', "not JSON: the number 1e400 is out of range"),
        (b'{"a": -1E99999}', "not JSON: the number -1E99999 is out of range"),
        (b'{"a": 1' + b"0" * 400 + b".0}", "is out of range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit"),
        (b"[1]", "expected a JSON object, found an array"),
        (b'"a"', "expected a JSON object, found a text"),
        (b"7", "expected a JSON object, found a number"),
        (b"7.5", "expected a JSON object, found a number"),
        (b"true", "expected a JSON object, found true or false"),
        (b"null", "expected a JSON object, found null"),
        (b'"\\u0000"', "expected a JSON object, found a text"),
        (nested(10_000), "nested deeper than 256 levels"),
        (nested(500), "nested deeper than 256 levels"),
        (nested(MAX_DEPTH + 1), "nested deeper than 256 levels"),
        (b'{"\\u0000":' + nested(MAX_DEPTH) + b"}", "nested deeper than 256 levels"),
        (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested deeper than 256 levels"),
        (b'{"a":' + b"[" * 50_000, "nested deeper than 256 levels"),
        ('{"a": 1}'.encode("utf-16"), "not JSON"),
    ],
)
def test_what_is_no_record_is_told_with_its_reason(raw: bytes, reason: str) -> None:
    assert reason in refusal(raw)


@pytest.mark.parametrize("raw", [nested(MAX_DEPTH), b'{"a":' + b"[" * 255 + b"]" * 255 + b"}"])
def test_the_deepest_that_is_allowed(raw: bytes) -> None:
    assert decode_record(raw)[1] is raw


def test_many_brackets_are_not_depth() -> None:
    raw = b'{"a":[' + b",".join([b'{"b":[]}'] * 1000) + b"]}"
    assert decode_record(raw)[1] is raw


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b'{"a\\u0000b": "x\\u0000y"}', {"a\u2400b": "x\u2400y"}),
        (
            b'{"a": ["\\u0000", {"b": "\\u0000"}, 1, null]}',
            {"a": ["\u2400", {"b": "\u2400"}, 1, None]},
        ),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": "\\ud800"}', {"a": REPLACED}),
        (b'{"a": "\\ud800A"}', {"a": f"{REPLACED}A"}),
        (b'{"a": "x\\udc00y", "\\udfff": 1}', {"a": f"x{REPLACED}y", REPLACED: 1}),
        (b'{"a": "\\ud83d\\ude00 \\u0000"}', {"a": "\N{GRINNING FACE} \u2400"}),
        (b'{"a": "\xff\xfe"}', {"a": REPLACED * 2}),
        (b'{"\xed\xa0\x80": 1}', {REPLACED * 3: 1}),
    ],
)
def test_what_jsonb_does_not_hold_is_replaced(raw: bytes, fields: Mapping[str, object]) -> None:
    read, text = decode_record(raw)
    assert read == fields
    assert json.loads(text) == fields


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (b"18446744073709551616", 2**64),
        (b"-" + b"9" * 4000, -int("9" * 4000)),
        (b"1.7976931348623157e308", 1.7976931348623157e308),
        (b"5e-324", 5e-324),
        (b"0.0", 0.0),
        (b"-0.0", -0.0),
        (b"1e-99999999999", 0.0),
        (b"0." + b"3" * 20_000, 1 / 3),
    ],
)
def test_large_and_small_numbers_are_kept_as_written(number: bytes, value: float) -> None:
    raw = b'{"a": %b}' % number
    assert decode_record(raw) == ({"a": value}, raw)


def test_a_key_of_a_megabyte_is_a_key() -> None:
    key = "k" * 1_000_000
    assert decode_record(encode({key: 1}))[0] == {key: 1}


def test_the_last_of_two_equal_keys_counts_as_in_jsonb() -> None:
    assert decode_record(b'{"a": 1, "a": 2}')[0] == {"a": 2}


def test_what_postgresql_shows_of_a_number_is_read_back() -> None:
    assert decode_stored('{"a": 1' + "0" * 308 + "}") == {"a": 10**308}
    assert decode_stored('{"a": 0.' + "0" * 300 + '1, "b": 1' + "0" * 400 + ".5}")["a"] == 1e-301


@pytest.mark.parametrize("text", ["[1]", "7"])
def test_only_objects_are_stored(text: str) -> None:
    with pytest.raises(NotUnderstood, match="expected a JSON object"):
        decode_stored(text)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_are_a_fault(raw: bytes) -> None:
    try:
        fields, text = decode_record(raw)
    except NotUnderstood:
        return
    assert isinstance(fields, dict)
    json.loads(text)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=5), st.booleans())
def test_text_and_fields_say_the_same(record: dict[str, object], ascii_only: bool) -> None:
    fields, text = decode_record(
        json.dumps(record, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    )
    assert json.loads(text.decode("utf-8")) == fields
    assert "\\u0000" not in json.dumps(fields).replace("\\\\", "")
    assert decode_record(text) == (fields, text)
