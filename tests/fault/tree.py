"""The processes of a running product, by what they do. Linux only: read from /proc."""

import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path

SINGLE = ("api", "worker", "guard", "postgres", "backend")
"""Victims that the supervisor, or PostgreSQL itself, has to replace."""


@dataclass(frozen=True)
class Victim:
    """A process; with its start time, because pids come again."""

    pid: int
    started: str

    def lives(self) -> bool:
        """Whether it still runs; a zombie does not."""
        found = _stat(self.pid)
        return found is not None and found[0] not in "ZX" and found[19] == self.started

    def kill(self) -> bool:
        """`kill -9`; whether it was still there to be killed."""
        if not self.lives():
            return False
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def victim(pid: int) -> Victim | None:
    """The process of this pid, if there is one."""
    found = _stat(pid)
    return None if found is None else Victim(pid, found[19])


def find(supervisor: int, name: str, dice: random.Random) -> Victim | None:
    """The process under `supervisor` that goes by `name`, if it runs now; of backends any one."""
    candidates = [pid for pid in _below(supervisor) if _name(pid) == name]
    return victim(dice.choice(candidates)) if candidates else None


def everything(supervisor: int) -> list[Victim]:
    """The supervisor and all below it."""
    return [found for pid in (supervisor, *_below(supervisor)) if (found := victim(pid))]


def _name(pid: int) -> str | None:
    command = _command(pid)
    if command.startswith("postgres: "):
        return "backend" if "[local]" in command else None
    if "guard.py" in command:
        return "guard"
    if "/postgres -D" in command:
        return "postgres"
    if "stacklens run" in command:
        return "api" if command.endswith("api") else "worker"
    return None


def _below(pid: int) -> list[int]:
    """All descendants; not every kernel lists the children of a process."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        if (fields := _stat(int(path.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(path.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state first, start time at 19."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(") ")[2].split()
