"""Fixtures shared by all tiers: a real PostgreSQL, and a database of one's own for each test."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.migrate import migrate
from stacklens.db.session import connect

TEMPLATE = "stacklens_template"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server: the one of STACKLENS_TEST_POSTGRES_URL, else an embedded one of our own."""
    if url := os.environ.get("STACKLENS_TEST_POSTGRES_URL"):
        yield url
        return
    from stacklens.db.embedded import start_embedded

    data = tmp_path_factory.mktemp("postgres")
    with start_embedded(data, fsync=False) as server:
        yield server.url


def _database(url: str, name: str) -> str:
    head, question, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{options}"


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[str]:
    """A migrated database that the others are copied from."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate(_database(postgres_url, name))
        yield name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(postgres_url: str, template: str) -> Iterator[str]:
    """A fresh, migrated database for this test alone."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        yield _database(postgres_url, name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine over `database_url`."""
    engine = connect(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def deadline() -> AsyncIterator[None]:
    """No test of a live system waits longer than this for ever."""
    async with asyncio.timeout(60):
        yield
