"""All files that are followed: which they are, whose turn it is, and how far each was delivered."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stacklens.shipper import patterns
from stacklens.shipper.follow import FollowedFile
from stacklens.shipper.options import ShipperOptions
from stacklens.shipper.positions import FileId, Position
from stacklens.shipper.rotation import is_same_file, open_rotated, open_to_follow
from stacklens.shipper.wire import Record

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """Lines on their way, and how far each file is delivered once they are."""

    records: list[Record] = field(default_factory=list)
    overlong: list[Record] = field(default_factory=list)
    marks: list[tuple[FollowedFile, int]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.records or self.overlong or self.marks)


class FileSet:
    """The files that the patterns name, and those that they named until a rotation.

    `watch` and `forget` tell the source of events which files matter. Times are seconds of a
    monotonic clock.
    """

    def __init__(
        self,
        wanted: Sequence[str],
        options: ShipperOptions,
        *,
        watch: Callable[[FileId, int], None],
        forget: Callable[[FileId], None],
    ) -> None:
        self._wanted = wanted
        self._options = options
        self._watch = watch
        self._forget = forget
        self._live: dict[FileId, FollowedFile] = {}
        self._rotated: list[FollowedFile] = []  # in the order in which they lost their names
        self._unreadable: set[str] = set()
        self._turn = 0
        self.has_news = False  # a file that the stored positions do not name

    def __len__(self) -> int:
        """How many files have a name that is asked for."""
        return len(self._live)

    @property
    def has_more(self) -> bool:
        """Whether another `gather` may bring something at once."""
        return any(file.hinted or file.has_lines for file in self._all())

    def restore(self, stored: list[Position], now: float) -> None:
        """Takes up every file, each from its stored position; those that were rotated meanwhile,
        too."""
        unclaimed = list(stored)
        self._look(now, unclaimed)
        for position in unclaimed:
            fd = open_rotated(position, self._is_followed)
            if fd is None:
                log.warning(
                    "%s is gone; it was delivered up to byte %d", position.path, position.offset
                )
                continue
            file = self._opened(fd, position.path, position.offset)
            file.rotated_at = now
            self._rotated.append(file)

    def look(self, now: float) -> None:
        """Finds out which files have the wanted names now."""
        self._look(now, [])

    def hint(self, file_id: FileId, now: float) -> None:
        """Something was written to this file."""
        for file in self._all():
            if file.id == file_id and not file.ended:
                file.hinted = True
                file.rotated_at = file.rotated_at and now

    def hint_all(self) -> None:
        """Something may have been written to any file."""
        for file in self._all():
            file.hinted = not file.ended

    def let_go(self, now: float) -> None:
        """Ends the rotated files that have been quiet for long enough."""
        for file in self._rotated:
            quiet = now - (file.rotated_at or now)
            if not file.ended and file.is_read_out and quiet >= self._options.rotated_grace:
                file.finish()
        self._drop_ended()

    def gather(self, now: float) -> Batch:
        """The next lines, bounded by the options, in order for each file."""
        batch = Batch()
        lines, size = self._options.batch_lines, self._options.batch_bytes
        for file in self._in_turn():
            if lines <= 0 or size <= 0:
                break
            for record in (taken := self._take(file, now, lines, size)):
                size -= len(record.content)
            lines -= len(taken)
            batch.records += taken
            batch.overlong += file.take_overlong()
            if file.resume != file.delivered:
                batch.marks.append((file, file.resume))
        return batch

    def delivered(self, batch: Batch) -> None:
        """Notes that what `batch` holds is safe."""
        for file, offset in batch.marks:
            file.delivered = offset
        self._drop_ended()

    def positions(self) -> list[Position]:
        """What must be remembered to go on from here after a restart."""
        return [file.position() for file in self._all()]

    def close(self) -> None:
        for file in self._all():
            file.close()

    def _look(self, now: float, unclaimed: list[Position]) -> None:
        met = {self._meet(path, unclaimed) for path in patterns.matching_files(self._wanted)}
        for file_id in self._live.keys() - met:
            file = self._live.pop(file_id)
            file.rotated_at = now
            self._rotated.append(file)

    def _meet(self, path: str, unclaimed: list[Position]) -> FileId | None:
        """The file that has this name now, followed from now on."""
        try:
            file_id = FileId.of(Path(path).stat())
            if self._is_followed(file_id):
                self._name_again(file_id)
                return file_id
            fd = open_to_follow(path)
            try:
                return self._take_up(fd, path, unclaimed)
            except OSError:
                os.close(fd)
                raise
        except OSError as error:
            self._complain(path, error)
            return None

    def _take_up(self, fd: int, path: str, unclaimed: list[Position]) -> FileId:
        position = _claim(unclaimed, Path(path), fd)
        if position is None:
            file = self._opened(fd, path, 0)
            self.has_news = True
        else:
            file = self._opened(fd, position.path, position.offset)
        self._live[file.id] = file
        self._unreadable.discard(path)
        return file.id

    def _complain(self, path: str, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError) and path not in self._unreadable:
            self._unreadable.add(path)
            log.warning("cannot read %s (%s); it is tried again", path, error.strerror)

    def _name_again(self, file_id: FileId) -> None:
        for file in self._rotated:
            if file.id == file_id and not file.ended and file_id not in self._live:
                self._rotated.remove(file)
                file.rotated_at = None
                self._live[file_id] = file
                return

    def _opened(self, fd: int, path: str, offset: int) -> FollowedFile:
        file = FollowedFile(fd, path, offset=offset, line_bytes=self._options.line_bytes)
        # Watched before it is read for the first time: no write falls between the two.
        self._watch(file.id, fd)
        return file

    def _take(self, file: FollowedFile, now: float, lines: int, size: int) -> list[Record]:
        try:
            if file.hinted and file.was_cut():
                self._start_again(file, now)
            return file.take(lines, size)
        except OSError as error:
            file.hinted = False
            self._complain(file.path, error)
            return []

    def _start_again(self, cut: FollowedFile, now: float) -> None:
        """After a truncation: the new content is another file, the old one ends, in its copy if
        there is one."""
        fresh = cut.from_the_start()
        if self._live.get(cut.id) is cut:
            self._live[cut.id] = fresh
            self._rotated.append(cut)
        else:
            fresh.rotated_at = now
            self._rotated.append(fresh)
        cut.rotated_at = now
        copy = open_rotated(cut.position(), self._is_followed)
        if copy is None:
            log.warning("%s was truncated; it was read up to byte %d", cut.path, cut.read_to)
            cut.finish()
        else:
            cut.continue_in(copy)
            self._watch(cut.id, copy)

    def _drop_ended(self) -> None:
        for file in [file for file in self._rotated if file.ended and file.is_read_out]:
            self._rotated.remove(file)
            if not self._is_followed(file.id):
                self._forget(file.id)
            file.close()

    def _is_followed(self, file_id: FileId) -> bool:
        return any(file.id == file_id for file in self._all())

    def _all(self) -> Iterator[FollowedFile]:
        yield from self._rotated
        yield from self._live.values()

    def _in_turn(self) -> list[FollowedFile]:
        """What was rotated first, since its lines are older; then everybody, each time from another
        one, so that a busy file does not keep the others waiting."""
        live = list(self._live.values())
        self._turn += 1
        start = self._turn % len(live) if live else 0
        return [*self._rotated, *live[start:], *live[:start]]


def _claim(unclaimed: list[Position], path: Path, fd: int) -> Position | None:
    file = FileId.of(os.fstat(fd))
    for position in unclaimed:
        if is_same_file(position, path, file) and position.fits(fd):
            unclaimed.remove(position)
            return position
    return None
