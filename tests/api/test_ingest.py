"""Logs over HTTP: one by contract, many in any form."""

import asyncio
import gzip
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.ingesting import LINE, NOW, Ingest, ingesting, line, lines, ndjson
from stacklens.eventlog.contract import EventLogError
from stacklens.ingest import batch
from stacklens.ingest.routes import LogLine
from stacklens.ingest.writer import BusyError, Writer


@pytest.fixture
async def ingest(database_url: str, engine: AsyncEngine, deadline: None) -> AsyncIterator[Ingest]:
    async with ingesting(database_url, engine) as ingest:
        yield ingest


# --- one event ----------------------------------------------------------------------------------


async def test_an_event_is_stored_when_the_answer_comes(ingest: Ingest) -> None:
    answer = await ingest.single(line(more={"a": [1]}))
    assert answer.status_code == 202
    assert answer.json() == {"status": "accepted", "request_id": LINE["request_id"]}
    (row,) = await ingest.stored()
    assert row.event == line(more={"a": [1]})
    assert row.event_time == datetime(2026, 11, 22, 15, 30, 0, 250_000, tzinfo=UTC)
    assert (row.time_source, row.service, row.env, row.level, row.source, row.host) == (
        "timestamp",
        "pos-demo",
        "production",
        "error",
        "127.0.0.1",
        None,
    )


async def test_the_same_event_twice_is_accepted_and_stored_once(ingest: Ingest) -> None:
    assert [(await ingest.single(LINE)).status_code for _ in range(3)] == [202] * 3
    assert len(await ingest.stored()) == 1


async def test_what_breaks_the_contract_is_told_field_by_field(ingest: Ingest) -> None:
    answer = await ingest.single({"service": "", "price": "5", "message": 5, "stack": []})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {found["field"]: found["reason"] for found in answer.json()["errors"]} == {
        "request_id": "is missing",
        "service": "is empty",
        "env": "is missing",
        "timestamp": "is missing",
        "action": "is missing",
        "level": "is missing",
        "message": "expected a text",
        "stack": "expected a text or null",
        "price": "expected a number or null",
    }
    assert await ingest.stored() == []
    assert await ingest.kept() == {}  # its sender was told


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "expected a JSON object, found an array"),
        (b"\xff", "not JSON"),
        (b'{"a": NaN}', "NaN is no JSON value"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested deeper than 256 levels"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "Exceeds the limit"),
        (b'{"a": 1e400}', "out of range"),
    ],
)
async def test_what_is_no_event_at_all_is_told(ingest: Ingest, body: bytes, reason: str) -> None:
    answer = await ingest.single(body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "body"
    assert reason in error["reason"]


@pytest.mark.parametrize(
    "message", ['{"service": "x", "message": 5}', '{"service": "x"}', "{}", "{"]
)
async def test_a_message_that_is_json_is_a_message(ingest: Ingest, message: str) -> None:
    assert (await ingest.single(line(message=message))).status_code == 202
    (row,) = await ingest.stored()
    assert row.event["message"] == message


async def test_what_means_nothing_once_unwrapped_is_told(ingest: Ingest) -> None:
    answer = await ingest.single(line(message='{"service": "x", "message": "y", "env": 5}'))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "reason": "env: expected a text"}]


async def test_an_event_of_more_than_a_megabyte_is_too_large(ingest: Ingest) -> None:
    answer = await ingest.single(line(message="x" * 1_048_576))
    assert answer.status_code == 413
    assert "at most 1048576 bytes" in answer.json()["detail"]
    assert (await ingest.single(line(message="x" * 1_000_000))).status_code == 202


async def test_a_single_event_may_be_packed(ingest: Ingest) -> None:
    answer = await ingest.single(gzip.compress(json.dumps(LINE).encode()))
    assert answer.status_code == 202
    assert len(await ingest.stored()) == 1


async def test_the_documented_example_is_accepted(ingest: Ingest) -> None:
    (example,) = LogLine.model_json_schema()["examples"]
    assert (await ingest.single(example)).status_code == 202


# --- many records -------------------------------------------------------------------------------


