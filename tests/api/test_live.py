"""The live stream over a real server and real sockets."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.alerting import NOW, a_finding, record
from api.serving import BUILD, MakeApp, Served, served
from api.streaming import Watcher
from conditions import eventually
from stacklens.alerts import verbs
from stacklens.alerts.record import record_findings
from stacklens.alerts.stream import position
from stacklens.api.feed import Feed
from stacklens.api.live import LiveRoutes
from stacklens.auth.authenticator import SESSION_S, Authenticator
from stacklens.db.tables import alert_stream, alerts
from stacklens.domain.alert import Verb

NOBODY = UUID(int=0)

pytestmark = pytest.mark.usefixtures("deadline")


@pytest.fixture
async def server(make_app: MakeApp, feed: Feed) -> AsyncIterator[Served]:
    """An open server that follows the stream."""
    async with served(make_app()) as server, feed.following():
        await following(feed)
        yield server


async def following(feed: Feed) -> None:
    """Wait until the feed knows where the stream stands."""
    await eventually(lambda: feed._position)


async def here(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        return str(await position(connection))


async def close_code(socket: Any) -> int:
    """The code with which the server closes."""
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()
    code: int = socket.close_code
    return code


async def test_the_first_frame_says_where_the_stream_goes_on(
    server: Served, feed: Feed, engine: AsyncEngine
) -> None:
    await record(engine, a_finding())
    now = await here(engine)
    await eventually(lambda: str(feed._position) == now)
    watcher = Watcher()
    async with watcher.connected(server.ws):
        hello = watcher.frames[0]
    assert (hello["v"], hello["build"], hello["heartbeat_ms"]) == (1, BUILD, 15_000)
    assert watcher.position == now


async def test_a_new_alert_and_its_changes_arrive_as_whole_rows(
    server: Served, engine: AsyncEngine
) -> None:
    async with Watcher().connected(server.ws) as watcher:
        [one] = await record(engine, a_finding())
        created = await watcher.until("events")
        async with engine.begin() as connection:
            await verbs.apply(connection, one, Verb.ACKNOWLEDGE, actor="local", now=NOW)
        updated = await watcher.until("events")
    assert [event["type"] for event in created["events"]] == ["alert:created"]
    assert [event["type"] for event in updated["events"]] == ["alert:updated"]
    assert updated["events"][0]["data"]["status"] == "ACKNOWLEDGED"
    assert updated["events"][0]["data"]["raw_log"]["product_id"] == "p2"


async def test_without_since_the_past_is_not_sent(
    server: Served, feed: Feed, engine: AsyncEngine
) -> None:
    await record(engine, a_finding("old"))
    await eventually(lambda: feed._position and feed._position.seq == 1)
    async with Watcher().connected(server.ws) as watcher:
        await record(engine, a_finding("new"))
        await watcher.until("events")
    assert [row["group"]["product_id"] for row in watcher.rows.values()] == ["new"]


async def test_a_client_that_was_away_gets_what_it_missed(
    server: Served, engine: AsyncEngine
) -> None:
    [one] = await record(engine, a_finding("p1"))
    watcher = Watcher(await here(engine))
    watcher.rows[str(one)] = {}
    await record(engine, a_finding("p1"), a_finding("p2"))
    async with watcher.connected(server.ws):
        await watcher.until("events")
    assert [(event["type"], event["data"]["count"]) for event in watcher.events] == [
        ("alert:updated", 2),
        ("alert:created", 1),
    ]


async def test_what_happened_before_this_process_started_is_replayed_too(
    make_app: MakeApp, feed: Feed, engine: AsyncEngine
) -> None:
    watcher = Watcher(await here(engine))
    await record(engine, *(a_finding(f"p{number}") for number in range(5)))
    async with served(make_app()) as server, feed.following():
        await following(feed)
        async with watcher.connected(server.ws):
            await watcher.until_seq(5)
    assert len(watcher.rows) == 5


async def test_a_position_that_only_the_api_has_seen_yet_is_not_refused(
    server: Served, feed: Feed, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        # Numbers without a row, as an idempotent click leaves them, and no wake-up.
        await connection.execute(update(alert_stream).values(seq=7))
    watcher = Watcher(await here(engine))
    async with watcher.connected(server.ws):
        await record(engine, a_finding())
        await watcher.until("events")
    assert watcher.resyncs == 0
    assert watcher.seq == 8


@pytest.mark.parametrize(
    "since", ["other-epoch:0", "nonsense", "", "x:-1", "{epoch}:999", "{epoch}:", "\0:1"]
)
async def test_a_position_of_no_use_makes_the_client_reload(
    server: Served, feed: Feed, engine: AsyncEngine, since: str
) -> None:
    await record(engine, a_finding())
    now = await here(engine)
    await eventually(lambda: str(feed._position) == now)
    watcher = Watcher(since.format(epoch=now.rpartition(":")[0]))
    async with watcher.connected(server.ws):
        await watcher.until("resync")
        assert watcher.position == now
        await record(engine, a_finding("later"))
        await watcher.until("events")
    assert [event["type"] for event in watcher.events] == ["alert:created"]


async def test_too_much_to_replay_makes_the_client_reload(
    make_app: MakeApp, engine: AsyncEngine, database_url: str
) -> None:
    feed = Feed(engine, database_url, max_behind=3)
    watcher, beginning = Watcher(await here(engine)), await here(engine)
    await record(engine, *(a_finding(f"p{number}") for number in range(3)))
    app = make_app(live=LiveRoutes(feed, build=BUILD))
    async with served(app) as server, feed.following():
        await following(feed)
        async with watcher.connected(server.ws):
            await watcher.until("events")
            assert len(watcher.rows) == 3
            await record(engine, a_finding("p3"))
            await watcher.until("events")
        late = Watcher(beginning)
        async with late.connected(server.ws):
            await late.until("resync")


async def test_a_burst_too_large_for_the_feed_makes_everybody_reload(
    make_app: MakeApp, engine: AsyncEngine, database_url: str
) -> None:
    feed = Feed(engine, database_url, max_behind=3)
    app = make_app(live=LiveRoutes(feed, build=BUILD))
    async with served(app) as server, feed.following():
        await following(feed)
        async with Watcher().connected(server.ws) as watcher:
            await record(engine, *(a_finding(f"p{number}") for number in range(4)))
            await watcher.until("resync")
            await record(engine, a_finding("p9"))
            await watcher.until("events")
    assert (watcher.seq, next(iter(watcher.rows.values()))["group"]["product_id"]) == (5, "p9")


async def test_another_epoch_of_the_stream_makes_everybody_reload(
    server: Served, engine: AsyncEngine
) -> None:
    await record(engine, a_finding())
    async with Watcher().connected(server.ws) as watcher:
        async with engine.begin() as connection:
            # As after restoring a backup: numbers start again, and are other numbers.
            await connection.execute(update(alert_stream).values(epoch="restored", seq=0))
        # An idempotent click: a number and a wake-up without a row.
        async with engine.begin() as connection:
            await verbs.apply(connection, NOBODY, Verb.REOPEN, actor="local", now=NOW)
        await watcher.until("resync")
        assert watcher.position == "restored:1"


async def test_updates_of_one_alert_are_merged_and_keep_their_pace(
    server: Served, engine: AsyncEngine
) -> None:
    async with Watcher().connected(server.ws) as watcher:
        started = time.monotonic()
        for _ in range(60):
            await record(engine, a_finding())
        await watcher.until_seq(60)
        took = time.monotonic() - started
    assert next(iter(watcher.rows.values()))["count"] == 60
    assert len(watcher.frames) - 1 <= 2 + took / 0.05


async def test_a_new_alert_does_not_wait_for_the_pace_of_updates(
    server: Served, engine: AsyncEngine
) -> None:
    app_pause = 0.05
    gaps = []
    async with Watcher().connected(server.ws) as watcher:
        for number in range(10):
            await record(engine, a_finding("known"))
            await watcher.until("events")
            started = time.monotonic()
            await record(engine, a_finding(f"new {number}"))
            await watcher.until("events")
            gaps.append(time.monotonic() - started)
    assert sorted(gaps)[len(gaps) // 2] < app_pause


@pytest.mark.parametrize("forgets", [False, True], ids=["from memory", "from the database"])
async def test_slow_and_fast_writers_with_clients_that_come_and_go_leave_no_gap(
    server: Served, feed: Feed, engine: AsyncEngine, *, forgets: bool
) -> None:
    choose = random.Random(7)
    watchers = [Watcher(await here(engine)) for _ in range(4)]
    is_over = asyncio.Event()

    async def write(seed: int) -> None:
        dice = random.Random(seed)
        for number in range(40):
            # Half of them are never heard of again: nothing later makes good for a lost one.
            name = f"{seed}-{number}" if dice.random() < 0.5 else f"p{dice.randrange(12)}"
            async with engine.begin() as connection:
                await record_findings(connection, [a_finding(name)], NOW)
                if dice.random() < 0.3:
                    await asyncio.sleep(dice.random() * 0.02)  # a slow transaction

    async def watch(watcher: Watcher) -> None:
        while not is_over.is_set():
            if forgets and feed._position is not None:
                feed._recent.clear()
                feed._recent_after = feed._position.seq
            async with watcher.connected(server.ws):
                try:
                    async with asyncio.timeout(choose.random() * 0.04):
                        while True:
                            await watcher.frame()
                except TimeoutError:
                    continue

    watching = [asyncio.create_task(watch(watcher)) for watcher in watchers]
    await asyncio.gather(*(write(seed) for seed in range(4)))
    is_over.set()
    await asyncio.gather(*watching)
    stands = int((await here(engine)).rpartition(":")[2])
    async with engine.connect() as connection:
        found = (await connection.execute(select(alerts.c.id, alerts.c.seq, alerts.c.count))).all()
    truth = {str(row.id): (row.seq, row[2]) for row in found}
    for watcher in watchers:
        async with watcher.connected(server.ws):
            await watcher.until_seq(stands)
        seen = {row["id"]: (row["seq"], row["count"]) for row in watcher.rows.values()}
        assert seen == truth
        assert watcher.resyncs == 0
        created = [event for event in watcher.events if event["type"] == "alert:created"]
        assert len(created) == len(truth)


async def test_a_client_that_does_not_read_is_let_go_and_the_others_go_on(
    make_app: MakeApp, engine: AsyncEngine, database_url: str
) -> None:
    feed = Feed(engine, database_url, max_behind=5)
    app = make_app(live=LiveRoutes(feed, build=BUILD))
    filler = {"message": "x" * 30_000}
    async with served(app) as server, feed.following():
        await following(feed)
        async with connect(server.ws, ping_interval=None, max_queue=1) as slow:
            async with Watcher().connected(server.ws) as quick:
                number = 0
                while len(feed._subscribers) == 2:
                    number += 1
                    await record(engine, a_finding(f"p{number}", fields=dict(filler)))
                    await quick.until("events")
                assert quick.resyncs == 0
            assert await close_code(slow) == 4408


class TestHeartbeat:
    @pytest.fixture
    async def server(self, make_app: MakeApp, feed: Feed) -> AsyncIterator[Served]:
        app = make_app(live=LiveRoutes(feed, build=BUILD, heartbeat=0.05))
        async with served(app) as server, feed.following():
            await following(feed)
            yield server

    async def test_a_client_that_answers_stays(self, server: Served) -> None:
        async with Watcher().connected(server.ws) as watcher:
            for _ in range(8):
                await watcher.until("ping")

    async def test_a_client_that_is_silent_is_let_go(self, server: Served) -> None:
        async with connect(server.ws, ping_interval=None) as socket:
            assert await close_code(socket) == 4408

    async def test_rubbish_is_a_sign_of_life_and_nothing_else(self, server: Served) -> None:
        async with Watcher().connected(server.ws) as watcher:
            assert watcher._socket is not None
            for rubbish in ("", "{", "\0", '{"type":"resync"}', b"\xff\xfe", "[" * 5_000):
                await watcher._socket.send(rubbish)
                await watcher.until("ping")


class TestKey:
    @pytest.fixture
    async def app(self, make_app: MakeApp, feed: Feed) -> FastAPI:
        return make_app(key="secret", live=LiveRoutes(feed, build=BUILD, heartbeat=0.05))

    @pytest.fixture
    async def server(self, app: FastAPI, feed: Feed) -> AsyncIterator[Served]:
        async with served(app) as server, feed.following():
            await following(feed)
            yield server

    async def test_without_a_key_the_socket_is_closed_after_accepting(self, server: Served) -> None:
        async with connect(server.ws) as socket:
            assert await close_code(socket) == 4401

    async def test_the_key_opens_it(self, server: Served) -> None:
        headers = {"Authorization": "Bearer secret"}
        async with Watcher().connected(server.ws, additional_headers=headers) as watcher:
            await watcher.until("ping")

    async def test_a_session_opens_it_until_it_is_over(self, server: Served) -> None:
        token = Authenticator("secret").sign_in("secret", time.time() - SESSION_S + 1)
        headers = {"Cookie": f"stacklens_session={token}"}
        async with Watcher().connected(server.ws, additional_headers=headers) as watcher:
            await watcher.until("ping")
            assert await watcher.close_code() == 4401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_gets_no_socket(server: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(server.ws, additional_headers={"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nothing", "/api/alerts", "/"])
async def test_there_is_no_socket_elsewhere(server: Served, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(server.ws.removesuffix("/ws") + path):
            pass
    assert refused.value.response.status_code == 404


async def test_our_own_page_gets_a_socket(server: Served) -> None:
    async with Watcher().connected(server.ws, additional_headers={"Origin": server.http}):
        pass


async def test_clients_are_told_when_the_server_goes_away(make_app: MakeApp, feed: Feed) -> None:
    async with served(make_app()) as server:
        async with AsyncExitStack() as stack:
            async with feed.following():
                await following(feed)
                socket = await stack.enter_async_context(connect(server.ws))
                goodbye = asyncio.create_task(close_code(socket))
            assert await goodbye == 1012
        async with connect(server.ws) as late:
            assert '"bye"' in str(await late.recv())
            assert await close_code(late) == 1012


async def test_an_outage_of_the_database_is_outlasted_without_a_gap(
    server: Served,
    engine: AsyncEngine,
    postgres_url: str,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Watcher().connected(server.ws) as watcher:
        await record(engine, a_finding("before"))
        await watcher.until("events")
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [make_url(database_url).database],
            )
        await record(engine, a_finding("meanwhile"))
        await watcher.until("events")
    assert len(watcher.rows) == 2
    assert "live_failed" in [line.getMessage() for line in caplog.records]
