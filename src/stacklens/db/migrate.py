"""Bring a database to the schema that this version needs."""

import logging
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, inspect, text

from stacklens.db.session import CONNECT_TIMEOUT_S, sqlalchemy_url
from stacklens.telemetry import Action, log

HEAD: Final = "0001"
"""The newest revision in migrations/versions; a test holds it true."""

_LOCK: Final = 0x57AC_1E05
"""Advisory lock number: one migration at a time, however many processes start together."""


class NewerSchemaError(Exception):
    """The database was migrated by a newer version than this one."""


def migrate(url: str) -> str | None:
    """Upgrade the database at `url` to HEAD; returns the revision that it had, None when new.

    Safe when several processes start together: they queue on one lock and find nothing to do.
    Raises NewerSchemaError, or SQLAlchemy's OperationalError when the server does not answer.
    """
    engine = create_engine(sqlalchemy_url(url), connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.begin() as connection:
            found = revision(connection)
            if found == HEAD:
                return found
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            found = revision(connection)
            if found != HEAD:
                _upgrade(connection, found)
            return found
    finally:
        engine.dispose()


def revision(connection: Connection) -> str | None:
    """The revision that the database is at, None when there is no schema yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    value = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if value is None else str(value)


def _upgrade(connection: Connection, found: str | None) -> None:
    # Alembic is needed only here; every other start does without its memory and its 0.2 s.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    if found is not None and found > HEAD:
        raise NewerSchemaError(
            f"the database is at revision {found}, this version knows {HEAD}: start a newer version"
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
    log(Action.MIGRATED, level=logging.INFO, revision=HEAD, before=found)
