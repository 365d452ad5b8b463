"""The live stream over WebSocket: /ws?since=<epoch>:<seq>."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from stacklens.alerts.stream import Position
from stacklens.api import frames
from stacklens.api.clock import utc_now
from stacklens.api.feed import RESTART, Ending, Feed, NotFollowingError, Subscription
from stacklens.auth.http import Who, who
from stacklens.telemetry import Action, log

HEARTBEAT_S: Final = 15.0
SILENT_BEATS: Final = 2.5
"""A client that has said nothing for so many beats is gone."""

CLOSE_S: Final = 2.0
"""How long a client may take to hear why it is let go."""

SIGN_IN: Final = Ending(4401, "sign in")
SILENT: Final = Ending(4408, "silent for too long")
NOWHERE: Final = Position("", 0)
"""In no epoch: whoever comes from here reloads."""


class LiveRoutes:
    """The WebSocket route."""

    def __init__(
        self,
        feed: Feed,
        *,
        build: str,
        heartbeat: float = HEARTBEAT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`heartbeat` is in seconds, `clock` in seconds from anywhere."""
        self._feed = feed
        self._build = build
        self._heartbeat = heartbeat
        self._clock = clock

    def router(self) -> APIRouter:
        """The route, for the app."""
        router = APIRouter()
        router.add_api_websocket_route("/ws", self.live)
        return router

    async def live(self, socket: WebSocket) -> None:
        """Hello, what was missed, then what happens, until one of both goes away."""
        # Closing before accepting would reach a browser as 1006, and it would try again for ever.
        await socket.accept()
        try:
            ending = await self._serve(socket)
            if ending is not None:
                await _close(socket, ending)
        except WebSocketDisconnect:
            return

    async def _serve(self, socket: WebSocket) -> Ending | None:
        """Serve until the end; None when the client went by itself."""
        is_signed_in = who(socket)
        if is_signed_in() is None:
            return SIGN_IN
        try:
            async with self._feed.subscribe(_since(socket)) as subscription:
                await socket.send_text(
                    frames.hello(subscription.position, self._heartbeat, utc_now(), self._build)
                )
                connection = _Connection(
                    socket, subscription, is_signed_in, self._heartbeat, self._clock
                )
                return await connection.serve()
        except (NotFollowingError, SQLAlchemyError, psycopg.Error) as error:
            log(Action.CLIENT_CLOSED, error=error)
            return RESTART


class _Connection:
    """One client: what it says is a sign of life, whatever it is; what happens goes to it."""

    def __init__(
        self,
        socket: WebSocket,
        subscription: Subscription,
        is_signed_in: Who,
        heartbeat: float,
        clock: Callable[[], float],
    ) -> None:
        self._socket = socket
        self._subscription = subscription
        self._is_signed_in = is_signed_in
        self._heartbeat = heartbeat
        self._clock = clock
        self._heard_at = clock()

    async def serve(self) -> Ending | None:
        """Until the client goes (None), or there is a reason to let it go."""
        ended = self._subscription.ended
        work = [
            asyncio.create_task(part) for part in (self._hear(), self._send_news(), self._watch())
        ]
        try:
            first: list[asyncio.Future[Any]] = [ended, *work]
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            outcomes = await asyncio.gather(*work, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome
        return ended.result() if ended.done() else None

    async def _hear(self) -> None:
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            self._heard_at = self._clock()

    async def _send_news(self) -> None:
        subscription = self._subscription
        while True:
            await subscription.news.wait()
            subscription.news.clear()
            if subscription.must_resync:
                subscription.must_resync = False
                await self._socket.send_text(frames.resync(subscription.position))
            while (due := subscription.outbox.due()) is not None:
                if due > (now := self._clock()):
                    await self._wait_for_more(due - now)
                    continue
                await self._socket.send_text(frames.events(subscription.outbox.take(now)))

    async def _wait_for_more(self, seconds: float) -> None:
        """Until a frame may go, or until something came that may go at once."""
        try:
            async with asyncio.timeout(seconds):
                await self._subscription.news.wait()
                self._subscription.news.clear()
        except TimeoutError:
            return

    async def _watch(self) -> None:
        """Ping, and end the connection when the client is silent or its session is over."""
        next_ping = self._clock() + self._heartbeat
        while True:
            silent_at = self._heard_at + SILENT_BEATS * self._heartbeat
            await asyncio.sleep(max(0.0, min(next_ping, silent_at) - self._clock()))
            now = self._clock()
            if now >= self._heard_at + SILENT_BEATS * self._heartbeat:
                self._subscription.end(SILENT)
            if now < next_ping:
                continue
            if self._is_signed_in() is None:
                self._subscription.end(SIGN_IN)
            next_ping = now + self._heartbeat
            await self._socket.send_text(frames.ping())


def _since(socket: WebSocket) -> Position | None:
    given = socket.query_params.get("since")
    if given is None:
        return None
    try:
        return Position.parse(given)
    except ValueError:
        # Whatever the client kept is of no use; reloading heals it, an error code would not.
        return NOWHERE


async def _close(socket: WebSocket, ending: Ending) -> None:
    log(Action.CLIENT_CLOSED, code=ending.code, reason=ending.reason)
    try:
        async with asyncio.timeout(CLOSE_S):
            if ending.retry_after is not None:
                await socket.send_text(frames.bye(ending.retry_after))
            await socket.close(ending.code, ending.reason)
    except TimeoutError:
        return  # it does not read; the server drops the connection
