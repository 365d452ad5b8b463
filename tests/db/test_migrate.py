"""Migrations lead to the tables in `db/tables.py`, once, however many start together."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine, text

from stacklens.db.migrate import HEAD, NewerSchemaError, migrate, revision
from stacklens.db.session import sqlalchemy_url
from stacklens.db.tables import metadata


def test_migrated_schema_is_the_one_in_tables(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, metadata)
        assert revision(connection) == HEAD
    engine.dispose()
    assert differences == []


def test_processes_that_start_together_migrate_once(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE together")
        url = postgres_url.replace("/postgres", "/together").replace("/stacklens?", "/together?")
        try:
            with ThreadPoolExecutor(8) as pool:
                found = list(pool.map(migrate, [url] * 8))
            with psycopg.connect(url) as connection:
                rows = connection.execute("SELECT seq FROM alert_stream").fetchall()
        finally:
            admin.execute(sql.SQL("DROP DATABASE together WITH (FORCE)"))
    assert sorted(str(before) for before in found) == [HEAD] * 7 + ["None"]
    assert rows == [(0,)]


def test_a_newer_schema_is_refused(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NewerSchemaError, match="9999"):
        migrate(database_url)
