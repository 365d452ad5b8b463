"""Bodies taken apart into records."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacklens.ingest import split as module
from stacklens.ingest.split import split

MIB = 1024 * 1024


def parts(body: bytes) -> list[bytes]:
    return list(split(body))


@pytest.mark.parametrize(
    ("body", "records"),
    [
        # NDJSON
        (b'{"a":1}\n{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}\r\n{"b":2}\r\n', [b'{"a":1}', b'{"b":2}']),
        (b'\n\n{"a":1}\n \t\n\n{"b":2}\n\n', [b'{"a":1}', b'{"b":2}']),
        (b'\xef\xbb\xbf{"a":1}\n{"b":2}', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}\nnot json\n{"b":2}', [b'{"a":1}', b"not json", b'{"b":2}']),
        (b'{"a":1\n{"b":2}', [b'{"a":1', b'{"b":2}']),
        (b"plain text\nsecond line", [b"plain text", b"second line"]),
        (b"\xff\xfe\n\x00", [b"\xff\xfe", b"\x00"]),
        (b'{"a":1}{"b":2}', [b'{"a":1}{"b":2}']),
        # one object
        (b'{"a":1}', [b'{"a":1}']),
        (b'  {"a":1}\n', [b'{"a":1}']),
        (b'{\n  "a": 1,\r\n  "b": {\n  }\n}\n', [b'{\n  "a": 1,\r\n  "b": {\n  }\n}']),
        # arrays
        (b'[{"a":1},{"b":2}]', [b'{"a":1}', b'{"b":2}']),
        (b'\xef\xbb\xbf [\n {"a": [1, 2]} ,\n 7, null ]\n', [b'{"a": [1, 2]}', b"7", b"null"]),
        (b'[[{"a":1}],{"b":2}]', [b'[{"a":1}]', b'{"b":2}']),
        # nothing
        (b"", []),
        (b" \r\n\t ", []),
        (b"[]", []),
        (b"[ ]", []),
        (b"\xef\xbb\xbf", []),
    ],
)
def test_every_form_comes_apart(body: bytes, records: list[bytes]) -> None:
    assert parts(body) == records


@pytest.mark.parametrize(
    ("body", "records"),
    [
        (b'[{"a":1},{"b":nan},{"c":3}]', [b'{"a":1}', b'{"b":nan}', b'{"c":3}']),
        (b'[{"a":1},{b:2},{"c":3}]', [b'{"a":1}', b"{b:2}", b'{"c":3}']),
        (b'[{"a":1},{"b":2', [b'{"a":1}', b'{"b":2']),
        (b'[{"a":1},{"b":"2', [b'{"a":1}', b'{"b":"2']),
        (b'[{"a":1},{"b":"2\\', [b'{"a":1}', b'{"b":"2\\']),
        (b'[{"a":1},', [b'{"a":1}']),
        (b'[{"a":1},,{"b":2},]', [b'{"a":1}', b'{"b":2}']),
        (b'[{"a":"],["},{"b":"}\\",{"},x]', [b'{"a":"],["}', b'{"b":"}\\",{"}', b"x"]),
        (b'[{"a":[1,[2,{"b":3}]]},x]', [b'{"a":[1,[2,{"b":3}]]}', b"x"]),
        (b'[{"a":1}},{"b":2}]', [b'{"a":1}}', b'{"b":2}']),
        (b'[{"a":1}],{"b":2}]', [b'{"a":1}', b'{"b":2}']),
        (b'[{"a":1}]\n[{"b":2}]', [b'{"a":1}', b'[{"b":2}]']),
        (b'[{"a":"\xff"},{"b":2}]', [b'{"a":"\xff"}', b'{"b":2}']),
        (b'[{"a":"\n"},{"b":2}]', [b'{"a":"\n"}', b'{"b":2}']),
        (b"[", []),
        (b"[[", [b"["]),
        (b"[]]", []),
    ],
)
def test_a_broken_array_is_cut_at_its_commas(body: bytes, records: list[bytes]) -> None:
    assert parts(body) == records


def test_a_record_that_is_nested_too_deep_leaves_its_neighbours_alone() -> None:
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    assert parts(b'[{"b":1},' + deep + b',{"c":2}]') == [b'{"b":1}', deep, b'{"c":2}']
    assert parts(b'{"b":1}\n' + deep + b'\n{"c":2}') == [b'{"b":1}', deep, b'{"c":2}']
    assert parts(deep) == [deep]
    assert len(parts(deep.replace(b":", b":\n"))) == 10_001


RECORDS = st.lists(
    st.dictionaries(
        st.text(max_size=4),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=5,
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None)
@given(
    RECORDS, st.booleans(), st.sampled_from([None, 2]), st.sampled_from([b"\n", b"\r\n", b"\n\n"])
)
def test_what_json_writes_comes_apart_into_the_same_objects(
    records: list[dict[str, object]], ascii_only: bool, indent: int | None, newline: bytes
) -> None:
    def text(value: object, indent: int | None = None) -> bytes:
        return json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    def objects(body: bytes) -> list[object]:
        return [json.loads(part) for part in split(body)]

    assert objects(text(records, indent)) == records
    assert objects(newline.join(map(text, records))) == records
    assert objects(text(records[0], indent)) == records[:1]
    # An element that is no JSON, in the middle: its neighbours come out all the same.
    elements = [*map(text, records), b"x", *map(text, records)]
    found = parts(b"[" + b",".join(elements) + b"]")
    assert [*map(json.loads, found[: len(records)])] == records
    assert found[len(records)] == b"x"
    assert [*map(json.loads, found[len(records) + 1 :])] == records


@settings(deadline=None)
@given(st.text('{}[]",\\ \n:a1', max_size=60).map(str.encode) | st.binary(max_size=60))
def test_nothing_is_left_out_but_blanks_and_what_joins(body: bytes) -> None:
    kept = b"".join(parts(body))
    assert len(kept) <= len(body)
    for sign in b'{}":a1\\':
        assert kept.count(sign) == body.count(sign)


def test_a_large_array_is_taken_apart_a_few_at_a_time() -> None:
    """As objects of their own, sixteen million elements would need a gigabyte."""
    body = b"[" + b"0," * (module._AT_ONCE + 1) + b'{"a":1}]'
    records = split(body)
    assert next(records) == b"0"
    assert sum(1 for _ in records) == module._AT_ONCE + 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b'"\\' * MIB,
        b"[" + b'"' * MIB,
        b'["' + b'\\"' * MIB,
        b"[" + b"{" * MIB,
        b"[" + b"]" * MIB,
        b"[" + b'{"' * MIB,
        b"[" + b'"a",x,' * (MIB // 4),
        b"{" * MIB + b"\n",
        b'{\n"' + b"a" * MIB,
        b"\n" * MIB + b"x",
    ],
)
def test_no_body_takes_long(body: bytes) -> None:
    began = time.process_time()
    for _ in split(body):
        pass
    assert time.process_time() - began < 10
