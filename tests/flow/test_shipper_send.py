"""Sending to a server that is in trouble: nothing is lost, and what happens is said once."""

# ruff: noqa: ASYNC240 -- the files are small and local

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conditions import eventually
from log_server import DROP, LogServer, Received, Reply, log_server
from shipping import BY_EVENTS, append, numbered, shipping
from stacklens.shipper.errors import BadAddressError, StateInUseError
from stacklens.shipper.fileset import FileSet
from stacklens.shipper.run import ship, ship_until_signalled
from stacklens.shipper.state import StateFolder


@pytest.fixture
async def server() -> AsyncIterator[LogServer]:
    async with log_server() as running:
        yield running


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def arrived(server: LogServer, lines: list[str]) -> None:
    await eventually(lambda: len(server.stored) >= len(lines))
    assert server.lines == lines


def set_aside(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "rejected.ndjson").read_text().splitlines()]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "shipper" in record.name]


async def test_a_server_in_trouble_gets_the_same_again_until_it_takes_it(
    log: Path, state: Path, server: LogServer, caplog: pytest.LogCaptureFixture
) -> None:
    for status in (503, 429, 500, 408, 425, 502, 504):
        server.script.append(Reply(status))
    async with shipping([log], server.url, state):
        append(log, *numbered(0, 3))
        await arrived(server, numbered(0, 3))

    assert len({request.body for request in server.received}) == 1
    assert len(server.received) == 8
    away, back = said(caplog)
    assert "answers 503" in away
    assert back.endswith("takes lines again after 7 tries")


async def test_an_answer_that_got_lost_means_the_same_bytes_again(
    log: Path, state: Path, server: LogServer
) -> None:
    server.script += [DROP, DROP]
    lines = numbered(0, 500)
    append(log, *lines)
    async with shipping([log], server.url, state):
        await eventually(lambda: len(server.stored) == 1_500)

    assert server.lines == lines * 3
    assert len({request.body for request in server.received}) == 1
    assert server.received[0].headers["content-encoding"] == "gzip"


async def test_a_server_that_is_away_is_waited_for(
    log: Path, state: Path, server: LogServer, caplog: pytest.LogCaptureFixture
) -> None:
    await server.stop()
    async with shipping([log], server.url, state):
        append(log, "one")
        await eventually(lambda: said(caplog))
        append(log, "two")
        log.rename(log.with_name("app.log.1"))
        append(log, "three")
        await server.start()
        await arrived(server, ["one", "two", "three"])

    assert "does not answer: ConnectError" in said(caplog)[0]


async def test_retry_after_is_the_least_time_to_the_next_try(
    log: Path, state: Path, server: LogServer
) -> None:
    server.script.append(Reply(503, {"Retry-After": "1"}))
    async with shipping([log], server.url, state):
        append(log, "one")
        await arrived(server, ["one"])

    first, second = server.received
    assert second.at - first.at >= 1.0


