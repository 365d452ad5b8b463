"""Carrying a fault out on a call: refuse, break, delay or hide its answer."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response

from stacklens.jira_sandbox.faults import Fault, FaultKind
from stacklens.jira_sandbox.sandbox import Sandbox

UNAUTHORIZED_TEXT = "Client must be authenticated to access this resource."

_LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body>"
    "<h1>Log in to continue</h1></body></html>"
)


def unauthorized() -> Response:
    """401 as Jira words it: plain text, not JSON."""
    return PlainTextResponse(
        UNAUTHORIZED_TEXT, 401, {"WWW-Authenticate": 'Basic realm="Jira sandbox"'}
    )


async def misbehave(
    fault: Fault, sandbox: Sandbox, request: Request, work: Callable[[], Response]
) -> Response:
    """Answer `request` as `fault` says; `work` does what was asked and gives the honest answer."""
    if fault.kind is FaultKind.SLOW_BEFORE:
        await asyncio.sleep(fault.seconds)
        return work()
    if fault.kind is FaultKind.SLOW_AFTER:
        answer = work()
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.kind in _AFTER:
        work()
    return _ANSWERS[fault.kind](fault, sandbox, request)


def _rate_limited(fault: Fault, sandbox: Sandbox, _request: Request) -> Response:
    headers = {
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": "0",
        "RateLimit-Reason": "jira-burst-based",
    }
    if fault.retry_after is not None:
        reset = sandbox.clock() + timedelta(seconds=fault.retry_after)
        headers["Retry-After"] = f"{fault.retry_after:g}"
        headers["X-RateLimit-Reset"] = reset.strftime("%Y-%m-%dT%H:%MZ")
    body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
    return JSONResponse(body, 429, headers)


def _error(fault: Fault, _sandbox: Sandbox, _request: Request) -> Response:
    body = {"errorMessages": ["Internal server error"], "errors": {}}
    return JSONResponse(body, fault.status)


def _close(_fault: Fault, _sandbox: Sandbox, request: Request) -> Response:
    """Drop the connection without a word; the response goes nowhere."""
    request.state.abort()
    return Response(status_code=204)


_AFTER: Final = frozenset({FaultKind.ERROR_AFTER, FaultKind.CLOSE_AFTER, FaultKind.GARBAGE_AFTER})
_ANSWERS: Final[Mapping[FaultKind, Callable[[Fault, Sandbox, Request], Response]]] = {
    FaultKind.RATE_LIMITED: _rate_limited,
    FaultKind.ERROR_BEFORE: _error,
    FaultKind.ERROR_AFTER: _error,
    FaultKind.CLOSE_BEFORE: _close,
    FaultKind.CLOSE_AFTER: _close,
    FaultKind.HTML: lambda *_: HTMLResponse(_LOGIN_PAGE),
    FaultKind.GARBAGE_AFTER: lambda *_: Response('{"id": "100', 201, media_type="application/json"),
    FaultKind.LOGIN_REDIRECT: lambda *_: RedirectResponse("/login", 302),
    FaultKind.UNAUTHORIZED: lambda *_: unauthorized(),
    FaultKind.ANONYMOUS: lambda *_: JSONResponse({"isLast": True, "issues": []}),
}
