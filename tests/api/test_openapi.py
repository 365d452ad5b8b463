"""The OpenAPI document: complete, and kept by the server against whatever comes."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from api.serving import BUILD, MakeApp, served
from stacklens.alerts.tickets import request_ticket
from stacklens.api.app import Door, create_api_app
from stacklens.api.clock import utc_now
from stacklens.api.feed import Feed
from stacklens.api.live import LiveRoutes
from stacklens.api.openapi import OPEN_PATHS
from stacklens.api.tickets import JiraSite
from stacklens.auth.authenticator import Authenticator
from stacklens.db.session import connect
from stacklens.db.tables import tickets
from stacklens.domain.alert import TicketState
from stacklens.eventlog.postgres import PostgresEventLog
from stacklens.ingest.routes import ingest_router
from stacklens.ingest.writer import Writer

EXAMPLES = 6
"""For each operation and phase: enough to meet every kind of input, few enough for every run."""


def described() -> FastAPI:
    """The application for its document alone; nothing is behind it."""
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    engine = connect(url)
    return create_api_app(
        Door(Authenticator("secret")),
        engine=engine,
        live=LiveRoutes(Feed(engine, url), build=BUILD),
        jira=JiraSite("http://127.0.0.1:8090"),
        build=BUILD,
        consumer_group="detect",
        web=Path("nothing"),
    )


DOCUMENT = described().openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_operation_is_described_completely(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    answers = operation["responses"]
    assert {"400", "403", "421", "500", "503"} <= set(answers), method
    assert ("401" in answers) or path in OPEN_PATHS
    assert bool(operation["security"]) == (path not in OPEN_PATHS)
    for answer in answers.values():
        assert "$ref" in answer or answer["description"]


def test_every_reference_leads_somewhere() -> None:
    text = str(DOCUMENT)
    for kind, name in re.findall(r"#/components/(\w+)/([\w-]+)", text):
        assert name in DOCUMENT["components"][kind]
    assert "$defs" not in text
    assert "HTTPValidationError" not in text


def test_every_schema_of_a_row_has_an_example_that_fits() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name in ("AlertRow", "Ticket", "Session", "WorkStatus", "QuarantinedRecord", "Problem"):
        [example] = schemas[name]["examples"]
        jsonschema_rs.validate(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}, example
        )


def test_the_frames_of_the_stream_are_declared_for_clients() -> None:
    body = DOCUMENT["webhooks"]["stream"]["post"]["requestBody"]
    union = body["content"]["application/json"]["schema"]
    assert set(union["discriminator"]["mapping"]) == {"hello", "events", "ping", "resync", "bye"}
    event = DOCUMENT["components"]["schemas"]["StreamEvent"]
    assert event["properties"]["data"]["$ref"] == "#/components/schemas/AlertRow"
    assert set(event["properties"]["type"]["enum"]) == {"alert:created", "alert:updated"}


@pytest.fixture
async def ingest(engine: AsyncEngine, database_url: str) -> AsyncIterator[APIRouter]:
    """The routes of ingest, which stand in the same document, over a log of the test's own."""
    event_log = PostgresEventLog(database_url, engine, 2)
    writer = Writer(event_log)
    async with writer.running():
        yield ingest_router(writer, engine, utc_now)
    await event_log.close()


RUNS = {
    "every route of the API": ["--phases=examples,coverage,fuzzing", "--exclude-path-regex=logs"],
    "an alert that there is": ["--phases=examples,fuzzing", "--include-path-regex=alert_id"],
    # A batch takes anything and judges each record for itself: no schema says what is refused.
    "taking logs in": [
        "--phases=examples,coverage,fuzzing",
        "--include-path-regex=logs",
        "--exclude-checks=positive_data_acceptance,negative_data_rejection",
    ],
}


@pytest.mark.parametrize("run", RUNS)
async def test_whatever_is_sent_gets_an_answer_that_is_described(
    make_app: MakeApp, engine: AsyncEngine, ingest: APIRouter, tmp_path: Path, run: str
) -> None:
    [one] = await record(engine, a_finding())
    async with engine.begin() as connection:
        await request_ticket(connection, one, "local", NOW)
        await connection.execute(update(tickets).values(state=TicketState.UNKNOWN))
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'[parameters]\n"path.alert_id" = "{one}"\n' if "there is" in run else "")
    async with served(make_app(key="secret", bounded=[ingest])) as server:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={config}",
            "run",
            f"{server.http}/openapi.json",
            "--header=Authorization: Bearer secret",
            f"--max-examples={EXAMPLES}",
            "--checks=all",
            "--continue-on-failure",
            "--seed=1",
            *RUNS[run],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
