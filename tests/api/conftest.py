"""The API as tests meet it, over a database of the test's own."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from api.serving import BUILD, GROUP, JIRA, MakeApp, client_of
from stacklens.api.app import Door, create_api_app
from stacklens.api.feed import Feed
from stacklens.api.live import LiveRoutes
from stacklens.api.tickets import JiraSite
from stacklens.auth.authenticator import Authenticator


@pytest.fixture
def feed(engine: AsyncEngine, database_url: str) -> Feed:
    """A feed over the test's database; `following()` is up to the test."""
    return Feed(engine, database_url)


@pytest.fixture
def make_app(engine: AsyncEngine, feed: Feed, tmp_path: Path) -> MakeApp:
    """The application; what a test does not name is as in an open install on loopback."""

    def make(
        *,
        key: str | None = None,
        door: Door | None = None,
        live: LiveRoutes | None = None,
        jira: JiraSite = JIRA,
        web: Path = tmp_path / "web",
        engine: AsyncEngine = engine,
        bounded: Sequence[APIRouter] = (),
    ) -> FastAPI:
        return create_api_app(
            door or Door(Authenticator(key)),
            engine=engine,
            live=live or LiveRoutes(feed, build=BUILD),
            jira=jira,
            build=BUILD,
            consumer_group=GROUP,
            bounded=bounded,
            web=web,
        )

    return make


@pytest.fixture
async def client(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an open install."""
    async with client_of(make_app()) as client:
        yield client
