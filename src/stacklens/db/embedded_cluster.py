"""A PostgreSQL cluster on disk: made whole or not at all, checked, cleared of leftovers."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stacklens.db.embedded_account import Account, run_as
from stacklens.db.embedded_binaries import Binaries
from stacklens.db.embedded_errors import (
    DataFolderError,
    ServerStartError,
    VersionMismatchError,
)

SUPERUSER = "stacklens"
DATABASE = "stacklens"

# Programs in a folder that their account cannot reach by its path still reach it as the folder
# they stand in (Linux). So nobody's parent folders need to be opened up.
_STANDING_HERE = "/proc/self/cwd"
_STANDING_HERE_SINCE = 16  # earlier programs leave their folder to find their own path
_BUILTIN_LOCALE_SINCE = 17
_LEFTOVER_SECONDS = 60.0


@dataclass(frozen=True)
class Cluster:
    """One cluster, the programs for it and the account that owns it (None: ourselves)."""

    path: Path
    binaries: Binaries
    account: Account | None
    fsync: bool

    @property
    def address(self) -> str:
        """What to give a program as -D; the program must be started with `path` as its cwd."""
        if self.account is None or self.account.can_enter(self.path):
            return str(self.path)
        if self.binaries.major < _STANDING_HERE_SINCE:
            raise DataFolderError(self.path.parent, f"uid {self.account.uid} cannot enter it")
        return _STANDING_HERE

    def environment(self) -> Mapping[str, str]:
        """Ours without what would redirect PostgreSQL's programs, and with English messages."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C"}

    def run(self, program: str, *arguments: str, text_in: str = "") -> None:
        """Run one of PostgreSQL's programs on this cluster; raises ServerStartError if it fails."""
        command = [self.binaries.program(program), *arguments]
        done = run_as(self.account, command, cwd=self.path, env=self.environment(), text_in=text_in)
        if done.returncode != 0:
            raise ServerStartError(f"{program} failed", done.stderr or done.stdout)


def ensure_cluster(cluster: Cluster) -> None:
    """Make the cluster if there is none yet, else check that these programs may open it.

    It is made beside its place and renamed into it at the end, so that a first start that is
    killed leaves nothing that looks like a cluster.
    """
    if (cluster.path / "PG_VERSION").exists():
        _must_fit(cluster)
        return
    # A name of its own: an initdb outlives a parent that is killed, by the second that it takes.
    prefix = f"{cluster.path.name}.init."
    for abandoned in cluster.path.parent.glob(f"{prefix}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=prefix, dir=cluster.path.parent))
    if cluster.account is not None:
        cluster.account.owns(unfinished)
    _initialise(replace(cluster, path=unfinished))
    unfinished.rename(cluster.path)
    _sync(cluster.path.parent)


def _must_fit(cluster: Cluster) -> None:
    wanted = (cluster.path / "PG_VERSION").read_text().strip()
    if wanted != str(cluster.binaries.major):
        has = str(cluster.binaries.major)
        raise VersionMismatchError(cluster.path, wanted, cluster.binaries.bindir, has)
    if cluster.account is not None and cluster.path.stat().st_uid != cluster.account.uid:
        cluster.account.owns_tree(cluster.path)


def _initialise(cluster: Cluster) -> None:
    # Sorting by code point is the same on every system, so an index made here is right anywhere.
    locale = ["--locale=C"]
    if cluster.binaries.major >= _BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    sync = [] if cluster.fsync else ["--no-sync"]
    cluster.run(
        "initdb",
        *("-D", cluster.address, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
        *("--data-checksums", "--no-instructions", *locale, *sync),
    )
    # In single-user mode the database is part of the unfinished cluster, as initdb's own are.
    cluster.run(
        "postgres",
        *("--single", "-D", cluster.address, "-c", "exit_on_error=true"),
        *("-c", f"fsync={'on' if cluster.fsync else 'off'}", "template1"),
        text_in=f"CREATE DATABASE {DATABASE};\n",
    )


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def stop_leftovers(cluster: Path) -> None:
    """Wait until no process of an earlier server lives in the cluster; ask its postmaster to go.

    Such a server lost its guard, or its postmaster was killed and its children are still leaving.
    A postmaster.pid that names a stranger or a zombie is removed: PostgreSQL would believe it.
    Linux only; elsewhere PostgreSQL's own check of the file has to do.
    Raises ServerStartError when they do not go within a minute.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self/cwd").exists():
        return
    _send_away(cluster, postmaster_pid(pid_file))
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while living := _processes_in(cluster):
        if time.monotonic() > deadline:
            raise ServerStartError("an earlier server does not stop", f"pids {living}")
        time.sleep(0.02)
    pid_file.unlink(missing_ok=True)


def postmaster_pid(pid_file: Path) -> int:
    """The pid in the first line of a postmaster.pid; 0 when there is none (yet)."""
    try:
        first = pid_file.read_text().partition("\n")[0]
    except FileNotFoundError:
        return 0
    return int(first) if first.strip().isdigit() else 0


def _send_away(cluster: Path, postmaster: int) -> None:
    if postmaster in _processes_in(cluster):
        os.kill(postmaster, signal.SIGINT)


def _processes_in(cluster: Path) -> list[int]:
    """Living processes whose working folder is the cluster, as it is for all of PostgreSQL's."""
    place = cluster.stat()
    entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in entries if _stands_in(entry / "cwd", place)]


def _stands_in(cwd: Path, place: os.stat_result) -> bool:
    try:
        return os.path.samestat(cwd.stat(), place)  # a zombie stands nowhere
    except OSError:
        return False
