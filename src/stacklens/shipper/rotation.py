"""Where the content of a file went when its name holds something else: renamed, or copied away."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from stacklens.shipper.positions import FileId, Position

# Without the inode a file is known by its content alone: there must be enough of it to be sure.
_SURE_HEAD_BYTES = 16


def open_rotated(position: Position, is_followed: Callable[[FileId], bool]) -> int | None:
    """A descriptor of the file that now holds the content of `position`, from the same folder.

    First the very file under another name (rename), then a copy that was made before the file was
    truncated (copytruncate). Files that are followed anyway are left alone. None when there is no
    such file: deleted, compressed, or moved to another folder.
    """
    for is_it in (is_same_file, _is_copy):
        for path in _neighbours(position):
            fd = _open_regular(path)
            if fd is None:
                continue
            file = FileId.of(os.fstat(fd))
            if not is_followed(file) and is_it(position, path, file) and position.fits(fd):
                return fd
            os.close(fd)
    return None


def is_same_file(position: Position, path: Path, file: FileId) -> bool:
    """Whether the inode speaks for it; that the content does (`Position.fits`) is asked as well.

    The inode of a file that was empty proves little: it may have been given to somebody else
    since. The device alone may change: some file systems get another number at every mount.
    """
    near = _is_namesake(position, path)
    known = position.head_size > 0 and file.device == position.device
    return file.inode == position.inode and (near or known)


def open_to_follow(path: str) -> int:
    """A descriptor to read the file with. Raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)


def _is_copy(position: Position, path: Path, file: FileId) -> bool:
    certain = position.head_size >= _SURE_HEAD_BYTES and _is_namesake(position, path)
    return file != position.id and certain


def _is_namesake(position: Position, path: Path) -> bool:
    """app.log, app.log.1, app-2026-01-31.log and app1.log belong together."""
    stem, _, _ = Path(position.path).name.lstrip(".").partition(".")
    return path.name.lstrip(".").startswith(stem)


def _neighbours(position: Position) -> Iterator[Path]:
    try:
        yield from sorted(Path(position.path).parent.iterdir())
    except OSError:
        return


def _open_regular(path: Path) -> int | None:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return open_to_follow(str(path))
    except OSError:
        return None
