"""What HTTP routes need to know who asks: a middleware that finds out, a guard for signatures."""

import time
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from stacklens.auth.authenticator import Authenticator
from stacklens.auth.principal import Principal

SESSION_COOKIE: Final = "stacklens_session"
REQUEST_ID: Final = "stacklens.request_id"
"""Where the scope of a request keeps its id: the outermost layer of the server puts it there."""

_SCOPE_KEY: Final = "stacklens.who"

Who = Callable[[], Principal | None]
"""Who is behind a connection, judged at the moment of the call: a session ends."""


class NotSignedInError(Exception):
    """A guarded route was called without a valid key or session."""


class Authentication:
    """ASGI middleware: every request below can be asked who sent it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticator: Authenticator,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` tells the time in epoch seconds."""
        self._app = app
        self._authenticator = authenticator
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave the answer to "who is it" with the request, and go on."""
        if scope["type"] in ("http", "websocket"):
            scope[_SCOPE_KEY] = self._who(Headers(scope=scope))
        await self._app(scope, receive, send)

    def _who(self, headers: Headers) -> Who:
        authorization = headers.get("authorization")
        session = _session(headers.get("cookie"))
        return lambda: self._authenticator.principal(
            authorization=authorization, session=session, now=self._clock()
        )


def who(connection: HTTPConnection) -> Who:
    """The question to ask about this connection now, or again later."""
    found: Who = connection.scope[_SCOPE_KEY]
    return found


def request_id(connection: HTTPConnection) -> str:
    """The id under which this request is known to its sender and in our log."""
    given: str = connection.scope[REQUEST_ID]
    return given


async def guard(connection: HTTPConnection) -> Principal:
    """The principal of this request; raises NotSignedInError when there is none."""
    principal = who(connection)()
    if principal is None:
        raise NotSignedInError
    return principal


Caller = Annotated[Principal, Depends(guard)]
"""In the signature of a route: only for those who are signed in, and this is who it is."""


def _session(cookies: str | None) -> str | None:
    # Not http.cookies: it gives up at the first odd cookie, and all ports of a host share theirs.
    return None if cookies is None else cookie_parser(cookies).get(SESSION_COOKIE)
