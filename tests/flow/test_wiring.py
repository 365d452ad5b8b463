"""Roles as real processes: they say when they are ready, end when told, and refuse clearly."""

import asyncio
import json
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from conditions import eventually
from fault.programs import Running, running
from stacklens.db.tables import alerts
from stacklens.wiring import ROLES

SALE = {
    "service": "pos-demo",
    "env": "test",
    "action": "create_order",
    "level": "error",
    "message": "Product price is null",
    "error_code": "PRICE_MISSING",
    "product_id": "p2",
    "price": None,
}


def sale(request_id: str) -> dict[str, object]:
    return {**SALE, "request_id": request_id, "timestamp": "2026-11-22T14:30:00.000Z"}


def log_lines(program: Running) -> list[dict[str, object]]:
    """What it logged; a line that is no JSON object, a stack trace say, fails the test."""
    return [json.loads(line) for line in program.errors]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database without any table."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        head, question, options = postgres_url.partition("?")
        yield f"{head.rpartition('/')[0]}/{name}{question}{options}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (("consumer",), "consumer"),
        (("deliver", "consumer"), "consumer deliver"),
        (("ingest",), "http://127.0.0.1:"),
        (("api",), "http://127.0.0.1:"),
        (ROLES, "http://127.0.0.1:"),
    ],
)
async def test_roles_say_one_line_when_they_are_ready_and_end_when_told(
    database_url: str, roles: tuple[str, ...], words: str, number: signal.Signals
) -> None:
    async with running("run", *roles, POSTGRES_URL=database_url, STACKLENS_PORT="0") as program:
        assert (await program.ready()).startswith(words)
        assert await program.stop(number) == 0
    assert len(program.output) == 1
    logged = [line["action"] for line in log_lines(program)]
    assert logged.count("started") == logged.count("stopped") == 1


async def test_a_sale_becomes_an_alert_over_processes_with_one_role_each(
    database_url: str, engine: AsyncEngine
) -> None:
    where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": "0"}
    async with AsyncExitStack() as stack:
        programs = {
            role: await stack.enter_async_context(running("run", role, **where)) for role in ROLES
        }
        ingest, api = await programs["ingest"].ready(), await programs["api"].ready()
        await programs["consumer"].ready()
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{ingest}/api/logs/ingest", json=sale("r1"))
            assert (answer.status_code, answer.json()["request_id"]) == (202, "r1")

            async def listed() -> list[dict[str, object]]:
                rows: list[dict[str, object]] = (await client.get(f"{api}/api/alerts")).json()
                return rows

            [row] = await eventually(listed, within=10)
            assert (row["issue_code"], row["count"]) == ("PRICE_MISSING", 1)
            for address in (ingest, api):
                assert (await client.get(f"{address}/ready")).status_code == 200
            # Each has its own routes only.
            assert (await client.get(f"{ingest}/api/alerts")).status_code == 404
            assert (await client.post(f"{api}/api/logs", json=[])).status_code == 404


async def test_a_request_under_way_is_answered_before_the_end(database_url: str) -> None:
    """What was sent before SIGTERM is stored, and its sender is told so."""
    where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": "0"}
    async with running("run", "ingest", **where) as program:
        address = await program.ready()
        begun, rest = asyncio.Event(), asyncio.Event()

        async def body() -> AsyncIterator[bytes]:
            yield json.dumps(sale("r1")).encode()
            begun.set()
            await rest.wait()
            yield b"\n" + json.dumps(sale("r2")).encode()

        async with httpx.AsyncClient() as client:
            sending = asyncio.create_task(client.post(f"{address}/api/logs", content=body()))
            await begun.wait()
            await client.get(f"{address}/health")
            program.process.send_signal(signal.SIGTERM)
            await eventually(lambda: not listens(address))
            rest.set()
            assert (await sending).json()["accepted"] == 2
        assert await program.ended() == 0
    with psycopg.connect(database_url) as connection:
        [[stored]] = connection.execute("SELECT count(*) FROM raw_logs").fetchall()
    assert stored == 2


def listens(address: str) -> bool:
    url = httpx.URL(address)
    try:
        with socket.create_connection((url.host, url.port or 0), 1):
            return True
    except OSError:
        return False


async def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    where = {"POSTGRES_URL": empty_database_url, "STACKLENS_PORT": "0"}
    async with AsyncExitStack() as stack:
        programs = [
            await stack.enter_async_context(running("run", role, **where)) for role in ROLES
        ]
        for program in programs:
            await program.ready()
            assert all(line["level"] == "info" for line in log_lines(program)), program.errors
    with psycopg.connect(empty_database_url) as connection:
        [[versions]] = connection.execute("SELECT count(*) FROM alembic_version").fetchall()
    assert versions == 1


