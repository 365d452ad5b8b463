"""Bytes of a growing file, cut into its lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a file: `content` without its line end, `offset` where its first byte stands.

    `whole` is false for a piece of a line that is longer than the limit: such pieces, joined in
    the order of their offsets, give the line.
    """

    offset: int
    content: bytes
    whole: bool = True


class LineSplitter:
    """Cuts what is fed to it into lines, whatever the boundaries of the chunks are.

    A line ends with LF or CR LF; blank lines are left out; what has no line end yet waits inside.
    What waits never grows beyond `limit` bytes and the last chunk: a longer line comes out in
    pieces.
    """

    def __init__(self, *, offset: int, limit: int) -> None:
        self._limit = limit
        self._line_start = offset  # of the line that is not complete yet
        self._tail_start = offset  # of the part of it that waits here
        self._tail = b""

    @property
    def resume(self) -> int:
        """Offset from which a new reader must start in order to miss nothing."""
        return self._line_start

    def feed(self, chunk: bytes) -> list[Line]:
        """The lines that `chunk` completes, in order."""
        lines: list[Line] = []
        *ended, tail = (self._tail + chunk).split(b"\n")
        for content in ended:
            self._end(content, lines)
            self._line_start = self._tail_start = self._tail_start + len(content) + 1
        self._tail = tail
        if len(tail) > self._limit:
            lines.append(Line(self._tail_start, tail, whole=False))
            self._tail_start += len(tail)
            self._tail = b""
        return lines

    def finish(self) -> list[Line]:
        """The last line of a file that nobody writes to any more, though it has no line end."""
        lines: list[Line] = []
        self._end(self._tail, lines)
        self._line_start = self._tail_start = self._tail_start + len(self._tail)
        self._tail = b""
        return lines

    def _end(self, content: bytes, lines: list[Line]) -> None:
        content = content.removesuffix(b"\r")
        whole = self._tail_start == self._line_start and len(content) <= self._limit
        if content.strip() if whole else content:
            lines.append(Line(self._tail_start, content, whole=whole))
