"""One round through the whole chain: a sale fails, the alert is on the socket, a ticket in Jira."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from stacklens.cli.demo import Addresses
from stacklens.cli.supervisor import Say
from stacklens.jira_sandbox.sandbox import Account

ALERT_AIM_MS = 150.0
"""From the till's answer to the frame, the shipper included; more is worth a hint."""

STEP_SECONDS = 10.0
"""The bar of the contract for one step (phase-1: the alert is there within 10 s)."""

Row = Mapping[str, Any]
"""An alert as the API and the socket give it."""


class RoundFailedError(Exception):
    """A step did not happen; the text says which."""


class Steps:
    """Prints what happened, each with its milliseconds."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._since = time.perf_counter()

    def done(self, text: str, milliseconds: float | None = None) -> None:
        """`milliseconds` since the previous step, unless they were measured more exactly."""
        now = time.perf_counter()
        took = (now - self._since) * 1000 if milliseconds is None else milliseconds
        self._since = now
        self._say(f"{took:9.1f} ms  {text}")

    def hint(self, text: str) -> None:
        self._say(f"              {text}")


@dataclass(frozen=True)
class Seen:
    """One event of the live stream and the perf_counter at its arrival."""

    at: float
    type: str
    row: Row


class LiveStream:
    """What came over the socket since it was opened."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._seen: list[Seen] = []
        self._more = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def open(cls, console: str) -> AsyncIterator["LiveStream"]:
        """Connect, wait for the greeting, and read until the block ends."""
        address = console.replace("http", "ws", 1) + "/ws"
        # No proxy: everything is on this machine, whatever the environment says.
        async with connect(address, proxy=None, max_size=None) as socket:
            stream = cls(socket)
            async with asyncio.timeout(STEP_SECONDS):
                await socket.recv()
            reading = asyncio.create_task(stream._read())
            try:
                yield stream
            finally:
                reading.cancel()

    async def _read(self) -> None:
        async for frame in self._socket:
            at = time.perf_counter()
            message = json.loads(frame)
            if message["type"] == "ping":
                await self._socket.send('{"type":"pong"}')
            async with self._more:
                self._seen += [
                    Seen(at, event["type"], event["data"]) for event in message.get("events", ())
                ]
                self._more.notify_all()

    async def first(
        self, what: str, wanted: Callable[[Seen], bool], within: float = STEP_SECONDS
    ) -> Seen:
        """The first event that is wanted; raises RoundFailedError when it does not come."""

        def found() -> list[Seen]:
            return [seen for seen in self._seen if wanted(seen)]

        try:
            async with asyncio.timeout(within), self._more:
                return (await self._more.wait_for(found))[0]
        except TimeoutError:
            raise RoundFailedError(f"{what}: not within {within:.0f} s") from None


async def go_round(addresses: Addresses, steps: Steps) -> None:
    """Do every step in turn; raises RoundFailedError at the first one that does not happen."""
    async with (
        httpx.AsyncClient(timeout=STEP_SECONDS, trust_env=False) as client,
        LiveStream.open(addresses.console) as live,
    ):
        steps.done("the console listens")
        await _sell(client, addresses.till, "p1", 201, steps)
        alert = await _fail(client, live, addresses.till, "p2", 400, "PRICE_MISSING", steps)
        await _fail(client, live, addresses.till, "p999", 404, "PRODUCT_NOT_FOUND", steps)
        await _acknowledge(client, addresses.console, alert, steps)
        key = await _ticket(client, live, addresses.console, alert, steps)
        await _look_in_jira(client, addresses.jira, key, steps)


async def _sell(
    client: httpx.AsyncClient, till: str, product: str, expected: int, steps: Steps
) -> float:
    """Order at the till; the perf_counter at its answer."""
    order = {"product_id": product, "user_id": "demo"}
    answer = await _ask(client, "POST", f"{till}/order", expected, json=order)
    answered = time.perf_counter()
    steps.done(f"the till answers {answer.status_code} to an order of {product}")
    return answered


async def _fail(
    client: httpx.AsyncClient,
    live: LiveStream,
    till: str,
    product: str,
    expected: int,
    code: str,
    steps: Steps,
) -> Row:
    """Order what cannot be sold, and wait for the alert of it."""
    answered = await _sell(client, till, product, expected, steps)
    event = await live.first(
        f"{code} on the socket",
        lambda seen: seen.type == "alert:created" and seen.row["issue_code"] == code,
    )
    took = (event.at - answered) * 1000
    steps.done(f"{code} is on the socket, counted from the till's answer", took)
    if took > ALERT_AIM_MS:
        steps.hint(f"over {ALERT_AIM_MS:.0f} ms: a busy machine or a slow disk? docs/how-to")
    return event.row


async def _acknowledge(client: httpx.AsyncClient, console: str, alert: Row, steps: Steps) -> None:
    answer = await _ask(client, "POST", f"{console}/api/alerts/{alert['id']}/acknowledge", 200)
    if answer.json()["status"] != "ACKNOWLEDGED":
        raise RoundFailedError(f"the alert is {answer.json()['status']} after it was acknowledged")
    steps.done(f"{alert['issue_code']} is acknowledged")


async def _ticket(
    client: httpx.AsyncClient, live: LiveStream, console: str, alert: Row, steps: Steps
) -> str:
    await _ask(client, "POST", f"{console}/api/alerts/{alert['id']}/ticket", 202)
    steps.done("a ticket is asked for")
    event = await live.first(
        "the ticket on the socket",
        lambda seen: (
            seen.row["id"] == alert["id"] and seen.row["ticket_state"] not in (None, "pending")
        ),
    )
    state, key = event.row["ticket_state"], event.row["jira_issue_key"]
    if state != "created" or not key:
        raise RoundFailedError(f"the ticket is {state}")
    steps.done(f"the ticket is made: {key}")
    return str(key)


async def _look_in_jira(client: httpx.AsyncClient, jira: str, key: str, steps: Steps) -> None:
    account = Account()
    answer = await _ask(
        client, "GET", f"{jira}/rest/api/3/issue/{key}", 200, auth=(account.user, account.token)
    )
    if answer.json().get("key") != key:
        raise RoundFailedError(f"Jira does not know {key}")
    steps.done(f"{key} is in Jira: {answer.json()['fields']['summary']}")


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    expected: int,
    *,
    json: object = None,
    auth: tuple[str, str] | None = None,
) -> httpx.Response:
    try:
        answer = await client.request(method, url, json=json, auth=auth)
    except httpx.HTTPError as error:
        raise RoundFailedError(f"{method} {url}: {type(error).__name__} {error}") from error
    if answer.status_code != expected:
        said = f"{answer.status_code} instead of {expected}: {answer.text[:200]}"
        raise RoundFailedError(f"{method} {url} answers {said}")
    return answer
