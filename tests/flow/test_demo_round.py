"""The round of `demo --once` in a world where steps go wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from api.serving import served
from stacklens.cli.demo import Addresses, shop_program
from stacklens.cli.demo_round import LiveStream, RoundFailedError, Steps, go_round
from stacklens.cli.terminal import Failure

CODES = {"p2": "PRICE_MISSING", "p999": "PRODUCT_NOT_FOUND"}
STATUS = {"p1": 201, "p2": 400, "p999": 404}


@dataclass
class World:
    """Till, console and Jira in one, behaving as told."""

    delay: float = 0.0
    acknowledged: str = "ACKNOWLEDGED"
    ticket: str = "created"
    key: str = "SHOP-1"
    known_key: str = "SHOP-1"
    pongs: list[str] = field(default_factory=list)
    events: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/order", self.order, methods=["POST"]),
                Route("/api/alerts/{id}/acknowledge", self.acknowledge, methods=["POST"]),
                Route("/api/alerts/{id}/ticket", self.make_ticket, methods=["POST"]),
                Route("/rest/api/3/issue/{key}", self.issue),
                WebSocketRoute("/ws", self.stream),
            ]
        )

    async def order(self, request: Request) -> JSONResponse:
        product = (await request.json())["product_id"]
        if product in CODES:
            await self.events.put(self.event("alert:created", CODES[product], None))
        return JSONResponse({}, STATUS[product])

    async def acknowledge(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": self.acknowledged})

    async def make_ticket(self, _: Request) -> JSONResponse:
        await self.events.put(self.event("alert:updated", "PRICE_MISSING", "pending"))
        await self.events.put(self.event("alert:updated", "PRICE_MISSING", self.ticket))
        return JSONResponse({}, 202)

    async def issue(self, _: Request) -> JSONResponse:
        return JSONResponse({"key": self.known_key, "fields": {"summary": "s"}})

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({"type": "hello"})
        await socket.send_json({"type": "ping"})
        sending = asyncio.create_task(self.send_events(socket))
        async for text in socket.iter_text():
            self.pongs.append(text)
        sending.cancel()

    async def send_events(self, socket: WebSocket) -> None:
        while True:
            event = await self.events.get()
            await asyncio.sleep(self.delay)
            await socket.send_json({"type": "events", "events": [event]})

    def event(self, kind: str, code: str, state: str | None) -> dict[str, object]:
        key = self.key if state == "created" else None
        row = {"id": code, "issue_code": code, "ticket_state": state, "jira_issue_key": key}
        return {"type": kind, "data": row}


@asynccontextmanager
async def addresses_of(world: World) -> AsyncIterator[Addresses]:
    async with served(world.application()) as server:
        yield Addresses(till=server.http, console=server.http, jira=server.http)


async def said_in(world: World) -> list[str]:
    said: list[str] = []
    async with addresses_of(world) as addresses:
        await go_round(addresses, Steps(said.append))
    return said


async def test_a_round_where_all_goes_well_answers_pings_and_tells_every_step() -> None:
    world = World()
    said = await said_in(world)
    assert said[-1].endswith("SHOP-1 is in Jira: s")
    assert len(said) == 10
    assert [json.loads(pong) for pong in world.pongs] == [{"type": "pong"}]


async def test_an_alert_that_takes_longer_than_the_aim_is_worth_a_hint() -> None:
    said = await said_in(World(delay=0.2))
    assert sum("over 150 ms" in line for line in said) == 2


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (World(acknowledged="NEW"), "the alert is NEW after it was acknowledged"),
        (World(ticket="failed"), "the ticket is failed"),
        (World(key=""), "the ticket is created"),
        (World(known_key="SHOP-2"), "Jira does not know SHOP-1"),
    ],
)
async def test_a_step_that_goes_wrong_ends_the_round(world: World, words: str) -> None:
    with pytest.raises(RoundFailedError, match=words):
        await said_in(world)


async def test_an_answer_that_is_not_the_expected_one_is_shown() -> None:
    async with addresses_of(World()) as right:
        wrong = Addresses(till=f"{right.till}/nowhere", console=right.console, jira=right.jira)
        with pytest.raises(RoundFailedError, match="answers 404 instead of 201: Not Found"):
            await go_round(wrong, Steps(print))


async def test_a_till_that_is_gone_is_named() -> None:
    async with addresses_of(World()) as right:
        wrong = Addresses(till="http://127.0.0.1:1", console=right.console, jira=right.jira)
        with pytest.raises(RoundFailedError, match=r"POST http://127.0.0.1:1/order: ConnectError"):
            await go_round(wrong, Steps(print))


async def test_an_alert_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async with addresses_of(World()) as addresses, LiveStream.open(addresses.console) as live:
        with pytest.raises(RoundFailedError, match="an alert: not within 0 s"):
            await live.first("an alert", lambda _: True, within=0.1)


def test_a_shop_that_is_not_built_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="run `make setup`"):
        shop_program({}, tmp_path, 0, shop=tmp_path)


def test_a_shop_without_node_is_told(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "server.js").touch()
    with pytest.raises(Failure, match="Node 20 or newer"):
        shop_program({"PATH": str(tmp_path)}, tmp_path, 0, shop=tmp_path)
