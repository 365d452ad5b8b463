"""Bad input: each has a clear answer, is stored or kept aside once, and harms no neighbour."""

import asyncio
import gzip
import json
import random
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ingesting import LINE, NOW, Ingest, ingesting, line, lines, ndjson
from api.serving import served
from stacklens.alerts.record import record_findings
from stacklens.detect.judge import judge
from stacklens.domain.decode import NotUnderstood
from stacklens.domain.event import LogEvent, Record
from stacklens.domain.normalize import normalize
from stacklens.eventlog.contract import NotStorableError
from stacklens.eventlog.rows import COLUMNS, record_of
from stacklens.ingest import batch
from stacklens.ingest.body import MAX_BODY_BYTES
from stacklens.ingest.quarantine import keep_aside
from stacklens.rules.catalogue import Catalogue

MIB = 1024 * 1024
DEEP = b'{"a":' * 10_000 + b"1" + b"}" * 10_000


@pytest.fixture
async def ingest(database_url: str, engine: AsyncEngine, deadline: None) -> AsyncIterator[Ingest]:
    async with ingesting(database_url, engine) as ingest:
        yield ingest


def with_member(member: bytes) -> bytes:
    """A line of the contract with one more member, as bytes that json.dumps would not write."""
    return json.dumps(LINE).encode()[:-1] + b"," + member + b"}"


REFUSED = {
    "not JSON": (b"GET / HTTP/1.1", "not JSON"),
    "half a line": (json.dumps(LINE).encode()[:-5], "not JSON"),
    "a raw NUL byte": (with_member(b'"a":"x\x00y"'), "not JSON: Invalid control character"),
    "a raw escape code": (with_member(b'"a":"\x1b[31m"'), "not JSON: Invalid control character"),
    "NaN": (with_member(b'"a":NaN'), "not JSON: NaN is no JSON value"),
    "Infinity": (with_member(b'"a":-Infinity'), "not JSON: -Infinity is no JSON value"),
    "1e400": (with_member(b'"a":1e400'), "not JSON: the number 1e400 is out of range"),
    "5,000 digits": (with_member(b'"a":' + b"9" * 5_000), "not JSON: Exceeds the limit"),
    "10,000 levels": (with_member(b'"a":' + DEEP), "nested deeper than 256 levels"),
    "10,000 levels of arrays": (
        with_member(b'"a":' + b"[" * 10_000 + b"]" * 10_000),
        "nested deeper than 256 levels",
    ),
    "a line of 2 MB": (with_member(b'"a":"' + b"x" * 2 * MIB + b'"'), "longer than 1048576 bytes"),
    "wrong types": (with_member(b'"level":[1]'), "level: expected a text or a whole number"),
    "missing fields": (b'{"a": 1}', "service: is missing"),
    "a number": (b"7", "expected a JSON object, found a number"),
}

STORED = {
    "escaped NUL": (with_member(b'"a":"x\\u0000y"'), "x\u2400y"),
    "a lone surrogate": (with_member(b'"a":"\\ud800"'), "\N{REPLACEMENT CHARACTER}"),
    "the other half": (with_member(b'"a":"\\udfff!"'), "\N{REPLACEMENT CHARACTER}!"),
    "invalid UTF-8": (with_member(b'"a":"\xff?"'), "\N{REPLACEMENT CHARACTER}?"),
    "a surrogate in UTF-8": (with_member(b'"a":"\xed\xa0\x80"'), "\N{REPLACEMENT CHARACTER}" * 3),
    "escape codes": (with_member(b'"a":"\\u001b[31m\\u0007"'), "\x1b[31m\x07"),
    "markup": (with_member(b'"a":"<script>alert(1)</script>"'), "<script>alert(1)</script>"),
    "backslashes": (with_member(b'"a":"\\\\N\\\\.\\t\\n\\r"'), "\\N\\.\t\n\r"),
    "65 bits": (with_member(b'"a":36893488147419103232'), 2**65),
    "4,000 digits": (with_member(b'"a":' + b"9" * 4_000), int("9" * 4_000)),
    "the largest float": (with_member(b'"a":1.7976931348623157e308'), 1.7976931348623157e308),
    "next to nothing": (with_member(b'"a":1e-99999'), 0),
    "20,000 digits behind the point": (with_member(b'"a":0.' + b"3" * 20_000), 1 / 3),
    "256 levels": (with_member(b'"a":' + b"[" * 255 + b"]" * 255), None),
    "a key of a megabyte": (with_member(b'"a":1,"' + b"k" * 1_000_000 + b'":1'), 1),
    "10,000 keys": (
        with_member(b'"a":1,' + b",".join(b'"k%d":1' % number for number in range(10_000))),
        1,
    ),
    "a key twice": (with_member(b'"a":1,"a":2'), 2),
    "an empty key": (with_member(b'"a":1,"":2'), 1),
    "a year of the past": (with_member(b'"a":1,"timestamp":"0001-01-01T00:00:00Z"'), 1),
    "a year of the future": (with_member(b'"a":1,"timestamp":"9999-12-31T23:59:59Z"'), 1),
}


