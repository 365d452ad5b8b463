"""One owner for a data folder: a lock that ends with its holders, and says who they are."""

import fcntl
import os
import time
from pathlib import Path

from stacklens.db.embedded_errors import DataFolderError, DataFolderInUseError

# The guard holds the lock on until its server is gone, and it waits 30 s before it insists.
_SHUTDOWN_GRACE_SECONDS = 40.0
_LOOK_AGAIN_SECONDS = 0.02


class FolderLock:
    """An exclusive flock on a file that tells the owner's pid and its database URL.

    `fd` is handed on to the guard, so the folder stays locked while a server outlives its owner
    for the moment of its shutdown.
    """

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd

    @classmethod
    def take(cls, path: Path, *, url: str) -> "FolderLock":
        """Lock now; wait only for the shutdown of a server whose owner is dead.

        Raises DataFolderInUseError with the living owner, DataFolderError when the file cannot be
        written.
        """
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DataFolderError(path.parent, error.strerror or str(error)) from error
        try:
            cls._wait_for(fd, path)
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n{url}\n".encode(), 0)
        except BaseException:
            os.close(fd)
            raise
        return cls(path, fd)

    @staticmethod
    def _wait_for(fd: int, path: Path) -> None:
        deadline = time.monotonic() + _SHUTDOWN_GRACE_SECONDS
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, url = _owner(fd)
                if _lives(pid) or time.monotonic() > deadline:
                    raise DataFolderInUseError(path.parent, pid, url) from None
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                return

    def release(self) -> None:
        os.close(self.fd)


def _owner(fd: int) -> tuple[int, str]:
    pid, _, url = os.pread(fd, 4096, 0).decode(errors="replace").partition("\n")
    return (int(pid) if pid.isdigit() else 0), url.strip()


def _lives(pid: int) -> bool:
    # 0: the owner has the lock and has not written its name yet; look again.
    if pid == 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