UNANSWERED = "postgresql://stacklens@127.0.0.1:1/stacklens"


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ({}, 1, ("POSTGRES_URL is not set", "stacklens up")),
        ({"POSTGRES_URL": UNANSWERED}, 1, ("POSTGRES_URL does not answer", "check")),
        ({"POSTGRES_URL": "mysql://x"}, 2, ("POSTGRES_URL must look like",)),
        (
            {"POSTGRES_URL": UNANSWERED, "KAFKA_BROKERS": "kafka:9092"},
            2,
            ("KAFKA_BROKERS is set", "unset it"),
        ),
        (
            {
                "POSTGRES_URL": UNANSWERED,
                "STACKLENS_HOST": "0.0.0.0",
                "STACKLENS_ALLOWED_HOSTS": "shop",
            },
            2,
            ("listening on 0.0.0.0 needs a key", "STACKLENS_API_KEY"),
        ),
        ({"POSTGRES_URL": UNANSWERED, "STACKLENS_PORT": "x"}, 2, ("STACKLENS_PORT must be",)),
        ({"POSTGRES_URL": UNANSWERED, "LOG_LEVEL": "loud"}, 2, ("LOG_LEVEL must be one of",)),
    ],
)
async def test_what_cannot_run_says_in_one_line_what_to_do(
    environment: dict[str, str], code: int, words: tuple[str, ...]
) -> None:
    async with running("run", "ingest", "api", **environment) as program:
        assert await program.ended() == code
    refused_in_one_line(program, *words)


async def test_a_database_that_is_not_there_is_named(postgres_url: str) -> None:
    head, question, options = postgres_url.partition("?")
    url = f"{head.rpartition('/')[0]}/nowhere_at_all{question}{options}"
    async with running("run", "consumer", POSTGRES_URL=url) as program:
        assert await program.ended() == 1
    refused_in_one_line(program, "nowhere_at_all", "POSTGRES_URL")


async def test_a_port_that_is_taken_is_named(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": port}
        async with running("run", "api", "consumer", **where) as program:
            assert await program.ended() == 1
    refused_in_one_line(program, f"port {port}", "--port")


async def test_of_two_that_start_together_one_gets_the_port(database_url: str) -> None:
    where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": str(free_port())}
    async with running("run", "api", **where) as one, running("run", "api", **where) as other:
        loser = await eventually(
            lambda: next((each for each in (one, other) if each.process.returncode), None), 30
        )
        assert await loser.ended() == 1
        refused_in_one_line(loser, "cannot listen on", "--port")
        await (other if loser is one else one).ready()


@pytest.mark.parametrize("command", ["up", "demo"])
async def test_nothing_is_started_when_the_port_is_taken(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        where = {"STACKLENS_PORT": port, "STACKLENS_DATA": f"{tmp_path}/data"}
        async with running(command, **where) as program:
            assert await program.ended() == 1
    refused_in_one_line(program, f"port {port}", "--port")


async def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    # A path through a file: that is refused to root too.
    file = tmp_path / "file"
    file.touch()
    async with running("up", STACKLENS_PORT="0", STACKLENS_DATA=f"{file}/data") as program:
        assert await program.ended() == 1
    refused_in_one_line(program, f"{file}/data")


def refused_in_one_line(program: Running, *words: str) -> None:
    assert program.output == []
    told = [line for line in program.errors if not line.startswith("{")]
    assert len(told) == 1, program.errors
    assert all(word in told[0] for word in words), told
    assert told[0].startswith("stacklens: ")


async def test_the_outage_of_the_database_shows_in_ready_and_is_outlasted(
    database_url: str, postgres_url: str, engine: AsyncEngine
) -> None:
    name = database_url.partition("?")[0].rpartition("/")[2]
    where = {"POSTGRES_URL": database_url, "STACKLENS_PORT": "0"}
    async with running("run", *ROLES, **where) as program, httpx.AsyncClient() as client:
        address = await program.ready()

        async def status() -> int:
            return (await client.get(f"{address}/ready")).status_code

        with psycopg.connect(postgres_url, autocommit=True) as admin:
            close = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
            admin.execute(close(sql.Identifier(name), sql.SQL("false")))
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            admin.execute(cut, [name])
            try:
                await eventually(lambda: is_now(status, 503))
                assert (await client.get(f"{address}/health")).status_code == 200
                refused = await client.post(f"{address}/api/logs", json=[sale("r1")])
                assert refused.status_code == 503
                assert int(refused.headers["retry-after"]) > 0
            finally:
                admin.execute(close(sql.Identifier(name), sql.SQL("true")))
        await eventually(lambda: is_now(status, 200), within=10)
        answer = await client.post(f"{address}/api/logs", json=[sale("r1")])
        assert answer.json()["accepted"] == 1

        async def counted() -> int | None:
            async with engine.connect() as connection:
                return await connection.scalar(select(alerts.c.count))

        assert await eventually(counted, within=10) == 1
        assert await program.stop() == 0
    assert "trace" not in program.said().lower()


async def is_now(status: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await status() == wanted
