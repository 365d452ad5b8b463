"""The ingest API for tests: the whole application over the real event log."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from fastapi import FastAPI
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.serving import BUILD, client_of
from stacklens.api.app import Door, create_app
from stacklens.api.quarantine import QuarantineRoutes
from stacklens.auth.authenticator import Authenticator
from stacklens.db.tables import quarantine, raw_logs
from stacklens.eventlog.postgres import PostgresEventLog
from stacklens.ingest.routes import ingest_router
from stacklens.ingest.writer import Writer

NOW: Final = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
LINE: Final[dict[str, object]] = {
    "request_id": "7c0e6f0a-8f3e-4b0a-9a3e-5f2d8c1b7a60",
    "service": "pos-demo",
    "env": "production",
    "timestamp": "2026-11-22T15:30:00.250Z",
    "action": "create_order",
    "level": "error",
    "message": "Product price is null",
    "product_id": "p2",
    "price": None,
    "error_code": "PRICE_MISSING",
}


def line(**changed: object) -> dict[str, object]:
    """A line of the contract with some of its fields changed."""
    return {**LINE, **changed}


def lines(count: int, **changed: object) -> list[dict[str, object]]:
    """Different lines of the contract."""
    return [line(number=number, **changed) for number in range(count)]


def ndjson(records: Sequence[object]) -> bytes:
    """The records, one on a line; bytes are taken as they are."""
    return b"\n".join(
        record if isinstance(record, bytes) else json.dumps(record).encode() for record in records
    )


@dataclass(frozen=True)
class Ingest:
    """An application that takes logs in, a client of it, and what it stored."""

    app: FastAPI
    client: httpx.AsyncClient
    engine: AsyncEngine
    log: PostgresEventLog

    async def single(self, body: object, **headers: str) -> httpx.Response:
        """The answer to one event by contract; a body that is no bytes is sent as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post("/api/logs/ingest", content=content, headers=headers)

    async def batch(self, body: bytes | Sequence[object], **headers: str) -> httpx.Response:
        """The answer to many records; a body that is no bytes is sent as a JSON array."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post("/api/logs", content=content, headers=headers)

    async def counts(self, body: bytes | Sequence[object], **headers: str) -> tuple[int, int, int]:
        """Accepted, quarantined and duplicates of a batch that is taken."""
        answer = await self.batch(body, **headers)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert set(found) == {"accepted", "quarantined", "duplicates", "request_id"}
        return found["accepted"], found["quarantined"], found["duplicates"]

    async def stored(self) -> Sequence[Row[Any]]:
        """What is in the event log, by its number."""
        async with self.engine.connect() as connection:
            rows = (await connection.execute(select(raw_logs))).all()
        return sorted(rows, key=lambda row: row.event.get("number", -1))

    async def kept(self) -> dict[bytes, str]:
        """What is in the quarantine, with its reason."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(quarantine.c.raw, quarantine.c.reason))
            return {row.raw: row.reason for row in rows}


@asynccontextmanager
async def ingesting(
    database_url: str, engine: AsyncEngine, key: str | None = None
) -> AsyncIterator[Ingest]:
    """The application, its writer running."""
    log = PostgresEventLog(database_url, engine, 4)
    writer = Writer(log)
    app = create_app(
        Door(Authenticator(key)),
        [QuarantineRoutes(engine).router()],
        build=BUILD,
        bounded=[ingest_router(writer, engine, lambda: NOW)],
    )
    async with writer.running(), client_of(app) as client:
        yield Ingest(app, client, engine, log)
    await log.close()
