"""How the system is put together: the one module that knows every concrete class.

Imports stand in the functions of their role, so that a consumer does not carry a web server and
nobody carries Alembic: the idle memory of all processes together is a number that we promise.
"""

# ruff: noqa: PLC0415 - see above

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.migrate import NewerSchemaError, migrate
from stacklens.db.session import connect
from stacklens.settings import HttpSettings, Settings
from stacklens.telemetry import Action, configure_logging, log

if TYPE_CHECKING:
    from fastapi import FastAPI

    from stacklens.eventlog.postgres import PostgresEventLog
    from stacklens.ingest.writer import Writer

INGEST, CONSUMER, DELIVER, API = "ingest", "consumer", "deliver", "api"
ROLES: Final = (INGEST, CONSUMER, DELIVER, API)

JIRA_VARIABLES: Final = ("JIRA_BASE_URL", "JIRA_USER", "JIRA_TOKEN", "JIRA_PROJECT_KEY")
GC_OBJECTS: Final = 50_000
SHUTDOWN_S: Final = 5
BACKLOG: Final = 2048
"""Connections that may wait to be accepted, as uvicorn has it."""
KEEP_ALIVE_S: Final = 65
"""Longer than shippers and proxies keep idle connections, so that we are not the one that closes
a connection in the moment in which a request is under way on it."""
WS_MESSAGE_BYTES: Final = 4096
"""From a client, whose only message is a pong."""

Announce = Callable[[str], None]
"""Called once with what is ready: the address, or the names of roles that have none."""


class StartError(Exception):
    """Why a role cannot start, and what to do about it."""


def clock() -> datetime:
    """The present moment; everything below takes it as an argument."""
    return datetime.now(UTC)


