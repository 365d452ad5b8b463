"""Whether this process lives, whether it can do its work, and how far the work has come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from stacklens.telemetry import Action, log

CHECK_TIMEOUT_S: Final = 2.0

Check = Callable[[], Awaitable[None]]
"""Returns when the thing is there, raises when it is not."""


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Everything that the roles of this process need is there."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready", "missing": []}]})

    status: Literal["ready"] = "ready"
    missing: list[str] = Field(default=[], max_length=0)


class NotReady(BaseModel):
    """Something that the roles of this process need is not there."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "not ready", "missing": ["database"]}]}
    )

    status: Literal["not ready"] = "not ready"
    missing: list[str]


class HealthRoutes:
    """GET /health and GET /ready: open to everybody, and say no more than names."""

    def __init__(self, checks: Mapping[str, Check], timeout: float = CHECK_TIMEOUT_S) -> None:
        """`checks` are those of the roles in this process; each may take `timeout` seconds."""
        self._checks = checks
        self._timeout = timeout

    def router(self) -> APIRouter:
        """The routes, for the app."""
        router = APIRouter(tags=["health"])
        router.add_api_route("/health", self.health, response_model=Health)
        router.add_api_route(
            "/ready",
            self.ready,
            response_model=Ready,
            responses={503: {"model": NotReady, "description": "Not ready: what is missing."}},
        )
        return router

    async def health(self) -> Health:
        """The process is alive."""
        return Health()

    async def ready(self) -> Response:
        """Whether this process can do its work now."""
        held = await asyncio.gather(*(self._holds(name) for name in self._checks))
        missing = [name for name, holds in zip(self._checks, held, strict=True) if not holds]
        if missing:
            return JSONResponse(NotReady(missing=missing).model_dump(), 503)
        return JSONResponse(Ready().model_dump())

    async def _holds(self, name: str) -> bool:
        try:
            async with asyncio.timeout(self._timeout):
                await self._checks[name]()
        except Exception as error:  # noqa: BLE001 - any failure means not ready; it is logged
            log(Action.REQUEST_FAILED, level=logging.WARNING, error=error, check=name)
            return False
        return True
