# ruff: noqa: ASYNC240 -- what happens to files is what these tests are about
"""Following real files: every line once and in order, whatever happens to the file."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from conditions import eventually
from log_server import LogServer, Reply, log_server
from shipping import BY_EVENTS, append, numbered, shipping
from stacklens.shipper.follow import FollowedFile
from stacklens.shipper.options import ShipperOptions
from stacklens.shipper.watch import FileEvents

Shipping = Callable[..., AbstractAsyncContextManager[int]]


@pytest.fixture
async def server() -> AsyncIterator[LogServer]:
    async with log_server() as running:
        yield running


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "app.log"


@pytest.fixture
def shipped(tmp_path: Path, server: LogServer) -> Shipping:
    """`shipping` to this test's server, with one state folder for all blocks of the test."""

    def start(
        *files: Path, options: ShipperOptions = BY_EVENTS
    ) -> AbstractAsyncContextManager[int]:
        return shipping(files, server.url, tmp_path / "state", options=options, key="s3cret")

    return start


async def arrive(server: LogServer, lines: Sequence[str]) -> None:
    await eventually(lambda: len(server.lines) >= len(lines), what=f"{len(lines)} lines")
    assert server.lines == list(lines)


async def test_a_line_is_sent_with_its_place_and_its_bytes(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log) as following:
        assert following == 0
        log.write_bytes(b'{"a":1}\r\n\n \nna\xefve\n')
        await eventually(lambda: len(server.stored) == 2)

    place = {"host": "till-1", "log_file": str(log)}
    assert server.stored == [
        {"log": '{"a":1}', **place, "log_offset": 0},
        {"log": "na�ve", **place, "log_offset": 12},
    ]
    assert server.received[0].target == "/api/logs"
    assert server.received[0].headers["authorization"] == "Bearer s3cret"
    assert "content-encoding" not in server.received[0].headers


