"""File events from the kernel (inotify): what woke us, never what to do."""

import errno
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from asyncinotify import Inotify, Mask, Watch

from stacklens.shipper.errors import NoFileEventsError
from stacklens.shipper.positions import FileId

log = logging.getLogger(__name__)

_IN_FOLDER = (
    Mask.CREATE
    | Mask.MOVED_TO
    | Mask.MOVED_FROM
    | Mask.DELETE
    | Mask.DELETE_SELF
    | Mask.MOVE_SELF
    | Mask.ONLYDIR
)
_FOLDER_IS_ELSEWHERE = Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.UNMOUNT | Mask.IGNORED
# Truncation is a modification too. Opening and closing are not watched: they would wake us idle.
_IN_FILE = Mask.MODIFY


@contextmanager
def open_events(start: Callable[[], Inotify] = Inotify) -> Iterator["FileEvents"]:
    """File events until the end of the block. Raises NoFileEventsError when the kernel's limit of
    instances is reached."""
    try:
        inotify = start()
    except OSError as error:
        raise NoFileEventsError(
            f"no file events ({error.strerror}); raise fs.inotify.max_user_instances"
        ) from error
    with inotify:
        yield FileEvents(inotify)


class FileEvents:
    """Watches folders for names that come and go, and files, by inode, for bytes.

    A file is watched itself, not through its folder: a busy neighbour costs nothing, and a file
    that was renamed is still heard.
    """

    def __init__(self, inotify: Inotify) -> None:
        self._inotify = inotify
        self._folders: dict[str, Watch] = {}
        self._files: dict[FileId, Watch] = {}
        self._file_of: dict[int, FileId] = {}
        self._short_of_watches = False

    def watch_folders(self, folders: Iterable[str]) -> None:
        """Watches these folders and no others."""
        wanted = set(folders)
        for gone in self._folders.keys() - wanted:
            self._forget(self._folders.pop(gone))
        for folder in wanted - self._folders.keys():
            watch = self._watch(folder, _IN_FOLDER)
            if watch is not None:
                self._folders[folder] = watch

    def watch_file(self, file: FileId, fd: int) -> None:
        """Watches the inode behind an open file, whatever its name is by now."""
        if file not in self._files:
            watch = self._watch(f"/proc/self/fd/{fd}", _IN_FILE)
            if watch is not None:
                self._files[file] = watch
                self._file_of[watch.wd] = file

    def forget_file(self, file: FileId) -> None:
        """The opposite of `watch_file`."""
        if (watch := self._files.pop(file, None)) is not None:
            del self._file_of[watch.wd]
            self._forget(watch)

    async def listen(
        self,
        *,
        grown: Callable[[FileId], None],
        moved: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        """Waits for events, for ever: `grown` for bytes in a file, `moved` for names in a folder,
        `lost` when the kernel had to drop events."""
        while True:
            # Never under a timeout: cancelling `get` loses the events that it has read.
            event = await self._inotify.get()
            if Mask.Q_OVERFLOW in event:
                lost()
            elif event.watch is not None:
                self._sort(event.watch, event.mask, grown, moved)

    def _sort(
        self,
        watch: Watch,
        mask: Mask,
        grown: Callable[[FileId], None],
        moved: Callable[[], None],
    ) -> None:
        if (file := self._file_of.get(watch.wd)) is not None:
            grown(file)
            return
        if mask & _FOLDER_IS_ELSEWHERE:
            for folder in [name for name, known in self._folders.items() if known is watch]:
                del self._folders[folder]
                self._forget(watch)
        moved()

    def _watch(self, path: str, mask: Mask) -> Watch | None:
        try:
            return self._inotify.add_watch(path, mask)
        except OSError as error:
            if error.errno == errno.ENOSPC and not self._short_of_watches:
                self._short_of_watches = True
                log.warning(
                    "too many files for the kernel's file events: new lines of some are seen late;"
                    " raise fs.inotify.max_user_watches"
                )
            return None

    def _forget(self, watch: Watch) -> None:
        try:
            self._inotify.rm_watch(watch)
        except OSError:
            return  # the kernel was faster: what was watched is gone
