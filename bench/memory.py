"""How much memory a tree of processes takes: `python bench/memory.py PID`, or without it `up` idle.

PSS counts a page that several processes share once in all (Linux, /proc/PID/smaps_rollup, "Pss").
The bar of the product is 300 MB for everything in `stacklens up`, idle, 60 s after it is ready.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BAR_MB = 300.0
SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Memory:
    """One process and its share, in MB (10^6 bytes)."""

    pid: int
    name: str
    pss_mb: float


def memory_of_tree(root: int) -> list[Memory]:
    """The process and all that descend from it, sessions of their own included."""
    return [memory for pid in _descendants(root) if (memory := _memory(pid))]


def _descendants(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _memory(pid: int) -> Memory | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    words = [word.decode(errors="replace") for word in command if word]
    name = " ".join(word.rpartition("/")[2] for word in words if not word.startswith("-"))
    return Memory(pid, name[:70], kilobytes * 1024 / 1e6)


def report(memories: list[Memory]) -> float:
    """Print a line for each process and the sum; returns the sum in MB."""
    for memory in sorted(memories, key=lambda memory: -memory.pss_mb):
        print(f"{memory.pss_mb:8.1f} MB  {memory.pid:>7}  {memory.name}")
    total = sum(memory.pss_mb for memory in memories)
    print(f"{total:8.1f} MB  in {len(memories)} processes (bar {BAR_MB:.0f} MB)")
    return total


def idle_up(settle: float = SETTLE_SECONDS) -> list[Memory]:
    """Start the product on scratch data, wait, measure, stop."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "stacklens", "up", "--data", data, "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as product:
            try:
                said = product.stdout or ()
                if not any(line.startswith("stacklens: ready") for line in said):
                    sys.exit("the product did not start")
                time.sleep(settle)
                return memory_of_tree(product.pid)
            finally:
                product.terminate()
                product.communicate()


def main() -> None:
    memories = memory_of_tree(int(sys.argv[1])) if len(sys.argv) > 1 else idle_up()
    if report(memories) > BAR_MB:
        sys.exit(1)


if __name__ == "__main__":
    main()
