"""The sandbox as a program: `stacklens jira-sandbox`."""

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stacklens.jira_sandbox.api import Api, JiraRefusal, refused
from stacklens.jira_sandbox.control import Control
from stacklens.jira_sandbox.pages import Pages
from stacklens.jira_sandbox.sandbox import DEFAULT_PROJECT, Account, Sandbox
from stacklens.jira_sandbox.store import IssueStore

DEFAULT_PORT: Final = 8090
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_STORE: Final = "jira-sandbox.sqlite"


class PortTakenError(Exception):
    """The address cannot be listened on; the text says what to do."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"cannot listen on {host}:{port} ({error.strerror or error}): "
            "stop what listens there, or choose another --port"
        )


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox behaves. `allowed_hosts` are further names under which it may be asked."""

    account: Account = field(default_factory=Account)
    projects: frozenset[str] = frozenset({DEFAULT_PROJECT})
    search_lag: float = 0.0
    allowed_hosts: Sequence[str] = ()


class _Protocol(HttpToolsProtocol):
    """Lets a route drop its connection: some faults are answers that never come."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["abort"] = self.transport.abort


class _Server(uvicorn.Server):
    """Says that it is ready when it is."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"jira-sandbox: ready {self._address}\n")
        sys.stdout.flush()


def build_app(sandbox: Sandbox, allowed_hosts: Sequence[str]) -> FastAPI:
    """The sandbox's routes, answering only under `allowed_hosts`."""
    app = FastAPI(title="Jira sandbox", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(Api(sandbox).router)
    app.include_router(Control(sandbox).router)
    app.include_router(Pages(sandbox).router)
    app.add_exception_handler(JiraRefusal, refused)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    return app


def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    data: Path | None = None,
    options: Options | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, printing one line when ready; port 0 takes a free one.

    `data` is a folder for the tickets; without it they live in memory. Raises PortTakenError.
    """
    chosen = options or Options()
    with _listen(host, port) as listener, IssueStore.open(data and data / _STORE) as store:
        sandbox = Sandbox(
            store=store,
            clock=lambda: datetime.now(UTC),
            account=chosen.account,
            projects=chosen.projects,
            search_lag=chosen.search_lag,
        )
        app = build_app(sandbox, [*_LOOPBACK, host, *chosen.allowed_hosts])
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,  # a slow fault must not hold up Ctrl-C
        )
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        _Server(config, address).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise PortTakenError(host, port, error) from error