@pytest.mark.parametrize("array", [False, True])
async def test_what_is_refused_is_kept_aside_and_its_neighbours_are_stored(
    ingest: Ingest, array: bool
) -> None:
    """All of it in one batch, a good record between any two."""
    good = lines(len(REFUSED) + 1)
    records: list[bytes] = [json.dumps(good[0]).encode()]
    for (raw, _), neighbour in zip(REFUSED.values(), good[1:], strict=True):
        records += [raw, json.dumps(neighbour).encode()]
    if array:
        # What never ends takes the rest of an array with it: nobody can say where it ends.
        half = REFUSED["half a line"][0]
        records.remove(half)
        body = b"[" + b",".join(records) + b"]"
    else:
        body = b"\n".join(records)
    refused = len(REFUSED) - array
    assert await ingest.counts(body) == (len(good), refused, 0)
    assert await ingest.counts(body) == (0, 0, len(good) + refused)
    assert [row.event for row in await ingest.stored()] == good
    kept = await ingest.kept()
    assert len(kept) == refused
    for name, (raw, reason) in REFUSED.items():
        if not (array and name == "half a line"):
            assert reason in kept[raw], name


async def test_half_a_line_in_an_array_is_kept_with_what_follows(ingest: Ingest) -> None:
    half = json.dumps(LINE).encode()[:-2]
    before, after = json.dumps(line(number=1)).encode(), json.dumps(line(number=2)).encode()
    assert await ingest.counts(b"[" + b",".join([before, half, after]) + b"]") == (1, 1, 0)
    (kept,) = await ingest.kept()
    assert kept.startswith(half)
    assert after in kept


