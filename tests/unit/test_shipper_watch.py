"""Events of the kernel, and what becomes of it when the kernel has none left."""

import asyncio
import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asyncinotify import Inotify, Mask, Watch

from conditions import eventually
from stacklens.shipper.errors import NoFileEventsError, UnsupportedPlatformError
from stacklens.shipper.positions import FileId
from stacklens.shipper.run import refuse_elsewhere
from stacklens.shipper.watch import FileEvents, open_events


class FullInotify(Inotify):
    """A kernel whose watches are used up."""

    def add_watch(self, path: os.PathLike[str] | bytes | str, mask: Mask) -> Watch:
        raise OSError(errno.ENOSPC, "No space left on device")


def no_instance() -> Inotify:
    raise OSError(errno.EMFILE, "Too many open files")


class Heard:
    """Counts what was called."""

    def __init__(self) -> None:
        self.grown: list[FileId] = []
        self.moved = 0
        self.lost = 0

    def note_move(self) -> None:
        self.moved += 1

    def note_loss(self) -> None:
        self.lost += 1

    @contextmanager
    def listening(self, events: FileEvents) -> Iterator[None]:
        listener = events.listen(grown=self.grown.append, moved=self.note_move, lost=self.note_loss)
        task = asyncio.create_task(listener)
        try:
            yield
        finally:
            task.cancel()


def test_no_inotify_instance_is_one_line_that_says_what_to_raise() -> None:
    with pytest.raises(NoFileEventsError, match="max_user_instances"), open_events(no_instance):
        pass


def test_too_few_watches_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_events(FullInotify) as events:
        events.watch_folders([str(tmp_path), "/"])
        events.watch_file(FileId(1, 2), 0)
        events.forget_file(FileId(1, 2))

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "max_user_watches" in caplog.text


async def test_only_the_watched_file_is_heard_and_no_more_once_it_is_forgotten(
    tmp_path: Path,
) -> None:
    heard = Heard()
    with (
        (tmp_path / "a").open("w") as ours,
        (tmp_path / "b").open("w") as other,
        open_events() as events,
    ):
        file = FileId.of(os.fstat(ours.fileno()))
        events.watch_folders([str(tmp_path)])
        events.watch_file(file, ours.fileno())
        events.watch_file(file, ours.fileno())
        with heard.listening(events):
            for stream in (other, ours):
                stream.write("line\n")
                stream.flush()
            await eventually(lambda: heard.grown)
            assert (heard.grown, heard.moved) == ([file], 0)

            events.forget_file(file)
            ours.write("line\n")
            ours.flush()
            (tmp_path / "c").touch()
            await eventually(lambda: heard.moved)
            assert heard.grown == [file]


async def test_a_folder_is_not_heard_when_it_is_no_longer_wanted(tmp_path: Path) -> None:
    heard = Heard()
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    with open_events() as events:
        events.watch_folders([str(tmp_path / "old")])
        events.watch_folders([str(tmp_path / "new")])
        with heard.listening(events):
            await eventually(lambda: heard.moved)  # the kernel confirms the end of a watch
            before = heard.moved
            (tmp_path / "old" / "x").touch()
            (tmp_path / "new" / "x").touch()
            await eventually(lambda: heard.moved > before)
            assert heard.moved == before + 1


async def test_a_folder_that_went_away_can_be_watched_again_under_both_of_its_names(
    tmp_path: Path,
) -> None:
    heard = Heard()
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    with open_events() as events:
        events.watch_folders([str(folder), str(link)])
        with heard.listening(events):
            folder.rmdir()
            await eventually(lambda: heard.moved)
            folder.mkdir()
            events.watch_folders([str(folder), str(link)])
            before = heard.moved
            (folder / "x").touch()
            await eventually(lambda: heard.moved > before)


def queued_events() -> int:
    return int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


async def test_events_that_the_kernel_had_to_drop_are_told(tmp_path: Path) -> None:
    heard = Heard()
    limit = queued_events()
    if limit > 100_000:
        pytest.skip("the queue of this kernel is too long to be filled in a test")
    with open_events() as events:
        events.watch_folders([str(tmp_path)])
        for _ in range(limit // 2 + 1):
            (tmp_path / "x").touch()
            (tmp_path / "x").unlink()
        with heard.listening(events):
            await eventually(lambda: heard.lost == 1)


def test_other_systems_are_refused_with_a_way_out() -> None:
    refuse_elsewhere("linux")
    with pytest.raises(UnsupportedPlatformError, match=r"ship-logs\.md"):
        refuse_elsewhere("darwin")
