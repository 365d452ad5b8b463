"""`stacklens up`, from outside: what it says, what it survives, what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from conditions import eventually_sync
from running_product import (
    Product,
    clean_environ,
    descendants,
    lives,
    running,
    stacklens,
)

CHILDREN = {
    "postgres": r"^\S+/postgres -D",
    "guard": r"^\S+ -I -S \S+guard.py",
    "worker": r"^\S+ -P .*run consumer deliver",
    "api": r"^\S+ -P .*run ingest api",
}


def event(user: str) -> dict[str, object]:
    return {
        "request_id": str(uuid.uuid4()),
        "service": "pos-demo",
        "env": "test",
        "timestamp": datetime.now(UTC).isoformat(),
        "action": "create_order",
        "level": "error",
        "message": "Product price is null",
        "error_code": "PRICE_MISSING",
        "product_id": "p2",
        "price": None,
        "user_id": user,
    }


def send(product: Product, user: str) -> None:
    """As a shipper does: the same event again until it is accepted."""
    body = event(user)

    def accepted() -> bool:
        try:
            with product.client() as client:
                return client.post("/api/logs/ingest", json=body).status_code == 202
        except httpx.TransportError:
            return False

    eventually_sync(accepted, within=40, what=f"the event of {user} is accepted")


def count_of_the_alert(product: Product) -> Callable[[], int]:
    def count() -> int:
        try:
            with product.client() as client:
                rows = client.get("/api/alerts").json()
        except httpx.TransportError:
            return 0
        return rows[0]["count"] if isinstance(rows, list) and rows else 0

    return count


def is_back(product: Product, pattern: str, killed: int) -> Callable[[], bool]:
    return lambda: product.pid_of(pattern) not in (0, killed)


def test_it_serves_makes_alerts_and_leaves_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--port", "0", "--data", str(tmp_path / "data")) as product:
        with product.client() as client:
            assert client.get("/health").json() == {"status": "ok"}
            assert client.get("/ready").status_code == 200
        send(product, "one")
        eventually_sync(lambda: count_of_the_alert(product)() == 1, within=20)
        pids = descendants(product.process.pid)
        assert all(product.pid_of(words) for words in CHILDREN.values())
        assert sum("ready" in line for line in product.printed) == 1
        assert product.stop() == 0
    assert not [pid for pid in pids if lives(pid)]


@pytest.mark.timeout(240)
def test_every_process_may_be_killed_and_no_accepted_event_is_lost(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--port", "0", "--data", str(tmp_path / "data")) as product:
        for name, pattern in CHILDREN.items():
            send(product, name + " before")
            killed = product.pid_of(pattern)
            os.kill(killed, signal.SIGKILL)
            eventually_sync(is_back(product, pattern, killed), within=40, what=f"{name} is back")
            send(product, name + " after")
        eventually_sync(lambda: count_of_the_alert(product)() == 2 * len(CHILDREN), within=40)
        assert product.stop() == 0


def test_everything_dies_with_a_supervisor_that_is_killed_and_the_next_one_goes_on(
    tmp_path: Path,
) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path, "up", "--port", "0", "--data", data) as product:
        for number in range(5):
            send(product, str(number))
        pids = descendants(product.process.pid)
        product.process.kill()
        eventually_sync(lambda: not [pid for pid in pids if lives(pid)], within=10)
    with running(tmp_path, "up", "--port", "0", "--data", data) as product:
        eventually_sync(lambda: count_of_the_alert(product)() == 5, within=20)


def test_all_killed_at_once_and_the_next_one_goes_on(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path, "up", "--port", "0", "--data", data) as product:
        for number in range(5):
            send(product, str(number))
        for pid in (product.process.pid, *descendants(product.process.pid)):
            # The first of them takes others along: they die with their parent.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with running(tmp_path, "up", "--port", "0", "--data", data) as product:
        eventually_sync(lambda: count_of_the_alert(product)() == 5, within=20)


def test_it_goes_on_when_nobody_reads_what_it_prints_and_stops_when_asked(tmp_path: Path) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "stacklens",
            "up",
            "--port",
            "0",
            "--data",
            str(tmp_path / "data"),
        ],
        env=clean_environ(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert next(line for line in process.stdout if line.startswith("stacklens: ready"))
        process.stdout.close()
        product = Product(process, tmp_path)
        killed = product.pid_of(CHILDREN["worker"])
        os.kill(killed, signal.SIGKILL)  # which is told, to nobody
        eventually_sync(is_back(product, CHILDREN["worker"], killed), within=40)
        process.terminate()
        assert process.wait(30) == 0


def test_a_second_one_on_the_same_folder_is_refused_with_the_owner(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path, "up", "--port", "0", "--data", data) as product:
        second = stacklens("up", "--port", "0", "--data", data)
        assert second.returncode == 1
        assert second.stderr.startswith("stacklens: the data folder")
        assert f"in use by pid {product.process.pid}" in second.stderr
        assert second.stderr.count("\n") == 1
        send(product, "one")


def test_with_a_database_of_ones_own_nothing_else_is_started(
    tmp_path: Path, postgres_url: str
) -> None:
    name = f"up_{uuid.uuid4().hex[:8]}"
    head, question, options = postgres_url.partition("?")
    url = f"{head.rpartition('/')[0]}/{name}{question}{options}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        with running(
            tmp_path,
            *("up", "--port", "0", "--data", str(tmp_path / "data")),
            environ={"POSTGRES_URL": url},
        ) as product:
            assert len(descendants(product.process.pid)) == 2
            send(product, "one")
            eventually_sync(lambda: count_of_the_alert(product)() == 1, within=20)
        assert not (tmp_path / "data").exists()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = stacklens("up", "--port", str(port), "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"stacklens: port {port} on 127.0.0.1 is taken: stop what uses it,"
        " or choose another one with --port\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("environ", "arguments", "code", "said"),
    [
        ({"KAFKA_BROKERS": "kafka:9092"}, (), 2, "KAFKA_BROKERS is set"),
        ({"POSTGRES_URL": "mysql://x"}, (), 2, "POSTGRES_URL must look like"),
        ({}, ("--host", "0.0.0.0"), 2, "needs a key"),
        ({}, ("--host", "203.0.113.7"), 2, "needs a key"),
        ({}, ("--data", "/proc/nowhere"), 1, "the data folder /proc/nowhere cannot be used"),
        ({"PG_BINDIR": "/nowhere"}, ("--data", "{tmp}"), 1, "no PostgreSQL programs found in"),
        (
            {"POSTGRES_URL": "postgresql://nobody@127.0.0.1:1/none"},
            (),
            1,
            "POSTGRES_URL does not answer as it should",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_line_without_a_trace(
    tmp_path: Path, environ: dict[str, str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    given = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    refused = stacklens("up", "--port", "0", *given, **environ)
    assert refused.returncode == code
    assert said in refused.stderr
    assert all(line.startswith("stacklens: ") for line in refused.stderr.splitlines())
    assert "Traceback" not in refused.stdout
