"""The real product, started as anybody starts it: `stacklens up` on scratch data, fsync on."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

import psycopg

from bench.memory import memory_of_tree

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
LOOK_EVERY_SECONDS: Final = 0.02

OURS: Final = ("STACKLENS_", "JIRA_", "POSTGRES_", "KAFKA_", "REDIS_", "PG")
"""Variables that would turn the scratch product into somebody's real one."""

_READY: Final = re.compile(r"^stacklens: ready http://([\d.]+):(\d+)$", re.MULTILINE)

INGEST, CONSUMER, POSTGRES, REST = "ingest", "consumer", "postgres", "supervisor"
ROLES: Final = (INGEST, CONSUMER, POSTGRES, REST)

Address = tuple[str, int]
"""Host and port."""

CpuSeconds = Mapping[str, float]
"""CPU time of each role."""


class NotStartedError(Exception):
    """The product did not become ready; the message is the end of its output."""


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: where it listens, where its data is, and its database."""

    pid: int
    address: Address
    data: Path
    database: psycopg.Connection

    @property
    def url(self) -> str:
        """The address as a browser wants it."""
        return "http://{}:{}".format(*self.address)

    def number(self, query: LiteralString, *values: object) -> int:
        """The one number that a query answers; a sum over nothing is 0."""
        row = self.database.execute(query, values).fetchone()
        return int(row[0] or 0) if row else 0

    def processes(self) -> Mapping[str, list[int]]:
        """The pids of each role."""
        found: dict[str, list[int]] = {role: [] for role in ROLES}
        for process in memory_of_tree(self.pid):
            found[role_of(process.name)].append(process.pid)
        return found

    def cpu_seconds(self) -> CpuSeconds:
        """CPU time that each role has used so far; its ended children are in it."""
        return {role: sum(map(cpu_seconds, pids)) for role, pids in self.processes().items()}


@contextmanager
def running_product() -> Iterator[Product]:
    """Start the product on a folder that is removed at the end. Raises NotStartedError."""
    with tempfile.TemporaryDirectory(prefix="stacklens-bench-") as scratch:
        data, output = Path(scratch, "data"), Path(scratch, "output.log")
        command = [sys.executable, "-m", "stacklens", "up", "--data", str(data), "--port", "0"]
        with output.open("wb") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment())
        try:
            address = _wait_until_ready(process, output)
            with psycopg.connect(_database_url(process.pid), autocommit=True) as database:
                yield Product(process.pid, address, data, database)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def environment() -> dict[str, str]:
    """Ours, without what configures the product: default settings are measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> Address:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := _READY.search(output.read_text()):
            return found[1], int(found[2])
        time.sleep(LOOK_EVERY_SECONDS)
    raise NotStartedError(output.read_text()[-2000:])


def _database_url(root: int) -> str:
    """As the supervisor gave it to its children."""
    child = next(each.pid for each in memory_of_tree(root) if role_of(each.name) == INGEST)
    variables = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
    value = next(each for each in variables if each.startswith(b"POSTGRES_URL="))
    return value.partition(b"=")[2].decode()


def role_of(name: str) -> str:
    """The role of a process by its name in `memory_of_tree`; the guard counts as the supervisor."""
    if " run ingest" in name:
        return INGEST
    if " run consumer" in name:
        return CONSUMER
    return POSTGRES if name.startswith("postgres") else REST


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of its children that have ended; 0 when it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended: its parent counts it from now on
        return 0.0
    # utime, stime, cutime, cstime (proc(5), fields 14 to 17), in ticks
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
