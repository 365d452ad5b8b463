"""NOTIFY as a wake-up. It is only ever a hint: whoever wakes reads from where it stopped."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import psycopg
from psycopg import sql

from stacklens.db.session import CONNECT_TIMEOUT_S, libpq_url
from stacklens.telemetry import Action, log

Wake = Callable[[str, str], None]
"""Called with channel and payload for each hint, and with payload "" after each (re)connect."""

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


async def listen(url: str, channels: Sequence[str], wake: Wake) -> None:
    """Call `wake` for every hint on `channels`, for ever; ends only by cancellation.

    After each connect every channel is woken once, because hints sent meanwhile are lost. An
    outage is logged once and outlasted.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            await _listen_once(url, channels, wake)
        except (psycopg.Error, OSError) as error:
            if pause == FIRST_PAUSE_S:
                log(Action.DATABASE_AWAY, level=logging.WARNING, error=str(error).strip())
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
        else:
            pause = FIRST_PAUSE_S


async def _listen_once(url: str, channels: Sequence[str], wake: Wake) -> None:
    connection = await psycopg.AsyncConnection.connect(
        libpq_url(url),
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="stacklens listen",
    )
    async with connection:
        for channel in channels:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        for channel in channels:
            wake(channel, "")
        async for hint in connection.notifies():
            wake(hint.channel, hint.payload)
