"""The whole chain as real processes on free ports: till, shipper, product, Jira sandbox."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx
import psycopg

from stacklens.jira_sandbox.sandbox import DEFAULT_PROJECT, DEFAULT_TOKEN, DEFAULT_USER

ROOT = Path(__file__).parents[1]
WITHIN_S = 10.0
"""The bar of the contract for one step of the chain."""

_OURS = ("STACKLENS_", "JIRA_", "POSTGRES_", "KAFKA_", "REDIS_", "PG")
_STACKLENS = (sys.executable, "-m", "stacklens")

T = TypeVar("T")


def until(condition: Callable[[], T | None], within: float = WITHIN_S, what: str = "") -> T:
    """The first true value of `condition`; fails when `within` seconds did not bring one."""
    deadline = time.monotonic() + within
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}; last: {result!r}")
        time.sleep(0.02)
    return result


class Program:
    """One process and what it has said; it is in a session of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        inherited = {name: v for name, v in os.environ.items() if not name.startswith(_OURS)}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = Thread(target=self._read)
        self._reader.start()

    def ready(self) -> str:
        """What it says after "ready"; fails with its output when it ends before."""

        def words() -> str | None:
            found = next((line for line in list(self.lines) if ": ready" in line), None)
            assert found or self.process.poll() is None, "\n".join(self.lines)
            return found

        return until(words, 60, "ready").partition(": ready")[2].strip(" ,")

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.stop()

    def stop(self) -> None:
        """SIGTERM, and -9 when that was not enough; nothing of it is left then."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip())


def free_port() -> int:
    """One that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Chain:
    """Addresses of the running programs, and what tests do to them behind the browser's back."""

    folder: Path
    port: int = field(default_factory=free_port)
    till: str = ""
    jira: str = ""

    def __post_init__(self) -> None:
        self.programs: list[Program] = []
        self.product: Program | None = None

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything, each when what it needs is ready."""
        (self.folder / "jira").mkdir()
        self.jira = self._add(
            *_STACKLENS, "jira-sandbox", "--port", "0", "--data", str(self.folder / "jira")
        )
        self.start_product()
        node = shutil.which("node")
        assert node, "the till needs Node"
        logs = self.folder / "logs"
        self.till = self._add(
            *(node, str(ROOT / "demo-pos-app/dist/server.js")),
            HOST="127.0.0.1",
            PORT="0",
            LOG_DIR=str(logs),
        )
        self._add(
            *(*_STACKLENS, "ship", str(logs / "combined.log"), "--to", self.console),
            *("--state", str(self.folder / "ship")),
        )

    def start_product(self) -> None:
        """`stacklens up`; again on the same folder and port after it was killed."""
        environment = {
            "JIRA_BASE_URL": self.jira,
            "JIRA_USER": DEFAULT_USER,
            "JIRA_TOKEN": DEFAULT_TOKEN,
            "JIRA_PROJECT_KEY": DEFAULT_PROJECT,
        }
        data = str(self.folder / "data")
        command = (*_STACKLENS, "up", "--data", data, "--port", str(self.port))
        self.product = Program(command, environment)
        self.product.ready()

    def stop(self) -> None:
        """End everything, the last one first."""
        for program in (*reversed(self.programs), self.product):
            if program is not None:
                program.stop()

    def empty(self) -> None:
        """Nothing has happened yet: no alerts, no logs, no tickets."""
        url = (self.folder / "data/postgres.lock").read_text().splitlines()[1]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("TRUNCATE alerts, alert_changes, tickets, quarantine")
        answer = httpx.post(f"{self.jira}/sandbox/reset", auth=(DEFAULT_USER, DEFAULT_TOKEN))
        answer.raise_for_status()

    def send(self, **fields: object) -> None:
        """A log line, by default an order of the mouse; returns when it is stored."""
        line: dict[str, object] = {
            "request_id": os.urandom(8).hex(),
            "service": "pos-demo",
            "env": "test",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "action": "create_order",
            "level": "error",
            "message": "Product price is null",
            "product_id": "p2",
            "error_code": "PRICE_MISSING",
        }
        answer = httpx.post(f"{self.console}/api/logs/ingest", json=line | fields)
        assert answer.status_code == 202, answer.text

    def alerts(self) -> list[dict[str, Any]]:
        """What the API lists."""
        rows: list[dict[str, Any]] = httpx.get(f"{self.console}/api/alerts").json()
        return rows

    def tickets(self) -> list[str]:
        """The keys of all tickets in the sandbox."""
        answer = httpx.post(
            f"{self.jira}/rest/api/3/search/jql",
            json={"jql": 'labels = "stacklens" ORDER BY created ASC', "fields": ["summary"]},
            auth=(DEFAULT_USER, DEFAULT_TOKEN),
        )
        return [issue["key"] for issue in answer.json()["issues"]]

    def _add(self, *command: str, **environment: str) -> str:
        program = Program(command, environment)
        self.programs.append(program)
        return program.ready()