async def test_what_stands_in_a_file_already_is_sent_first(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    append(log, *numbered(0, 5))
    async with shipped(log) as following:
        assert following == 1
        await arrive(server, numbered(0, 5))
        append(log, *numbered(5, 6))
        await arrive(server, numbered(0, 6))


async def test_a_line_without_an_end_waits_for_it(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, "one")
        with log.open("a") as file:
            file.write("tw")
            file.flush()
            await arrive(server, ["one"])
            file.write("o\nthree\nfo")
            file.flush()
            await arrive(server, ["one", "two", "three"])
    async with shipped(log):
        append(log, "ur")
        await arrive(server, ["one", "two", "three", "four"])
    assert server.stored[-1]["log_offset"] == len("one\ntwo\nthree\n")


async def test_many_lines_go_in_few_requests_packed_and_bounded(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    lines = [f"{number:06} {'x' * 100}" for number in range(5_000)]
    append(log, *lines)
    async with shipped(log):
        await arrive(server, lines)

    assert [len(request.records) for request in server.received] == [1_000] * 5
    assert all(r.headers["content-encoding"] == "gzip" for r in server.received)
    assert {request.connection for request in server.received} == {1}


async def test_a_batch_is_bounded_in_bytes_too(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    lines = ["x" * 300_000] * 8
    append(log, *lines)
    async with shipped(log):
        await arrive(server, lines)

    assert [len(request.records) for request in server.received] == [3, 3, 2]


async def test_the_first_line_goes_at_once_and_the_next_gather_while_it_is_on_its_way(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipped(log):
        append(log, "first")
        await eventually(lambda: len(server.received) == 1)
        for line in numbered(0, 50):
            append(log, line)
        answer.set()
        await arrive(server, ["first", *numbered(0, 50)])

    assert [len(request.records) for request in server.received] == [1, 50]


async def test_a_renamed_file_is_read_to_its_end_and_its_successor_after_it(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipped(log):
        writer = log.open("a")
        writer.write("0\n")
        writer.flush()
        await eventually(lambda: len(server.received) == 1)
        log.rename(log.with_suffix(".log.1"))
        append(log, "3", "4")
        writer.write("1\n2\n")
        writer.flush()
        answer.set()
        await arrive(server, ["0", "1", "2", "3", "4"])
        writer.write("late\n")
        writer.close()
        await arrive(server, ["0", "1", "2", "3", "4", "late"])

    assert {record["log_file"] for record in server.stored} == {str(log)}
    assert server.stored[-1]["log_offset"] == 6


async def test_a_deleted_file_is_read_to_its_end(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipped(log):
        append(log, "first")
        await eventually(lambda: len(server.received) == 1)
        append(log, "second")
        log.unlink()
        answer.set()
        await arrive(server, ["first", "second"])
        append(log, "a new one")
        await arrive(server, ["first", "second", "a new one"])


async def test_a_truncated_file_is_followed_from_its_new_start(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, *numbered(0, 3))
        await arrive(server, numbered(0, 3))
        os.truncate(log, 0)
        append(log, "new")
        await arrive(server, [*numbered(0, 3), "new"])
    assert server.stored[-1]["log_offset"] == 0


async def test_a_file_that_was_truncated_and_has_grown_past_the_old_end_is_noticed(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipped(log):
        append(log, "first")
        await eventually(lambda: len(server.received) == 1)
        log.write_text("another, longer than what was there\nlast\n")
        answer.set()
        await arrive(server, ["first", "another, longer than what was there", "last"])


async def test_after_copytruncate_the_rest_is_read_in_the_copy(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    answer = asyncio.Event()
    append(log, *numbered(0, 2))
    server.script.append(Reply(until=answer))
    async with shipped(log):
        await eventually(lambda: len(server.received) == 1)
        append(log, *numbered(2, 4))
        log.with_suffix(".log.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)
        append(log, *numbered(4, 6))
        answer.set()
        await arrive(server, numbered(0, 6))

    assert {record["log_file"] for record in server.stored} == {str(log)}


async def test_a_new_file_of_a_glob_and_a_new_folder_are_found(
    tmp_path: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(tmp_path / "later" / "*.log"):
        (tmp_path / "later").mkdir()
        append(tmp_path / "later" / "a.log", "a")
        append(tmp_path / "later" / "a.txt", "no")
        await arrive(server, ["a"])
        append(tmp_path / "later" / "b.log", "b")
        await arrive(server, ["a", "b"])


async def test_a_folder_that_is_made_anew_is_watched_again(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, "one")
        await arrive(server, ["one"])
        log.parent.rename(log.parent.with_name("elsewhere"))
        log.parent.mkdir()
        append(log, "two")
        await arrive(server, ["one", "two"])
        log.unlink()
        log.parent.rmdir()
        log.parent.mkdir()
        append(log, "three")
        await arrive(server, ["one", "two", "three"])


async def test_a_busy_file_does_not_keep_another_waiting(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    append(log, *numbered(0, 5_000))
    append(log.with_name("b.log"), "b")
    async with shipped(log, log.with_name("b.log")):
        await eventually(lambda: len(server.stored) == 5_001)
    assert "b" in server.lines[:2_001]


async def test_a_restart_goes_on_where_the_last_answer_was(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, *numbered(0, 3))
        await arrive(server, numbered(0, 3))
    append(log, *numbered(3, 5))
    async with shipped(log):
        await arrive(server, numbered(0, 5))


async def test_a_rotation_during_a_stop_loses_nothing(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, *numbered(0, 3))
        await arrive(server, numbered(0, 3))
    append(log, *numbered(3, 5))
    log.rename(log.with_name("app.log.1"))
    append(log, *numbered(5, 6))
    async with shipped(log) as following:
        assert following == 1
        await arrive(server, numbered(0, 6))
    assert {record["log_file"] for record in server.stored} == {str(log)}


async def test_copytruncate_during_a_stop_loses_nothing(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        append(log, *numbered(0, 3))
        await arrive(server, numbered(0, 3))
    append(log, *numbered(3, 5))
    log.with_name("app.log.1").write_bytes(log.read_bytes())
    log.write_text("line 5 of this test\n")
    async with shipped(log):
        await arrive(server, numbered(0, 6))


async def test_a_file_that_vanished_during_a_stop_is_named(
    log: Path, server: LogServer, shipped: Shipping, caplog: pytest.LogCaptureFixture
) -> None:
    async with shipped(log):
        append(log, "one")
        await arrive(server, ["one"])
    log.unlink()
    (log.parent / "neighbour").mkdir()
    async with shipped(log):
        assert f"{log} is gone; it was delivered up to byte 4" in caplog.text


async def test_a_file_renamed_within_the_glob_keeps_the_name_of_its_lines(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log.with_name("*")):
        append(log, "one")
        await arrive(server, ["one"])
        moved = log.rename(log.with_name("app.log.1"))
        append(moved, "two")
        await arrive(server, ["one", "two"])
    append(moved, "three")
    async with shipped(log.with_name("*")):
        await arrive(server, ["one", "two", "three"])
    assert {record["log_file"] for record in server.stored} == {str(log)}


async def test_a_file_that_gets_its_name_back_is_still_the_same(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    other = log.with_name("away")
    async with shipped(log):
        append(log, "one")
        await arrive(server, ["one"])
        log.rename(other)
        append(other, "two")
        await arrive(server, ["one", "two"])
        other.rename(log)
        append(log, "three")
        await arrive(server, ["one", "two", "three"])


async def test_a_quiet_rotated_file_is_let_go_with_its_unfinished_last_line(
    log: Path, tmp_path: Path, server: LogServer, shipped: Shipping
) -> None:
    impatient = ShipperOptions(rescan_every=0.02, rotated_grace=0.1, save_delay=0.01)
    async with shipped(log, options=impatient):
        log.write_text("one\nunfinished")
        await arrive(server, ["one"])
        log.rename(log.with_name("old"))
        await arrive(server, ["one", "unfinished"])
        stored = tmp_path / "state" / "positions.json"
        await eventually(lambda: '"positions": []' in stored.read_text())
        assert str(log.with_name("old")) not in open_files()


def open_files() -> set[str]:
    links = Path("/proc/self/fd").iterdir()
    return {str(link.readlink()) for link in links if link.is_symlink()}


async def test_a_line_that_is_too_long_is_set_aside_whole_and_the_others_are_sent(
    log: Path, tmp_path: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        with log.open("w") as file:
            file.write("before\n" + "x" * 1_500_000)
            file.flush()
            await arrive(server, ["before"])
            file.write("y" * 1_500_000 + "\nafter\n")
            file.flush()
            await arrive(server, ["before", "after"])

    rejected = (tmp_path / "state" / "rejected.ndjson").read_text().splitlines()
    pieces = sorted((json.loads(line) for line in rejected), key=lambda p: p["log_offset"])
    assert "".join(piece["log"] for piece in pieces) == "x" * 1_500_000 + "y" * 1_500_000
    assert pieces[0]["log_offset"] == 7
    assert "longer than 1048576 bytes" in pieces[0]["reason"]


async def test_a_file_that_cannot_be_read_is_named_once_and_tried_again(
    log: Path, server: LogServer, shipped: Shipping, caplog: pytest.LogCaptureFixture
) -> None:
    log.symlink_to("/proc/self/mem")
    async with shipped(log):
        await eventually(lambda: f"cannot read {log}" in caplog.text)
        append(log.with_name("another.log"), "an event for another look")
        log.with_name("good").write_text("one\n")
        log.with_name("good").rename(log)
        await arrive(server, ["one"])
    assert caplog.text.count("cannot read") == 1


async def test_a_writer_that_does_not_append_leaves_a_hole_that_is_not_sent(
    log: Path, tmp_path: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log):
        with log.open("w") as file:
            file.write("x" * 3_000_000 + "\nbefore\n")
            file.flush()
            await arrive(server, ["before"])
            os.truncate(log, 0)
            file.write("after\n")
            file.flush()
            await arrive(server, ["before", "after"])
    assert server.stored[-1]["log_offset"] == 3_000_008
    rejected = (tmp_path / "state" / "rejected.ndjson").read_text().splitlines()
    assert sum(len(json.loads(line)["log"]) for line in rejected) == 3_000_000


async def test_a_rotated_file_that_is_truncated_ends_and_its_new_content_is_sent(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    old = log.with_name("old")
    async with shipped(log):
        append(log, *numbered(0, 2))
        await arrive(server, numbered(0, 2))
        log.rename(old)
        append(log, *numbered(2, 3))
        await arrive(server, numbered(0, 3))
        old.write_text("again\n")
        await arrive(server, [*numbered(0, 3), "again"])


async def test_a_file_that_fails_while_it_is_read_is_named_and_tried_again(
    log: Path,
    server: LogServer,
    shipped: Shipping,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: FollowedFile) -> bool:
        raise OSError(5, "Input/output error")

    async with shipped(log):
        append(log, "one")
        await arrive(server, ["one"])
        with monkeypatch.context() as patch:
            patch.setattr(FollowedFile, "was_cut", fail)
            append(log, "two")
            await eventually(lambda: f"cannot read {log} (Input/output error)" in caplog.text)
        append(log, "three")
        await arrive(server, ["one", "two", "three"])


async def test_a_name_that_no_file_system_takes_is_waited_for_in_vain(
    log: Path, server: LogServer, shipped: Shipping
) -> None:
    async with shipped(log, log.with_name("n" * 300), log / "*" / "x.log"):
        append(log, "one")
        await arrive(server, ["one"])


async def test_the_slow_check_finds_what_made_no_event(
    log: Path, server: LogServer, shipped: Shipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileEvents, "watch_file", lambda *_: None)
    append(log, "one")
    async with shipped(log, options=ShipperOptions(rescan_every=0.05)):
        await arrive(server, ["one"])
        append(log, "two")
        await arrive(server, ["one", "two"])
