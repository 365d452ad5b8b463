"""Calling the application: in this process for plain requests, on a port for the live stream."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from conditions import eventually
from stacklens.api.tickets import JiraSite

BUILD: Final = "test-build"
GROUP: Final = "detect"
JIRA: Final = JiraSite("http://127.0.0.1:8090")

MakeApp = Callable[..., FastAPI]


def client_of(app: ASGIApp, **headers: str) -> httpx.AsyncClient:
    """A client that calls `app` directly, from this machine."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8000", headers=headers
    )


@dataclass(frozen=True)
class Served:
    """A server of this test on a free port."""

    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[Served]:
    """Serve `app` on loopback as the product does, and stop at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                timeout_graceful_shutdown=2,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await eventually(lambda: server.started)
        try:
            yield Served(listener.getsockname()[1])
        finally:
            server.should_exit = True
            await task
