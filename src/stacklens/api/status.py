"""How far the work has come: what the header and the empty state of the page show."""

from datetime import datetime

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.responses import Response

from stacklens.alerts import stream
from stacklens.api.answers import json_response
from stacklens.auth.http import Caller
from stacklens.db.tables import alerts, consumer_offsets, event_log_heads
from stacklens.domain.alert import Status


class Counts(BaseModel):
    """Alerts in each state."""

    NEW: int
    ACKNOWLEDGED: int
    RESOLVED: int


class WorkStatus(BaseModel):
    """The state of the whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "build": "0.1.0",
                    "position": "f3c1a9:17",
                    "lag": 0,
                    "last_event_at": "2026-11-22T16:36:12.500000Z",
                    "counts": {"NEW": 1, "ACKNOWLEDGED": 0, "RESOLVED": 4},
                }
            ]
        }
    )

    build: str
    position: str = Field(description="Where the live stream stands.")
    lag: int = Field(description="Events that are stored and not yet judged.")
    last_event_at: datetime | None = Field(description="Arrival of the last event judged.")
    counts: Counts


class _WorkStatus(msgspec.Struct):
    build: str
    position: str
    lag: int
    last_event_at: datetime | None
    counts: dict[str, int]


class StatusRoutes:
    """GET /api/status."""

    def __init__(self, engine: AsyncEngine, *, build: str, consumer_group: str) -> None:
        """`consumer_group` is whose progress through the event log is shown."""
        self._engine = engine
        self._build = build
        self._group = consumer_group

    def router(self) -> APIRouter:
        """The route, for the app."""
        router = APIRouter(tags=["alerts"])
        router.add_api_route("/api/status", self.get_status, response_model=WorkStatus)
        return router

    async def get_status(self, _caller: Caller) -> Response:
        """How many alerts there are, and whether everything that came has been judged."""
        async with self._engine.connect() as connection:
            lag, last_event_at = await self._progress(connection)
            return json_response(
                _WorkStatus(
                    build=self._build,
                    position=str(await stream.position(connection)),
                    lag=lag,
                    last_event_at=last_event_at,
                    counts=await _counts(connection),
                )
            )

    async def _progress(self, connection: AsyncConnection) -> tuple[int, datetime | None]:
        reached = func.coalesce(consumer_offsets.c.next_offset, 0)
        statement = select(
            func.coalesce(func.sum(event_log_heads.c.next_offset - reached), 0),
            func.max(consumer_offsets.c.arrival_time),
        ).select_from(
            event_log_heads.outerjoin(
                consumer_offsets,
                and_(
                    consumer_offsets.c.partition == event_log_heads.c.partition,
                    consumer_offsets.c.consumer_group == self._group,
                ),
            )
        )
        lag, last_event_at = (await connection.execute(statement)).one()
        return int(lag), last_event_at


async def _counts(connection: AsyncConnection) -> dict[str, int]:
    found = await connection.execute(
        select(alerts.c.status, func.count()).group_by(alerts.c.status)
    )
    return {status.value: 0 for status in Status} | {row[0]: row[1] for row in found}