FORMS = {
    "array": json.dumps(lines(3)).encode(),
    "pretty array": json.dumps(lines(3), indent=2).encode(),
    "NDJSON": ndjson(lines(3)),
    "NDJSON with CRLF, blank lines, a mark": b"\xef\xbb\xbf\r\n"
    + ndjson(lines(3)).replace(b"\n", b"\r\n\r\n"),
    "as a file": ndjson(lines(3)) + b"\n",
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
async def test_records_are_stored_in_every_form(ingest: Ingest, body: bytes, packed: bool) -> None:
    headers = {"content-encoding": "gzip"} if packed else {}
    assert await ingest.counts(gzip.compress(body) if packed else body, **headers) == (3, 0, 0)
    assert [row.event for row in await ingest.stored()] == lines(3)


async def test_what_the_content_type_says_does_not_matter(ingest: Ingest) -> None:
    types = ("application/json", "text/plain", "application/x-www-form-urlencoded", "", "x\x00")
    for number, content_type in enumerate(types):
        headers = {"content-type": content_type}
        assert await ingest.counts(ndjson(lines(3, form=number)), **headers) == (3, 0, 0)
        assert await ingest.counts(lines(3, array=number), **headers) == (3, 0, 0)


@pytest.mark.parametrize("indent", [None, 2])
async def test_one_object_is_a_batch_of_one(ingest: Ingest, indent: int | None) -> None:
    assert await ingest.counts(json.dumps(LINE, indent=indent).encode()) == (1, 0, 0)
    assert [row.event for row in await ingest.stored()] == [LINE]


@pytest.mark.parametrize("body", [b"", b"\n\n", b"[]"])
async def test_nothing_is_a_batch_of_nothing(ingest: Ingest, body: bytes) -> None:
    assert await ingest.counts(body) == (0, 0, 0)


async def test_each_record_is_judged_for_itself(ingest: Ingest) -> None:
    records = [
        line(number=0),
        b"not json",
        line(number=1),
        line(service=None),
        b"[1]",
        line(number=2),
    ]
    assert await ingest.counts(ndjson(records)) == (3, 3, 0)
    assert [row.event["number"] for row in await ingest.stored()] == [0, 1, 2]
    assert await ingest.kept() == {
        b"not json": "not JSON: Expecting value at character 0",
        json.dumps(line(service=None)).encode(): "service: is missing",
        b"[1]": "expected a JSON object, found an array",
    }


async def test_what_was_kept_aside_can_be_listed(ingest: Ingest) -> None:
    await ingest.counts(b"\x1b[31m<script>alert(1)</script>\xff")
    (kept,) = (await ingest.client.get("/api/quarantine")).json()
    assert kept["raw"] == "\x1b[31m<script>alert(1)</script>\N{REPLACEMENT CHARACTER}"
    assert (kept["source"], kept["size"]) == ("127.0.0.1", 31)
    assert kept["arrival_time"] == "2026-11-22T16:00:00Z"


async def test_the_request_has_one_id_in_header_and_body(ingest: Ingest) -> None:
    answer = await ingest.batch([LINE])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    named = await ingest.batch([LINE], **{"x-request-id": "shipper-17"})
    assert named.json()["request_id"] == named.headers["x-request-id"] == "shipper-17"
    strange = await ingest.batch([LINE], **{"x-request-id": "<script>"})
    assert strange.json()["request_id"] == strange.headers["x-request-id"] != "<script>"


async def test_more_records_than_a_part_are_all_stored(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "PART_RECORDS", 10)
    monkeypatch.setattr(batch, "SLICE", 3)
    records: list[object] = [*lines(95), *(b"broken %d" % number for number in range(25))]
    assert await ingest.counts(ndjson(records)) == (95, 25, 0)
    assert await ingest.counts(ndjson(records)) == (0, 0, 120)
    assert len(await ingest.stored()) == 95
    assert len(await ingest.kept()) == 25


async def test_parts_are_bounded_by_bytes_too(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "PART_BYTES", 1_000)
    assert await ingest.counts(lines(50)) == (50, 0, 0)


# --- duplicates ---------------------------------------------------------------------------------


async def test_a_batch_that_is_sent_twice_is_stored_once(ingest: Ingest) -> None:
    body = ndjson([*lines(5), b"broken"])
    assert await ingest.counts(body) == (5, 1, 0)
    assert await ingest.counts(body) == (0, 0, 6)
    assert await ingest.counts(gzip.compress(body)) == (0, 0, 6)
    assert await ingest.counts(lines(5)) == (0, 0, 5)
    assert len(await ingest.stored()) == 5
    assert len(await ingest.kept()) == 1


async def test_the_same_line_twice_in_a_batch_is_stored_once(ingest: Ingest) -> None:
    records = [LINE, dict(reversed(LINE.items())), b"broken", b"broken", LINE]
    assert await ingest.counts(ndjson(records)) == (1, 1, 3)


async def test_an_event_alone_and_in_a_batch_is_one(ingest: Ingest) -> None:
    assert (await ingest.single(LINE)).status_code == 202
    assert await ingest.counts([LINE, line(number=1)]) == (1, 0, 1)
    assert (await ingest.single(line(number=1))).status_code == 202
    assert len(await ingest.stored()) == 2


async def test_lines_of_a_file_that_are_equal_are_two_when_their_places_are(ingest: Ingest) -> None:
    def at(offset: int, content: dict[str, object]) -> dict[str, object]:
        place = {"host": "till-1", "log_file": "/log/combined.log", "log_offset": offset}
        return {**place, "log": json.dumps(content)}

    assert await ingest.counts([at(0, LINE), at(300, LINE), at(0, LINE)]) == (2, 0, 1)
    # After a rotation the offset comes again.
    assert await ingest.counts([at(0, line(message="other"))]) == (1, 0, 0)


async def test_a_batch_from_many_senders_at_once_is_stored_once(
    ingest: Ingest, database_url: str, engine: AsyncEngine
) -> None:
    body = ndjson([*lines(300), b"broken"])
    async with ingesting(database_url, engine) as other:
        answers = await asyncio.gather(
            *(where.counts(body) for where in (ingest, other) for _ in range(4))
        )
    assert tuple(map(sum, zip(*answers, strict=True))) == (300, 1, 7 * 301)
    assert len(await ingest.stored()) == 300
    assert len(await ingest.kept()) == 1


async def test_singles_that_come_together_are_all_stored(ingest: Ingest) -> None:
    answers = await asyncio.gather(*(ingest.single(one) for one in lines(100)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await ingest.stored()) == 100


# --- times and names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timestamp", "stored", "source"),
    [
        ("2026-11-22 15:30:00.250", "2026-11-22T15:30:00.250000+00:00", "timestamp"),
        ("2026-11-22 15:30:00,250", "2026-11-22T15:30:00.250000+00:00", "timestamp"),
        ("2026-11-22T16:30:00.250+01:00", "2026-11-22T15:30:00.250000+00:00", "timestamp"),
        (1795361400, "2026-11-22T15:30:00+00:00", "timestamp"),
        (1795361400250, "2026-11-22T15:30:00.250000+00:00", "timestamp"),
        ("1795361400250000", "2026-11-22T15:30:00.250000+00:00", "timestamp"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00", "timestamp"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00", "timestamp"),
        ("2100-01-01T00:00:00Z", NOW.isoformat(), "arrival"),
    ],
)
async def test_event_time_and_arrival_time_are_both_kept(
    ingest: Ingest, timestamp: object, stored: str, source: str
) -> None:
    assert (await ingest.single(line(timestamp=timestamp))).status_code == 202
    (row,) = await ingest.stored()
    assert (row.event_time.isoformat(), row.time_source) == (stored, source)
    assert row.event["timestamp"] == timestamp
    assert row.arrival_time.tzinfo is not None


# --- trouble of ours ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(BusyError(), "more logs are waiting"), (EventLogError("x"), "the event log does not answer")],
)
async def test_trouble_is_503_and_says_when_to_come_back(
    ingest: Ingest, trouble: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: Writer, events: object) -> list[bool]:
        raise trouble

    monkeypatch.setattr(Writer, "write", fail)
    for answer in (await ingest.single(LINE), await ingest.batch([LINE])):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert words in answer.json()["detail"]
        assert "send it again" in answer.json()["detail"]


async def test_a_quarantine_that_is_away_is_503_and_nothing_is_lost(
    ingest: Ingest, engine: AsyncEngine
) -> None:
    body = ndjson([LINE, b"broken"])
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE quarantine RENAME TO gone")
    assert (await ingest.batch(body)).status_code == 503
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE gone RENAME TO quarantine")
    assert await ingest.counts(body) == (0, 1, 1)


async def test_without_the_key_nothing_is_taken_in(database_url: str, engine: AsyncEngine) -> None:
    key = uuid.uuid4().hex
    async with ingesting(database_url, engine, key) as ingest:
        for address in ("/api/logs", "/api/logs/ingest"):
            refused = await ingest.client.post(address, json=LINE)
            assert refused.status_code == 401
        assert await ingest.stored() == []
        assert await ingest.counts([LINE], authorization=f"Bearer {key}") == (1, 0, 0)
