"""On what it was measured."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from stacklens.db.embedded_binaries import find_binaries

ROOT: Final = Path(__file__).parents[1]


def commit() -> str:
    """The commit that is checked out, with a plus when the product was changed since."""
    name = _output("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD") or "no-commit"
    changed = _output("git", "-C", str(ROOT), "status", "--porcelain", "--", "src", "apps")
    return f"{name}+" if changed else name


def describe() -> Mapping[str, str | int | float]:
    """Hardware, kernel and the versions that matter."""
    return {
        "cpu": _first(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": int(_first(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo")) or 0) // 1000,
        "kernel": platform.release(),
        "system": _first(r'^PRETTY_NAME="(.*)"$', Path("/etc/os-release")),
        "python": platform.python_version(),
        "postgresql": _output(find_binaries(None).program("postgres"), "--version"),
    }


def load() -> list[float]:
    """Load average of the last 1, 5 and 15 minutes."""
    return [round(average, 2) for average in os.getloadavg()]


def _first(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE) if file.exists() else None
    return found[1] if found else ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
