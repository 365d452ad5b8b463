"""The whole product as people start it: `stacklens up` as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from conditions import eventually_sync

# What would make the product under test somebody's own.
_NOT_INHERITED = ("STACKLENS_", "POSTGRES_", "KAFKA_", "JIRA_", "REDIS_", "PG")


def clean_environ(**more: str) -> dict[str, str]:
    """The environment without settings of the product, and with `more`."""
    kept = {n: value for n, value in os.environ.items() if not n.startswith(_NOT_INHERITED)}
    return kept | more


def stacklens(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "stacklens", *arguments],
        env=clean_environ(**environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass
class Product:
    """A running command and what it printed."""

    process: subprocess.Popen[bytes] | subprocess.Popen[str]
    log: Path

    @property
    def printed(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()

    @property
    def address(self) -> str:
        """Where it serves, once it is ready; empty before."""
        lines = [line for line in self.printed if line.startswith("stacklens: ready http")]
        return lines[0].split()[2] if lines else ""

    def pid_of(self, pattern: str) -> int:
        """The one process of the tree whose command line has this; 0 when there is none."""
        found = [
            pid for pid in descendants(self.process.pid) if re.search(pattern, command_line(pid))
        ]
        assert len(found) <= 1, [command_line(pid) for pid in found]
        return found[0] if found else 0

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=10, trust_env=False)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def running(
    folder: Path, *arguments: str, environ: Mapping[str, str] | None = None
) -> Iterator[Product]:
    """A command that is ready; it is stopped at the end of the block if it still runs."""
    log = folder / "printed.txt"
    with (
        log.open("wb") as printed,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "stacklens", *arguments],
            env=clean_environ(**(environ or {})),
            stdout=printed,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        product = Product(process, log)
        try:
            eventually_sync(
                lambda: product.address or process.poll() is not None, within=60, what="ready"
            )
            assert product.address, product.printed
            yield product
        finally:
            if process.poll() is None:
                product.stop()


def lives(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descendants(root: int) -> list[int]:
    """The living children of a process, theirs, and so on."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return [pid for pid in found[1:] if lives(pid)]