async def test_a_wrong_key_is_said_loudly_once_and_tried_on(
    log: Path, state: Path, server: LogServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.script += [Reply(401, body="sign  in\nfirst")] * 3 + [Reply(404), Reply(503), Reply(500)]
    async with shipping([log], server.url, state, key="wrong"):
        append(log, "one")
        await arrived(server, ["one"])

    levels = [record.levelno for record in caplog.records if "shipper" in record.name]
    assert levels == [logging.ERROR, logging.ERROR, logging.WARNING, logging.WARNING]
    assert "answers 401 Scripted: sign in first; lines wait" in said(caplog)[0]
    assert "wrong" not in said(caplog)[0]


def too_large_from(size: int) -> Any:
    def judge(request: Received) -> Reply:
        return Reply(413 if sum(len(r["log"]) for r in request.records) >= size else 200)

    return judge


async def test_a_batch_that_is_too_large_is_halved_until_it_passes(
    log: Path, state: Path, server: LogServer
) -> None:
    server.judge = too_large_from(10 * len("line 10 of this test"))
    lines = numbered(10, 90)
    append(log, *lines)
    async with shipping([log], server.url, state):
        await arrived(server, lines)

    assert not (state / "rejected.ndjson").exists()


async def test_a_single_line_that_is_too_large_is_set_aside_and_the_rest_is_sent(
    log: Path, state: Path, server: LogServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.judge = too_large_from(1_000)
    append(log, "a", "x" * 5_000, "b")
    async with shipping([log], server.url, state):
        await arrived(server, ["a", "b"])

    (entry,) = set_aside(state)
    assert (entry["log"], entry["log_file"], entry["log_offset"]) == ("x" * 5_000, str(log), 2)
    assert "413" in entry["reason"]
    assert f"5000 bytes of {log} at byte 2 were set aside" in caplog.text


@pytest.mark.parametrize("status", [400, 422])
async def test_a_line_that_the_server_cannot_take_is_found_and_set_aside(
    log: Path, state: Path, server: LogServer, status: int
) -> None:
    def judge(request: Received) -> Reply:
        bad = any(record["log"] == "bad" for record in request.records)
        return Reply(status, body="no sense") if bad else Reply()

    server.judge = judge
    append(log, *numbered(0, 300), "bad", *numbered(300, 500), "bad")
    async with shipping([log], server.url, state):
        await arrived(server, numbered(0, 500))
        await eventually(lambda: len(set_aside(state)) == 2)

    assert {entry["reason"] for entry in set_aside(state)} == {
        f"{server.url}/api/logs answers {status} Scripted: no sense"
    }


async def test_a_server_that_refuses_everything_is_not_believed(
    log: Path, state: Path, server: LogServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.judge = lambda _: Reply(400, body="plain HTTP sent to an HTTPS port")
    append(log, *numbered(0, 200))
    async with shipping([log], server.url, state):
        await eventually(lambda: "line after line" in caplog.text)
        server.judge = lambda _: Reply()
        await arrived(server, numbered(10, 200))

    assert [entry["log"] for entry in set_aside(state)] == numbered(0, 10)


async def test_a_line_that_cannot_be_set_aside_waits(
    log: Path,
    state: Path,
    server: LogServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StateFolder, "rejected", property(lambda _: Path("/dev/full")))
    append(log, "x" * 100, "after")
    async with shipping([log], server.url, state, options=replace(BY_EVENTS, line_bytes=50)):
        await eventually(lambda: "cannot set lines aside: [Errno 28]" in caplog.text)
        assert server.stored == []
        monkeypatch.undo()
        await arrived(server, ["after"])

    assert set_aside(state)[0]["log"] == "x" * 100


async def test_positions_that_cannot_be_written_do_not_stop_the_lines(
    log: Path,
    state: Path,
    server: LogServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StateFolder, "positions", property(lambda _: Path("/proc/none/x.json")))
    async with shipping([log], server.url, state):
        append(log, "one")
        await arrived(server, ["one"])

    assert sum("cannot save positions" in line for line in said(caplog)) == 1


async def test_positions_are_on_disk_soon_after_the_answer(
    log: Path, state: Path, server: LogServer
) -> None:
    def stored() -> list[int]:
        document = json.loads((state / "positions.json").read_text())
        return [position["offset"] for position in document["positions"]]

    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipping([log], server.url, state):
        append(log, "12345")
        await eventually(lambda: server.received)
        assert stored() == [0]  # known before its first line leaves
        answer.set()
        await eventually(lambda: stored() == [6])


async def test_what_is_on_its_way_at_the_end_is_finished_and_remembered(
    log: Path, state: Path, server: LogServer
) -> None:
    answer = asyncio.Event()
    server.script.append(Reply(until=answer))
    async with shipping([log], server.url, state):
        append(log, "one")
        await eventually(lambda: server.received)
        asyncio.get_running_loop().call_later(0.1, answer.set)
    append(log, "two")
    async with shipping([log], server.url, state):
        await arrived(server, ["one", "two"])


async def test_a_server_that_does_not_answer_holds_the_end_up_only_so_long(
    log: Path, state: Path, server: LogServer
) -> None:
    never = asyncio.Event()
    server.script.append(Reply(until=never))
    loop = asyncio.get_running_loop()
    async with shipping([log], server.url, state, options=replace(BY_EVENTS, stop_grace=0.1)):
        append(log, "one")
        await eventually(lambda: server.received)
        stopped_at = loop.time()
    assert 0.1 <= loop.time() - stopped_at < 2
    async with shipping([log], server.url, state):
        await arrived(server, ["one"])
    never.set()


async def test_a_pause_between_tries_does_not_hold_the_end_up(
    log: Path, state: Path, server: LogServer
) -> None:
    server.script.append(Reply(503, {"Retry-After": "3000"}))
    async with shipping([log], server.url, state):
        append(log, "one")
        await eventually(lambda: server.received)


async def test_mistakes_are_refused_before_anything_starts(
    log: Path, state: Path, server: LogServer
) -> None:
    with pytest.raises(BadAddressError):
        async with shipping([log], "nowhere", state):
            pass
    async with shipping([log], server.url, state):
        with pytest.raises(StateInUseError):
            async with shipping([log], server.url, state):
                pass


async def test_whoever_cancels_the_shipper_hears_of_it(log: Path, state: Path) -> None:
    task = asyncio.create_task(ship_until_signalled([str(log)], "http://127.0.0.1:9", state=state))
    await eventually((state / "positions.json").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_another_machine_may_be_reached_through_a_proxy_but_not_this_one(
    log: Path, state: Path, server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    append(log, "one")
    async with shipping([log], "http://logs.invalid/in", state):
        await arrived(server, ["one"])
    assert server.received[0].target == "http://logs.invalid/in"

    append(log, "two")
    async with shipping([log], f"http://localhost:{server.port}", state):
        await arrived(server, ["one", "two"])
    assert server.received[1].target == "/api/logs"


async def test_a_part_that_breaks_ends_the_whole(
    log: Path, state: Path, server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(FileSet, "delivered", broken)
    append(log, "one")
    with pytest.raises(RuntimeError, match="a bug"):
        await ship([str(log)], server.url, state=state, options=BY_EVENTS)
