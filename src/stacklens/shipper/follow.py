"""One file while it is followed: from its first byte to the line nobody will write to any more."""

import os
from collections import deque

from stacklens.shipper.lines import Line, LineSplitter
from stacklens.shipper.positions import HEAD_BYTES, FileId, Position, fingerprint
from stacklens.shipper.wire import Record

_READ_BYTES = 256 << 10
_READS_IN_A_TURN = 8


class FollowedFile:
    """An open file, read from where it was delivered to.

    The file itself is the queue: no more of it is in memory than one read and one unfinished line.
    It is open from the moment it is seen, so renaming or deleting it loses nothing.
    Reads are plain calls in the event loop: what was just written comes from the page cache in
    microseconds, and a thread would cost more than that.
    """

    def __init__(self, fd: int, path: str, *, offset: int, line_bytes: int) -> None:
        """Takes over `fd`. `path` is the name that the records carry."""
        self.id = FileId.of(os.fstat(fd))
        self.path = path
        self.delivered = offset
        self.hinted = True  # there may be bytes that were not read
        self.ended = False  # nobody will write to it, and its last line was taken
        self.rotated_at: float | None = None  # monotonic: when it lost its name, or grew after that
        self._log_file = os.fsencode(path).decode("utf-8", "replace")
        self._fd = fd
        self._read_to = offset
        self._line_bytes = line_bytes
        self._splitter = LineSplitter(offset=offset, limit=line_bytes)
        self._waiting: deque[Record] = deque()
        self._overlong: list[Record] = []
        self._head = os.pread(fd, HEAD_BYTES, 0)

    @property
    def resume(self) -> int:
        """Offset up to which every line was taken out of here."""
        return self._waiting[0].offset if self._waiting else self._splitter.resume

    @property
    def read_to(self) -> int:
        return self._read_to

    @property
    def has_lines(self) -> bool:
        return bool(self._waiting)

    @property
    def is_read_out(self) -> bool:
        """Whether everything in it was delivered, but for a last line without an end."""
        return not self.hinted and not self._waiting and self.delivered == self._splitter.resume

    def position(self) -> Position:
        """What must be remembered of it."""
        head = fingerprint(self._head)
        return Position(self.path, *self.id, self.delivered, len(self._head), head)

    def was_cut(self) -> bool:
        """Whether what was read here is no longer in the file: it was truncated, whatever was
        written to it since. Cheap enough (two calls) to be asked before every read."""
        head = os.pread(self._fd, HEAD_BYTES, 0)
        if os.fstat(self._fd).st_size < self._read_to or not head.startswith(self._head):
            return True
        self._head = head
        return False

    def take(self, most_lines: int, most_bytes: int) -> list[Record]:
        """The next lines, at most so many; one line may be longer than `most_bytes` allows.

        Reads only when nothing is left of the last read. Too few lines with `hinted` still set
        mean that a long line goes on: it is read in turns, so that nobody waits for its end.
        """
        taken: list[Record] = []
        reads = 0
        while len(taken) < most_lines:
            if not self._waiting:
                if not self.hinted or reads == _READS_IN_A_TURN:
                    break
                self._read()
                reads += 1
                continue
            most_bytes -= len(self._waiting[0].content)
            if most_bytes < 0 and taken:
                break
            taken.append(self._waiting.popleft())
        return taken

    def take_overlong(self) -> list[Record]:
        """Pieces of lines that are too long to send, read since the last call."""
        taken, self._overlong = self._overlong, []
        return taken

    def finish(self) -> None:
        """Makes the unfinished last line a line: nobody goes on with it."""
        self._keep(self._splitter.finish())
        self.hinted = False
        self.ended = True

    def continue_in(self, fd: int) -> None:
        """Reads on in a copy of the content (copytruncate), `fd`, from where it stopped."""
        os.close(self._fd)
        self._fd = fd
        self.id = FileId.of(os.fstat(fd))
        self.hinted = True

    def from_the_start(self) -> "FollowedFile":
        """The same file after it was truncated: a new content, with offsets of its own."""
        start = _first_data(self._fd)
        return FollowedFile(os.dup(self._fd), self.path, offset=start, line_bytes=self._line_bytes)

    def close(self) -> None:
        os.close(self._fd)

    def _read(self) -> None:
        chunk = os.pread(self._fd, _READ_BYTES, self._read_to)
        # A short read is the end: whoever writes on from here makes an event.
        self.hinted = len(chunk) == _READ_BYTES
        self._read_to += len(chunk)
        self._keep(self._splitter.feed(chunk))

    def _keep(self, lines: list[Line]) -> None:
        for line in lines:
            # NULs before a line are what is left of a hole, see `_first_data`.
            content = line.content.lstrip(b"\0")
            if content:
                offset = line.offset + len(line.content) - len(content)
                record = Record(self._log_file, offset, content)
                (self._waiting if line.whole else self._overlong).append(record)


def _first_data(fd: int) -> int:
    """Offset of the first block that was written. A program that does not open its log for
    appending goes on at its old offset after copytruncate, which leaves a hole, maybe gigabytes of
    zeros to read."""
    try:
        return os.lseek(fd, 0, os.SEEK_DATA)
    except OSError:
        return 0
