"""Who runs the server, what that account can reach, and what becomes of a copy of the programs."""

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stacklens.db.embedded_account import Account, server_account
from stacklens.db.embedded_binaries import Binaries, reachable_by
from stacklens.db.embedded_errors import EmbeddedPostgresError
from stacklens.db.embedded_lock import FolderLock

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")


@pytest.mark.parametrize(
    ("owner", "group", "mode", "may"),
    [
        (1234, 1234, 0o700, True),
        (1234, 1234, 0o077, False),
        (0, 1234, 0o710, True),
        (0, 1234, 0o701, False),
        (0, 0, 0o701, True),
        (0, 0, 0o770, False),
    ],
)
@needs_root
def test_a_folder_lets_an_account_pass_as_its_mode_says(
    owner: int, group: int, mode: int, *, may: bool
) -> None:
    folder = Path("/var/tmp", f"stacklens-account-{os.getpid()}")
    folder.mkdir()
    try:
        os.chown(folder, owner, group)
        folder.chmod(mode)
        assert Account(1234, 1234).can_enter(folder) is may
    finally:
        folder.rmdir()


@needs_root
def test_without_any_account_to_run_it_as_root_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="none of the accounts no-such-account exists"):
        server_account(tmp_path / "none", names=["no-such-account"])


@needs_root
def test_an_existing_cluster_keeps_its_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4322)
    assert server_account(tmp_path) == Account(4321, 4322)


@pytest.mark.skipif(os.geteuid() == 0, reason="root needs another account")
def test_an_ordinary_user_runs_it_without_any_other_account(tmp_path: Path) -> None:
    assert server_account(tmp_path) is None


def test_a_lock_whose_owner_has_not_written_its_name_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = FolderLock.take(path, url="first")
    path.write_text("")
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(first.fd)
        os.write(writer, b"about to wait")
        FolderLock.take(path, url="second")
        os._exit(0)
    os.read(reader, 20)
    first.release()
    assert os.waitpid(child, 0)[1] == 0
    assert path.read_text().split() == [str(child), "second"]
    os.close(reader)
    os.close(writer)


@needs_root
def test_first_starts_at_the_same_moment_share_one_copy_of_the_programs(tmp_path: Path) -> None:
    bindir = tmp_path / "programs" / "bin"
    bindir.mkdir(parents=True)
    (bindir / "postgres").write_text("#!/bin/sh\n")
    (bindir / "postgres").chmod(0o700)
    (bindir / "libpq.so").symlink_to("postgres")
    folder = Path("/var/tmp", f"stacklens-copies-{os.getpid()}")
    folder.mkdir()
    together = threading.Barrier(8)

    def start() -> Path:
        together.wait()
        return reachable_by(Binaries(bindir, 18), Account(65534, 65534), folder).bindir

    try:
        with ThreadPoolExecutor(8) as starts:
            bindirs = {future.result() for future in [starts.submit(start) for _ in range(8)]}
        assert len(bindirs) == 1
        assert [path.name for path in folder.iterdir()] == [bindirs.pop().parents[2].name]
    finally:
        shutil.rmtree(folder)
