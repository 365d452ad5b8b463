"""Waiting in tests: on a condition, with a deadline, never for a while."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

INTERVAL_S = 0.01

T = TypeVar("T")


@overload
async def eventually(
    condition: Callable[[], Awaitable[T | None]], within: float = 5.0, what: str = ""
) -> T: ...


@overload
async def eventually(
    condition: Callable[[], T | None], within: float = 5.0, what: str = ""
) -> T: ...


async def eventually(
    condition: Callable[[], object], within: float = 5.0, what: str = ""
) -> object:
    """The first true value of `condition`; fails when `within` seconds did not bring one."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        result: object = await value if inspect.isawaitable(value) else value
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or condition}; last: {result!r}")
        await asyncio.sleep(INTERVAL_S)


def eventually_sync(condition: Callable[[], T | None], within: float = 5.0, what: str = "") -> T:
    """As `eventually`, for tests without an event loop."""
    deadline = time.monotonic() + within
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or condition}; last: {result!r}")
        time.sleep(INTERVAL_S)
    return result