async def test_strange_content_is_stored_once_and_read_back(
    ingest: Ingest, engine: AsyncEngine
) -> None:
    records = [raw for raw, _ in STORED.values()]
    assert await ingest.counts(ndjson(records)) == (len(records), 0, 0)
    assert await ingest.counts(ndjson(records)) == (0, 0, len(records))
    assert await ingest.counts(b"[" + b",".join(records) + b"]") == (0, 0, len(records))
    async with ingest.log.subscribe("test") as subscription:
        read: list[Record] = []
        while len(read) < len(records):
            records_read = await subscription.read(100)
            async with subscription.storing(records_read):
                read += records_read
    by_identity = {record.event.identity.replace("-", ""): record.event for record in read}
    for name, (raw, value) in STORED.items():
        event = by_identity[normalize(raw, NOW).identity]
        assert event.message == LINE["message"], name
        if value is not None:
            assert event.fields["a"] == value, name
    # And an alert can be made of each.
    findings = [
        replace(finding, fingerprint=f"1:{number}")
        for number, finding in enumerate(judge(read, Catalogue.builtin()))
    ]
    async with engine.begin() as connection:
        assert len(await record_findings(connection, findings, NOW)) == len(records)


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (gzip.compress(ndjson(lines(9)))[:-4], {"content-encoding": "gzip"}, "ends too early"),
        (gzip.compress(ndjson(lines(9)))[:-4], {}, "ends too early"),
        (b"\x1f\x8b\x08broken", {}, "is damaged"),
        (ndjson(lines(9)), {"content-encoding": "gzip"}, "is damaged"),
        (ndjson(lines(9)), {"content-encoding": "br"}, "'br' is not supported: use gzip"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_422(
    ingest: Ingest, body: bytes, headers: dict[str, str], words: str
) -> None:
    answer = await ingest.batch(body, **headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "body"
    assert words in error["reason"]
    assert await ingest.stored() == []


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


async def post(port: int, body: bytes, *headers: str) -> tuple[bytes, bytes]:
    """Send all of a body, and only then read the answer, as simple clients do."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = ("POST /api/logs HTTP/1.1", "Host: localhost", "Connection: close", *headers)
    writer.write("\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode())
    writer.write(body)
    await writer.drain()
    status, _, rest = (await reader.read()).partition(b"\r\n")
    writer.close()
    return status, rest


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * 40 * MIB, ()),
        (b"\n" * 40 * MIB, ()),
        (bomb(256 * MIB), ("Content-Encoding: gzip",)),
        (bomb(256 * MIB), ()),
    ],
    ids=["40 MB", "40 MB of nothing", "a bomb", "a bomb that does not say so"],
)
async def test_a_body_that_is_too_large_gets_its_answer_and_memory_is_bounded(
    ingest: Ingest, body: bytes, headers: tuple[str, ...]
) -> None:
    async with served(ingest.app) as server:
        tracemalloc.start()
        status, rest = await post(server.port, body, *headers)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert status == b"HTTP/1.1 413 Request Entity Too Large", rest
        assert b"at most 33554432 bytes, decompressed: send smaller batches" in rest
        # The client is in this process too: what it holds of its own body is counted.
        assert peak < 3 * MAX_BODY_BYTES + len(body)
        # The server goes on.
        answer = await ingest.batch(lines(3))
        assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"1,", b"{},", b"x\n"], ids=["numbers", "objects", "lines"])
async def test_a_body_of_very_many_records_is_taken_a_few_at_a_time(
    ingest: Ingest, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a body of 32 MiB of these a gigabyte of objects could be made."""
    many, parts = 60_000, []

    async def recording(*arguments: Any) -> int:
        parts.append(len(arguments[1]))
        return await keep_aside(*arguments)

    monkeypatch.setattr(batch, "keep_aside", recording)
    array = b"," in body
    packed = gzip.compress(b"[" + body * many + b"0]" if array else body * many)
    answer = asyncio.create_task(ingest.counts(packed))
    # Others are served in between.
    others = 0
    while not answer.done():
        assert (await ingest.single(line(number=others))).status_code == 202
        others += 1
    assert others > 1
    accepted, quarantined, duplicates = await answer
    assert (accepted, quarantined) == (0, 1 + array)
    assert quarantined + duplicates == many + array
    assert max(parts) <= batch.PART_RECORDS


async def test_what_only_the_store_refuses_is_kept_aside_too(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that ingest understands is known to be refused; this is the net below."""
    append = ingest.log.append

    async def picky(events: Sequence[LogEvent]) -> Sequence[bool]:
        if any("bad" in event.fields for event in events):
            raise NotStorableError("too strange")
        return await append(events)

    monkeypatch.setattr(ingest.log, "append", picky)
    bad = json.dumps(line(bad=1), indent=1).replace("\n", " ").encode()
    records = [json.dumps(one).encode() for one in lines(9)]
    records.insert(4, bad)
    assert await ingest.counts(ndjson(records)) == (9, 1, 0)
    assert [row.event for row in await ingest.stored()] == lines(9)
    assert await ingest.kept() == {bad: "the store refuses it: too strange"}
    answer = await ingest.single(bad)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "reason": "too strange"}]


# --- whatever is accepted PostgreSQL takes ------------------------------------------------------


TEXTS = st.text(st.characters(), max_size=20)
NUMBERS = st.one_of(
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
EXPONENTS = st.integers(-100_000, 400)
RAW_NUMBERS = st.builds(
    "{}{}.{}e{}".format, st.sampled_from(["", "-"]), *[st.integers(0, 99)] * 2, EXPONENTS
)


@given(
    st.lists(st.tuples(st.dictionaries(TEXTS, VALUES, max_size=5), TEXTS, RAW_NUMBERS), max_size=20)
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_event_that_is_understood_is_stored_as_it_was(
    ingest: Ingest, made: list[tuple[dict[str, object], str, str]]
) -> None:
    records = [
        json.dumps({**more, "message": message or "x", "service": "s" + message}).encode()[:-1]
        + b',"event_id":"%08x","number":%s}' % (random.getrandbits(32), number.encode())
        for more, message, number in made
    ]
    events = []
    for raw in records:
        try:
            events.append(normalize(raw, NOW))
        except NotUnderstood:
            continue
    assert all(await ingest.log.append(events))
    async with ingest.engine.begin() as connection:
        rows = (await connection.execute(text("SELECT *, event::text AS text FROM raw_logs"))).all()
        await connection.execute(text("TRUNCATE raw_logs"))
    stored = {row.identity.hex: row for row in rows}
    for event in events:
        row = stored[event.identity]
        assert msgspec.json.decode(row.text, strict=False).keys() == event.fields.keys()
        assert (row.service, row.level) == (event.service, event.level)
        columns = {name: getattr(row, name) for name in COLUMNS} | {"event": row.text}
        read = record_of(tuple(columns.values()))
        assert read.event.message == event.message
