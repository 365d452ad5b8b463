"""The folder in which a shipper remembers: positions, lines that were set aside, one lock."""

import base64
import fcntl
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stacklens.shipper import positions
from stacklens.shipper.errors import StateInUseError, StateUnusableError
from stacklens.shipper.positions import Position
from stacklens.shipper.wire import Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StateFolder:
    """What is in the folder; one process at a time."""

    path: Path

    @property
    def positions(self) -> Path:
        return self.path / "positions.json"

    @property
    def rejected(self) -> Path:
        return self.path / "rejected.ndjson"

    def load_positions(self) -> list[Position]:
        """The stored positions. A damaged file is put aside: sending twice is better than not."""
        try:
            return positions.load(self.positions)
        except ValueError as error:
            broken = self.positions.rename(self.positions.with_suffix(".broken"))
            log.warning("%s is damaged (%s): every file is sent from its start", broken, error)
            return []

    def set_aside(self, records: Sequence[Record], reason: str) -> None:
        """Adds the lines to the file of rejected ones, on disk when it returns. Raises OSError."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self.rejected.open("a") as file:
            for record in records:
                place = {"log_file": record.log_file, "log_offset": record.offset}
                entry = {"at": at, "reason": reason, **place, **_content(record.content)}
                file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def open_state(path: Path) -> Iterator[StateFolder]:
    """The state folder, made when it is missing, locked until the end, also of a killed process.

    Raises StateInUseError, StateUnusableError.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateUnusableError(
            f"cannot keep positions in {path} ({error.strerror}); give another folder with --state"
        ) from error
    try:
        _lock(lock, path)
        yield StateFolder(path)
    finally:
        os.close(lock)


def _lock(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StateInUseError(
            f"another shipper keeps its positions in {path};"
            " stop it, or give this one its own folder with --state"
        ) from error


def _content(line: bytes) -> dict[str, str]:
    """The line as text, or in base64 when text would not keep every byte of it."""
    try:
        return {"log": line.decode("utf-8")}
    except UnicodeDecodeError:
        return {"log_base64": base64.b64encode(line).decode("ascii")}