def run(settings: Settings, roles: Collection[str], announce: Announce) -> None:
    """Run `roles` in this process until SIGTERM or SIGINT. Raises StartError."""
    import uvloop

    configure_logging(settings.log_level)
    # What is imported stays; what events are made of is freed by its count. Looking for cycles
    # among either, at the default of every 700 objects, is a tenth of the work on an event.
    gc.freeze()
    gc.set_threshold(GC_OBJECTS)
    migrate_database(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(run_roles(settings, roles, announce))
        except* StartError as group:
            raise StartError(str(_first(group))) from group


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def migrate_database(settings: Settings) -> None:
    """Bring the configured database to this version's schema. Raises StartError."""
    try:
        migrate(_database_url(settings))
    except DBAPIError as error:
        words = str(error.orig).strip().partition("\n")[0]
        raise StartError(
            f"POSTGRES_URL does not answer as it should ({words}): check that the server runs,"
            " and host, port, user, password and database in the URL"
        ) from error
    except NewerSchemaError as error:
        raise StartError(str(error)) from error


async def run_roles(settings: Settings, roles: Collection[str], announce: Announce) -> None:
    """Run `roles` until SIGTERM or SIGINT; raises StartError, or what ended one of them."""
    stop = _stopped_by_signals()
    engine = connect(_database_url(settings))
    try:
        async with asyncio.TaskGroup() as tasks:
            log(Action.STARTED, roles=sorted(roles))
            if CONSUMER in roles:
                tasks.create_task(_consume(settings, engine, stop))
            if DELIVER in roles:
                tasks.create_task(_deliver(settings, engine, stop))
            if INGEST in roles or API in roles:
                await _serve(settings, engine, roles, announce, stop)
            else:
                announce(" ".join(role for role in ROLES if role in roles))
            await stop.wait()
        log(Action.STOPPED, roles=sorted(roles))
    finally:
        await engine.dispose()


def openapi_document() -> dict[str, object]:
    """The OpenAPI document of everything that speaks HTTP."""
    settings = Settings.from_environ({"POSTGRES_URL": "postgresql://nobody@localhost/nothing"})
    engine = connect(_database_url(settings))
    document: dict[str, object] = _assemble(settings, engine, (INGEST, API)).application.openapi()
    return document


async def _consume(settings: Settings, engine: AsyncEngine, stop: asyncio.Event) -> None:
    from stacklens.detect.pipeline import consume
    from stacklens.rules.catalogue import Catalogue

    rules = Catalogue.builtin()
    log(Action.RULES_LOADED, count=len(rules.specs))
    event_log = _event_log(settings, engine)
    await _until(stop, consume(event_log, rules, clock))


async def _deliver(settings: Settings, engine: AsyncEngine, stop: asyncio.Event) -> None:
    if settings.jira is None:
        return
    from stacklens.deliver.dispatcher import Dispatcher
    from stacklens.deliver.jira.client import JiraClient, JiraSite

    jira = settings.jira
    try:
        site = JiraSite(jira.base_url, jira.user, jira.project, jira.token)
    except ValueError as error:
        raise StartError(str(error)) from error
    async with JiraClient.open(site) as client:
        dispatcher = Dispatcher(
            engine,
            client,
            listen_url=_database_url(settings),
            console_link=_console_link(settings.http),
            clock=clock,
        )
        await dispatcher.run(stop)


@dataclass(frozen=True, slots=True)
class _Web:
    """An application, and what must run while it serves: in this order, ended in reverse."""

    application: "FastAPI"
    before: AbstractAsyncContextManager[object]
    beside: AbstractAsyncContextManager[object]


def _assemble(settings: Settings, engine: AsyncEngine, roles: Collection[str]) -> _Web:
    from stacklens.api.app import Door, create_api_app, create_app
    from stacklens.api.feed import Feed
    from stacklens.api.live import LiveRoutes
    from stacklens.api.tickets import JiraSite
    from stacklens.auth.authenticator import Authenticator
    from stacklens.detect.pipeline import GROUP
    from stacklens.ingest.routes import ingest_router
    from stacklens.ingest.writer import Writer

    http, build = settings.http, version("stacklens")
    door = Door(
        Authenticator(http.key),
        hosts=(*http.allowed_hosts, http.host),
        origins=(http.public_url,) if http.public_url else (),
        checks={"database": _database_answers(engine)},
    )
    event_log = _event_log(settings, engine)
    writer = Writer(event_log)
    ingest = [ingest_router(writer, engine, clock)] if INGEST in roles else []
    before = _writing(writer, event_log) if INGEST in roles else nullcontext()
    if API not in roles:
        return _Web(create_app(door, (), build=build, bounded=ingest), before, nullcontext())
    feed = Feed(engine, _database_url(settings))
    application = create_api_app(
        door,
        engine=engine,
        live=LiveRoutes(feed, build=build),
        jira=JiraSite(
            settings.jira.base_url if settings.jira else "",
            missing=() if settings.jira else JIRA_VARIABLES,
        ),
        build=build,
        consumer_group=GROUP,
        bounded=ingest,
    )
    return _Web(application, before, feed.following())


async def _serve(
    settings: Settings,
    engine: AsyncEngine,
    roles: Collection[str],
    announce: Announce,
    stop: asyncio.Event,
) -> None:
    """Serve HTTP until `stop`. Clients of the live stream are told before the server ends."""
    listener = _listener(settings.http)
    web = _assemble(settings, engine, roles)
    async with web.before, _listening(web.application, listener), web.beside:
        host, port = listener.getsockname()[:2]
        announce(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        await stop.wait()


@asynccontextmanager
async def _writing(writer: "Writer", event_log: "PostgresEventLog") -> AsyncIterator[None]:
    try:
        async with writer.running():
            yield
    finally:
        await event_log.close()


@asynccontextmanager
async def _listening(application: "FastAPI", listener: socket.socket) -> AsyncIterator[None]:
    import uvicorn

    class Server(uvicorn.Server):
        """Says when it listens, and leaves signals to us: several roles may share the process."""

        listening = asyncio.Event()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self.listening.set()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    server = Server(
        uvicorn.Config(
            application,
            access_log=False,
            http="httptools",
            lifespan="off",
            log_config=None,
            loop="none",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
            timeout_keep_alive=KEEP_ALIVE_S,
            ws="websockets-sansio",
            ws_max_size=WS_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            # The stream has a heartbeat of its own, which a browser can see too.
            ws_ping_interval=None,
        )
    )
    serving = asyncio.create_task(server.serve([listener]), name="http server")
    try:
        await server.listening.wait()
        yield
    finally:
        server.should_exit = True
        await serving


def _listener(http: HttpSettings) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            http.host, http.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # At once: two who are both bound learn only here which of them has the port.
        listener.listen(BACKLOG)
    except OSError as error:
        raise StartError(
            f"cannot listen on {http.host}, port {http.port} ({error.strerror}): stop what uses"
            " it, or choose another with --host and --port"
        ) from error
    return listener


def _event_log(settings: Settings, engine: AsyncEngine) -> "PostgresEventLog":
    from stacklens.eventlog.postgres import PostgresEventLog

    return PostgresEventLog(_database_url(settings), engine, settings.database.log_partitions)


def _database_url(settings: Settings) -> str:
    if settings.database.url is None:
        raise StartError(
            "POSTGRES_URL is not set: `stacklens run` works on a database that is there;"
            " `stacklens up` brings its own"
        )
    return settings.database.url


def _database_answers(engine: AsyncEngine) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    return check


def _console_link(http: HttpSettings) -> Callable[[UUID], str | None]:
    return lambda alert_id: f"{http.public_url}/alerts/{alert_id}" if http.public_url else None


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _until(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do `work` until `stop`; what ends it before is raised."""
    task = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    else:
        task.result()
