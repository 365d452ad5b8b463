"""How far each file was delivered, kept on disk.

A file is known by device, inode and a fingerprint of its first bytes: names change with rotation,
and inodes are given out again.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self

HEAD_BYTES: Final = 1_024
_FORMAT: Final = 1


class FileId(NamedTuple):
    """Device and inode."""

    device: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_dev, status.st_ino)


@dataclass(frozen=True, slots=True)
class Position:
    """Everything before byte `offset` of a file is delivered or set aside.

    `path` is the name under which the file was first followed. The fingerprint covers the first
    `head_size` bytes (fewer than HEAD_BYTES while the file is that short).
    """

    path: str
    device: int
    inode: int
    offset: int
    head_size: int
    head_digest: str

    @property
    def id(self) -> FileId:
        return FileId(self.device, self.inode)

    def fits(self, fd: int) -> bool:
        """Whether the open file begins with the content that this position was taken in."""
        if os.fstat(fd).st_size < self.offset:
            return False
        return fingerprint(os.pread(fd, self.head_size, 0)) == self.head_digest


def fingerprint(head: bytes) -> str:
    """A digest of the first bytes of a file."""
    return hashlib.sha256(head).hexdigest()


def load(path: Path) -> list[Position]:
    """The stored positions; none when there is no file. Raises ValueError when it is damaged."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    try:
        if document["format"] != _FORMAT:
            raise ValueError(f"format {document['format']} is not known")
        return [Position(**entry) for entry in document["positions"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a list of positions: {error}") from error


def save(path: Path, positions: Iterable[Position]) -> None:
    """Replaces the file in one step; what is there after a crash is the old or the new one, whole.

    Raises OSError (disk full, folder gone).
    """
    document = {"format": _FORMAT, "positions": [asdict(position) for position in positions]}
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
