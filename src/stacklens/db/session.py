"""Connections to PostgreSQL."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

CONNECT_TIMEOUT_S = 5

_ALIVE: Final[Mapping[str, str]] = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""For libpq: a server that vanished without a word (cut off, switched off) is noticed within half a
minute. The system's own defaults are a quarter of an hour for a statement under way, during which
senders get no answer, and two hours for whoever waits for hints."""


def sqlalchemy_url(url: str) -> URL:
    """A libpq URL (`postgresql://…`, `postgres://…`) as SQLAlchemy with psycopg 3 wants it.

    What it does not say about a server that vanishes is added. Raises ValueError when it is no
    PostgreSQL URL.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError("a PostgreSQL URL looks like postgresql://user@host:5432/database")
    parsed = make_url(f"postgresql+psycopg://{rest}")
    return parsed.update_query_dict({**_ALIVE, **parsed.query})


def libpq_url(url: str) -> str:
    """The same URL as psycopg itself wants it."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str, *, pool_size: int = 5, application: str = "stacklens") -> AsyncEngine:
    """An engine over `url`; nothing is opened before the first use.

    Times are UTC and a server that does not answer is given up after CONNECT_TIMEOUT_S seconds.
    """
    return create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args={
            "application_name": application,
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": "-c timezone=UTC",
        },
    )
