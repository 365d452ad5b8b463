"""PostgreSQL without a database administrator: a server in the data folder, ours alone.

The programs come from a wheel (or PG_BINDIR, or Debian); this runner replaces the wheel's own start
functions, which leave PostgreSQL running when their parent is killed. What it promises: one owner
for a folder; a cluster that is whole or absent; no server without its owner, however that dies; no
password and no port, because the only way in is a socket in a folder that is closed to others.

Nothing but the standard library is imported here: the supervisor uses it and has to stay small.
"""

import contextlib
import hashlib
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from stacklens.db import guard
from stacklens.db.embedded_account import Account, server_account
from stacklens.db.embedded_binaries import find_binaries, reachable_by
from stacklens.db.embedded_cluster import (
    DATABASE,
    SUPERUSER,
    Cluster,
    ensure_cluster,
    postmaster_pid,
    stop_leftovers,
)
from stacklens.db.embedded_errors import (
    DataFolderError,
    EmbeddedPostgresError,
    ServerStartError,
)
from stacklens.db.embedded_lock import FolderLock

# For one product on a small machine: memory is taken when touched, checkpoints are rare because
# their full-page writes are what a burst of logs pays for, and nothing runs that nobody uses.
_OPTIONS = {
    "shared_buffers": "128MB",
    "max_connections": "50",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
# Since 18: reads by helper processes would cost memory three times over and gain nothing here.
_OPTIONS_SINCE_18 = {"io_method": "sync", "autovacuum_worker_slots": "4"}

_LONGEST_SOCKET_PATH = 100  # bytes; sun_path has 104 on macOS and 108 on Linux
_PORT = 5432  # of nothing but the name of the socket
_SOCKET_NAME = f".s.PGSQL.{_PORT}"
_LOG_KEPT_BYTES = 8 * 1024 * 1024
_READY_LINE = 7  # of postmaster.pid, counted from 0 (src/include/utils/pidfile.h)
_LOOK_AGAIN_SECONDS = 0.005


class EmbeddedPostgres:
    """A server in one data folder: `start`, `stop`, and `start` again after it died.

    `url` is a libpq URL for its socket, the same for every start in the same folder.
    """

    def __init__(
        self, cluster: Cluster, sockets: Path, lock: FolderLock, options: Mapping[str, str]
    ) -> None:
        self.url = _url(sockets)
        self.pid = 0
        self._cluster = cluster
        self._sockets = sockets
        self._lock: FolderLock | None = lock
        self._options = options
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def guard_pid(self) -> int:
        """The process that holds the server; 0 while there is none."""
        return self._guard.pid if self._guard else 0

    def start(self) -> None:
        """Start the server and return when it takes connections, recovery included.

        May be called again after the server died. Raises ServerStartError with the server's words.
        """
        self._close_guard()
        stop_leftovers(self._cluster.path)
        _prepare_sockets(self._sockets, self._cluster.account)
        with _open_log(self._cluster.path.parent / "postgres.log") as log:
            written_before = log.tell()
            self._guard = self._spawn_guard(log)
            self._wait_until_ready(self._guard, Path(log.name), written_before)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until the server is gone and return its exit code; None after `timeout` seconds."""
        if self._guard is None:
            return None
        try:
            return self._guard.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Fast shutdown: transactions are rolled back, nothing needs recovery; then unlock."""
        self._close_guard()
        if self._lock is not None:
            with contextlib.suppress(OSError):  # not empty after a crash; the next start tidies up
                self._sockets.rmdir()
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn_guard(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        if self._lock is None:
            raise EmbeddedPostgresError("this server was stopped; start another one")
        account = self._cluster.account
        identity = [account.uid, account.gid] if account else [-1, -1]
        return subprocess.Popen(  # noqa: S603 - our own script, an argument list, no shell
            [
                *(sys.executable, "-I", "-S", guard.__file__),
                *map(str, identity),
                *(self._cluster.binaries.program("postgres"), "-D", self._cluster.address),
                *(f"--{name}={value}" for name, value in self._all_options().items()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=self._cluster.path,
            env=self._cluster.environment(),
            pass_fds=[self._lock.fd],
            start_new_session=True,  # a Ctrl-C in the terminal is for the supervisor alone
        )

    def _all_options(self) -> Mapping[str, str]:
        newer = _OPTIONS_SINCE_18 if self._cluster.binaries.major >= 18 else {}  # noqa: PLR2004
        return {
            **_OPTIONS,
            **newer,
            "fsync": "on" if self._cluster.fsync else "off",
            **self._options,
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
        }

    def _wait_until_ready(
        self, running: subprocess.Popen[bytes], log: Path, written_before: int
    ) -> None:
        # No deadline: recovery takes as long as it takes, and if it fails the process ends.
        pid_file = self._cluster.path / "postmaster.pid"
        self.pid = int(running.stdout.readline() or 0) if running.stdout else 0
        while not _is_ready(pid_file, self.pid):
            if running.poll() is not None:
                output = log.read_bytes()[written_before:].decode(errors="replace")
                self._close_guard()
                raise ServerStartError("the server did not start", output)
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _close_guard(self) -> None:
        """End the guard by closing its standard input, which ends the server first."""
        if self._guard is None:
            return
        ending, self._guard, self.pid = self._guard, None, 0
        for pipe in filter(None, (ending.stdin, ending.stdout)):
            pipe.close()
        ending.wait()  # not for ever: the guard insists after 30 s


def start_embedded(
    data: Path,
    *,
    bindir: Path | None = None,
    options: Mapping[str, str] | None = None,
    fsync: bool = True,
) -> EmbeddedPostgres:
    """Start PostgreSQL in the data folder, which is made if need be, and wait until it serves.

    The cluster is `data/postgres`, beside it its lock, its log and perhaps its programs. `bindir`
    is PG_BINDIR; `options` are server settings on top of ours; `fsync=False` is for tests only: a
    power cut then destroys the data. Blocks for about a second the first time, 0.1 s later.

    Raises EmbeddedPostgresError, one of its kinds where a caller may want to know:
    DataFolderError, DataFolderInUseError, VersionMismatchError, BinariesNotFoundError,
    ServerStartError.
    """
    data = data.expanduser().resolve()
    _make_folder(data)
    path = data / "postgres"
    account = server_account(path)
    sockets = _socket_folder(data, account)
    binaries = reachable_by(find_binaries(bindir), account, data)
    cluster = Cluster(path, binaries, account, fsync)
    lock = FolderLock.take(data / "postgres.lock", url=_url(sockets))
    server = EmbeddedPostgres(cluster, sockets, lock, options or {})
    try:
        ensure_cluster(cluster)
        server.start()
    except OSError as error:
        server.stop()
        raise DataFolderError(data, error.strerror or str(error)) from error
    except BaseException:
        server.stop()
        raise
    return server


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(data, error.strerror or str(error)) from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise DataFolderError(data, "no permission to write there")


def _url(sockets: Path) -> str:
    # With the port, because a PGPORT in somebody's environment would be taken otherwise.
    host = quote(str(sockets), safe="/")
    return f"postgresql://{SUPERUSER}@/{DATABASE}?host={host}&port={_PORT}"


def _socket_folder(data: Path, account: Account | None) -> Path:
    """A folder for the socket: in the data folder where that is short and open enough."""
    inside = data / "run"
    if _fits(inside) and (account is None or account.can_enter(data)):
        return inside
    name = f"stacklens-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}-{os.geteuid()}"
    for place in _temporary_folders():
        if _fits(place / name) and (account is None or account.can_enter(place)):
            return place / name
    raise DataFolderError(data, "its path is too long for a socket, and so is TMPDIR's")


def _temporary_folders() -> Iterator[Path]:
    yield Path(tempfile.gettempdir())
    yield Path("/tmp")  # noqa: S108 - _prepare_sockets refuses what somebody else has put there


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / _SOCKET_NAME)) < _LONGEST_SOCKET_PATH


def _prepare_sockets(folder: Path, account: Account | None) -> None:
    """Make the folder, closed to others; it is the only lock on the door to the database."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    owners = {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise DataFolderError(folder, "it belongs to somebody else")
    if account is not None:
        account.owns(folder)
    folder.chmod(0o700)
    # Nobody lives in the cluster any more; a lock that names a zombie would be believed.
    for leftover in (folder / _SOCKET_NAME, folder / f"{_SOCKET_NAME}.lock"):
        leftover.unlink(missing_ok=True)


def _open_log(path: Path) -> IO[bytes]:
    """The server's log, appended to; what has grown too big is put aside once."""
    if path.exists() and path.stat().st_size > _LOG_KEPT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _is_ready(pid_file: Path, pid: int) -> bool:
    """Whether this very server takes connections: a file left by a killed one says so too."""
    if postmaster_pid(pid_file) != pid:
        return False
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"
