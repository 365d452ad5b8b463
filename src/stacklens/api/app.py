"""The HTTP application: layers from the outside in, then the routes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from stacklens.api.alerts import AlertRoutes
from stacklens.api.edge import Edge
from stacklens.api.guard import BodyLimit, Guard
from stacklens.api.health import Check, HealthRoutes
from stacklens.api.live import LiveRoutes
from stacklens.api.openapi import DescribedApp, declare_stream
from stacklens.api.problems import install_problems
from stacklens.api.quarantine import QuarantineRoutes
from stacklens.api.session import SessionRoutes
from stacklens.api.static import BUILT_PAGE, Page
from stacklens.api.status import StatusRoutes
from stacklens.api.tickets import JiraSite, TicketRoutes
from stacklens.auth.authenticator import Authenticator
from stacklens.auth.http import Authentication, Caller


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in, and by which names: the same for every role that speaks HTTP."""

    authenticator: Authenticator
    hosts: Collection[str] = ()
    origins: Collection[str] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)


def create_app(
    door: Door,
    routers: Sequence[APIRouter],
    *,
    build: str,
    bounded: Sequence[APIRouter] = (),
) -> FastAPI:
    """An HTTP application with health routes and `routers`.

    `bounded` are routers, of ingest say, that bound the bodies of their requests themselves.
    """
    health = HealthRoutes(door.checks).router()
    included = [*bounded, health, *routers]
    app = DescribedApp(
        title="StackLens",
        version=build,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(Edge),
            Middleware(Guard, hosts=door.hosts, origins=door.origins),
            Middleware(BodyLimit, unlimited=_paths(bounded)),
            Middleware(Authentication, authenticator=door.authenticator),
        ],
    )
    for router in included:
        app.include_router(router)
    routes: list[BaseRoute] = [route for router in included for route in router.routes]
    install_problems(app, lambda: routes)
    routes.extend(_document_route(app))
    return app


def create_api_app(
    door: Door,
    *,
    engine: AsyncEngine,
    live: LiveRoutes,
    jira: JiraSite,
    build: str,
    consumer_group: str,
    bounded: Sequence[APIRouter] = (),
    web: Path = BUILT_PAGE,
) -> FastAPI:
    """The API, the live stream and the page; with `bounded`, ingest beside them.

    `build` names this version, `consumer_group` is whose progress the status shows. The caller
    runs the `following()` of the feed behind `live` while it serves.
    """
    sessions = SessionRoutes(door.authenticator, build=build, jira_configured=not jira.missing)
    app = create_app(
        door,
        [
            AlertRoutes(engine).router(),
            TicketRoutes(engine, jira).router(),
            QuarantineRoutes(engine).router(),
            StatusRoutes(engine, build=build, consumer_group=consumer_group).router(),
            sessions.router(),
            live.router(),
        ],
        build=build,
        bounded=bounded,
    )
    declare_stream(app)
    app.router.default = Page(web)
    return app


def _paths(routers: Sequence[APIRouter]) -> frozenset[str]:
    return frozenset(getattr(route, "path", "") for router in routers for route in router.routes)


def _document_route(app: FastAPI) -> list[BaseRoute]:
    async def openapi_document(_caller: Caller) -> JSONResponse:
        """This document."""
        return JSONResponse(app.openapi())

    router = APIRouter()
    router.add_api_route("/openapi.json", openapi_document, include_in_schema=False)
    app.include_router(router)
    return list(router.routes)
