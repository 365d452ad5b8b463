"""What could not be understood, over HTTP: kept raw, with the reason."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from stacklens.api.answers import json_response, problems, with_headers
from stacklens.api.paging import next_page
from stacklens.auth.http import Caller
from stacklens.db.tables import quarantine

SHOWN_BYTES: Final = 64 * 1024


class QuarantinedRecord(BaseModel):
    """A record that is no event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 4,
                    "arrival_time": "2026-11-22T16:35:00.123456Z",
                    "source": "shop-17:combined.log",
                    "reason": "timestamp: this is no time",
                    "raw": '{"timestamp": "yesterday"}',
                    "size": 26,
                }
            ]
        }
    )

    id: int
    arrival_time: datetime
    source: str | None
    reason: str
    raw: str = Field(description="As text, bytes that are no UTF-8 replaced, at most 64 KiB.")
    size: int = Field(description="Bytes that came.")


class QuarantineQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=100, ge=1, le=500)
    # Eighteen digits are always a bigint, and more records than anybody keeps.
    cursor: Annotated[str, Field(pattern="^[0-9]{1,18}$")] | None = Field(
        default=None, description="From the Link header of the page before."
    )


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    arrival_time: datetime
    source: str | None
    reason: str
    raw: str
    size: int


class QuarantineRoutes:
    """GET /api/quarantine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    def router(self) -> APIRouter:
        """The route, for the app."""
        router = APIRouter(tags=["ingest"])
        listed = with_headers(
            200,
            "Newest first.",
            Link='The next page, as `<…>; rel="next"`; absent on the last page.',
            X_Total_Count="How many records are kept in all.",
        )
        router.add_api_route(
            "/api/quarantine",
            self.list_quarantine,
            response_model=list[QuarantinedRecord],
            responses={**listed, **problems(status_422="A parameter is not valid.")},
        )
        return router

    async def list_quarantine(
        self, request: Request, wanted: Annotated[QuarantineQuery, Query()], _caller: Caller
    ) -> Response:
        """Records that could not be understood, newest first."""
        c = quarantine.c
        # A page of whole megabyte records would be read for nothing: PostgreSQL cuts them.
        page = select(
            c.id,
            c.arrival_time,
            c.source,
            c.reason,
            func.substring(c.raw, 1, SHOWN_BYTES).label("raw"),
            func.octet_length(c.raw).label("size"),
        ).order_by(c.id.desc())
        if wanted.cursor is not None:
            page = page.where(c.id < int(wanted.cursor))
        async with self._engine.connect() as connection:
            found = (await connection.execute(page.limit(wanted.limit + 1))).mappings().all()
            total = await connection.scalar(select(func.count()).select_from(quarantine))
        headers = {"X-Total-Count": str(total)}
        records = [
            _Record(**{**row, "raw": row["raw"].decode("utf-8", "replace")})
            for row in found[: wanted.limit]
        ]
        if len(found) > wanted.limit:
            headers["Link"] = f'<{next_page(request, str(records[-1].id))}>; rel="next"'
        return json_response(records, headers=headers)
