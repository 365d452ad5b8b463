"""Connections to PostgreSQL: all of them notice a server that vanishes without a word."""

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.db.session import connect, libpq_url


def patience(connection: psycopg.AsyncConnection) -> tuple[str | None, str | None]:
    told = connection.info.get_parameters()
    return told.get("keepalives_idle"), told.get("tcp_user_timeout")


async def of_pool(engine: AsyncEngine) -> tuple[str | None, str | None]:
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, psycopg.AsyncConnection)
        return patience(driver)


async def test_a_connection_of_the_pool_does_not_wait_for_ever(engine: AsyncEngine) -> None:
    assert await of_pool(engine) == ("10", "30000")


async def test_a_connection_of_the_driver_does_not_wait_for_ever(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(libpq_url(database_url)) as connection:
        assert patience(connection) == ("10", "30000")


async def test_what_the_url_says_about_it_counts(database_url: str) -> None:
    sign = "&" if "?" in database_url else "?"
    engine = connect(f"{database_url}{sign}tcp_user_timeout=5000")
    try:
        assert await of_pool(engine) == ("10", "5000")
    finally:
        await engine.dispose()


@pytest.mark.parametrize("url", ["mysql://host/db", "localhost", ""])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        libpq_url(url)
