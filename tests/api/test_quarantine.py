"""What could not be understood."""

import uuid

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW
from stacklens.api.quarantine import QuarantinedRecord
from stacklens.db.tables import quarantine


async def keep(engine: AsyncEngine, *raws: bytes, source: str | None = "shop-17") -> None:
    async with engine.begin() as connection:
        for raw in raws:
            await connection.execute(
                insert(quarantine).values(
                    identity=uuid.uuid4(),
                    arrival_time=NOW,
                    source=source,
                    reason="not JSON",
                    raw=raw,
                )
            )


async def test_records_are_listed_newest_first_with_the_reason(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await keep(engine, b"first", b"second")
    answer = await client.get("/api/quarantine")
    assert answer.headers["x-total-count"] == "2"
    assert [kept["raw"] for kept in answer.json()] == ["second", "first"]
    newest = answer.json()[0]
    QuarantinedRecord.model_validate(newest)
    assert set(newest) == set(QuarantinedRecord.model_fields)
    assert (newest["source"], newest["reason"], newest["size"]) == ("shop-17", "not JSON", 6)
    assert newest["arrival_time"] == "2026-11-22T16:35:00Z"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\x00\x1b[31m", "\0\x1b[31m"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        (b"<script>", "<script>"),
        (b"", ""),
        (b"x" * 70_000, "x" * 65_536),
        (("é" * 40_000).encode(), "é" * 32_768),
    ],
)
async def test_whatever_came_is_shown_as_text(
    client: httpx.AsyncClient, engine: AsyncEngine, raw: bytes, shown: str
) -> None:
    await keep(engine, raw, source=None)
    [kept] = (await client.get("/api/quarantine")).json()
    assert (kept["raw"], kept["size"], kept["source"]) == (shown, len(raw), None)


async def test_pages_follow_the_link(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    await keep(engine, *(b"%d" % number for number in range(5)))
    address, seen, pages = "/api/quarantine?limit=2", [], 0
    while address:
        answer = await client.get(address)
        assert answer.headers["x-total-count"] == "5"
        seen += [kept["raw"] for kept in answer.json()]
        pages += 1
        address = answer.links.get("next", {}).get("url", "")
        await keep(engine)
    assert (seen, pages) == (["4", "3", "2", "1", "0"], 3)


@pytest.mark.parametrize(
    "asked",
    ["limit=0", "limit=501", "cursor=x", "cursor=-1", "cursor=%00", f"cursor={'9' * 19}", "q=x"],
)
async def test_what_is_not_valid_is_422(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get(f"/api/quarantine?{asked}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == asked.partition("=")[0]
