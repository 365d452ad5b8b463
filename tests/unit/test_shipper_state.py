"""What the shipper keeps on disk, and where it looks for files."""

import base64
import json
import os
from pathlib import Path

import pytest

from stacklens.shipper import patterns, positions
from stacklens.shipper.errors import StateInUseError, StateUnusableError
from stacklens.shipper.positions import FileId, Position, fingerprint
from stacklens.shipper.rotation import open_rotated
from stacklens.shipper.state import open_state
from stacklens.shipper.wire import Record


def position_in(path: Path, offset: int, head: bytes | None = None) -> Position:
    head = path.read_bytes()[: positions.HEAD_BYTES] if head is None else head
    file = FileId.of(path.stat())
    return Position(str(path), *file, offset, len(head), fingerprint(head))


def rotated(position: Position, followed: frozenset[FileId] = frozenset()) -> Path | None:
    fd = open_rotated(position, followed.__contains__)
    if fd is None:
        return None
    try:
        return Path(f"/proc/self/fd/{fd}").readlink()
    finally:
        os.close(fd)


def test_positions_come_back_as_they_were_saved(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("a line\n")
    kept = [position_in(log, 7)]

    positions.save(tmp_path / "positions.json", kept)

    assert positions.load(tmp_path / "positions.json") == kept
    assert positions.load(tmp_path / "none.json") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format":9,"positions":[]}', '{"format":1}'])
def test_damaged_positions_are_put_aside_and_everything_is_sent_again(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "positions.json").write_text(text)

    with open_state(tmp_path) as folder:
        assert folder.load_positions() == []

    assert (tmp_path / "positions.broken").read_text() == text


def test_a_second_shipper_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        open_state(tmp_path),
        pytest.raises(StateInUseError, match="--state"),
        open_state(tmp_path),
    ):
        pass
    with open_state(tmp_path):
        pass  # free again


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnusableError, match="--state"), open_state(tmp_path / "file" / "x"):
        pass


def test_lines_are_set_aside_with_their_place_and_every_byte(tmp_path: Path) -> None:
    with open_state(tmp_path / "new") as folder:
        folder.set_aside([Record("/a.log", 5, b"text"), Record("/a.log", 9, b"\xff\x00")], "why")

    first, second = map(json.loads, folder.rejected.read_text().splitlines())
    assert (first["log_file"], first["log_offset"], first["log"]) == ("/a.log", 5, "text")
    assert first["reason"] == "why"
    assert base64.b64decode(second["log_base64"]) == b"\xff\x00"


def test_a_renamed_file_is_found_by_its_inode(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("the first line of it\n")
    position = position_in(log, 3)
    log.rename(tmp_path / "old")
    log.write_text("something else begins\n")

    assert rotated(position) == tmp_path / "old"


def test_an_inode_with_other_content_is_not_the_file(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("the first line of it\n")
    position = position_in(log, 3)
    log.write_text("another first line of it\n")

    assert rotated(position) is None


def test_a_copy_is_found_by_its_first_bytes_and_its_name(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    text = "the first line of it\n"
    log.write_text(text)
    position = position_in(log, len(text))
    log.write_text("")
    (tmp_path / "other.log").write_text(text)
    (tmp_path / "app.log.2").write_text(text[:5])  # shorter than what was delivered
    (tmp_path / "app.log.0").symlink_to(tmp_path / "other.log")
    (tmp_path / "app.log.d").mkdir()
    copy = tmp_path / "app.log.1"
    copy.write_text(text + "more\n")

    assert rotated(position) == copy
    assert rotated(position, frozenset({FileId.of(copy.stat())})) is None


def test_a_copy_with_too_little_content_to_be_sure_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("short\n")
    position = position_in(log, 2)
    log.write_text("")
    (tmp_path / "app.log.1").write_text("short\n")

    assert rotated(position) is None


def test_the_inode_of_an_empty_file_counts_only_under_a_kindred_name(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("")
    position = position_in(log, 0)
    log.rename(tmp_path / "secrets")
    assert rotated(position) is None

    (tmp_path / "secrets").rename(tmp_path / "app-2026.log")
    assert rotated(position) == tmp_path / "app-2026.log"


def test_a_folder_that_is_gone_holds_no_rotated_file(tmp_path: Path) -> None:
    assert rotated(Position(str(tmp_path / "no" / "app.log"), 1, 2, 3, 4, "")) is None


def test_globs_name_regular_files_once_and_no_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", ".hidden.log", "c.txt", "odd[1].log"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder.log").mkdir()
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "d.log").write_text("")

    def names(*wanted: str) -> list[str]:
        full = [str(tmp_path / pattern) for pattern in wanted]
        return [str(Path(path).relative_to(tmp_path)) for path in patterns.matching_files(full)]

    assert names("*.log", "a.log") == ["a.log", "b.log", "odd[1].log"]
    assert names("odd[1].log") == ["odd[1].log"]
    assert names(".*.log") == [".hidden.log"]
    assert names("**/d.log", "*/*/d.log", "none.log") == ["sub/deep/d.log"]


def test_the_folder_of_a_file_is_watched_and_else_the_nearest_that_exists(tmp_path: Path) -> None:
    (tmp_path / "logs" / "till-1").mkdir(parents=True)

    def watched(pattern: str) -> set[str]:
        found = patterns.folders_to_watch([str(tmp_path / pattern)])
        return {str(Path(folder).relative_to(tmp_path)) for folder in found}

    assert watched("logs/app.log") == {"logs"}
    assert watched("later/app.log") == {"."}
    assert watched("later/yet/app.log") == {"."}
    assert watched("logs/*/app.log") == {"logs", "logs/till-1"}
    assert watched("logs/**/app.log") == {"logs", "logs/till-1"}
    assert watched("logs/*/in/*.log") == {"logs", "logs/till-1"}


def test_patterns_start_at_the_root_and_count_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert patterns.absolute(["a.log", "./a.log", str(tmp_path / "x" / ".." / "a.log")]) == (
        str(tmp_path / "a.log"),
    )
