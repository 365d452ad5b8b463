"""What is refused before any route sees it: foreign hosts, other sites, endless bodies."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stacklens.api.problems import ProblemError, problem_response
from stacklens.auth.http import REQUEST_ID
from stacklens.telemetry import Action, log

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
MAX_BODY_BYTES: Final = 64 * 1024
"""Bodies of our own API are a key or an issue key. Ingest has limits of its own."""

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OTHER_SITES: Final = frozenset({"cross-site", "same-site"})
_PROGRAM_PATHS: Final = ("/api/", "/ws", "/openapi.json")


class Guard:
    """ASGI middleware that keeps other web sites out of a browser's way to us.

    A page of another site must not reach us by a name of its own (DNS rebinding), write with the
    reader's cookie, read answers, or open the live stream. Programs send no Origin and pass.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], origins: Collection[str] = ()
    ) -> None:
        """`hosts` are the names we answer to besides loopback, with or without a port; `origins`
        are addresses of ourselves that a proxy does not leave in Host, as scheme://host[:port]."""
        self._app = app
        self._hosts = LOOPBACK_HOSTS | {_name(host.lower()) for host in hosts}
        self._origins = frozenset(_netloc(origin) for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refused request with a problem, pass the others on."""
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        log(
            Action.REQUEST_REFUSED,
            error=refusal.detail,
            path=scope["path"],
            request_id=scope[REQUEST_ID],
        )
        await problem_response(scope, refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ProblemError | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return ProblemError(400, "one Host header is needed")
        if _name(hosts[0].lower()) not in self._hosts:
            return ProblemError(
                421,
                "this server does not answer to the name in Host; "
                "names are added with STACKLENS_ALLOWED_HOSTS",
            )
        if _is_page(scope):
            return None
        if headers.get("sec-fetch-site", "none") in _OTHER_SITES or not self._is_ours(
            headers.get("origin"), hosts[0]
        ):
            return ProblemError(403, "requests from other sites are refused")
        return None

    def _is_ours(self, origin: str | None, host: str) -> bool:
        if origin is None:
            return True
        netloc = _netloc(origin)
        return bool(netloc) and (netloc == host.lower() or netloc in self._origins)


def _is_page(scope: Scope) -> bool:
    """Whether this fetches a page or its files: what a link from another site may lead to."""
    reads = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
    return reads and not scope["path"].startswith(_PROGRAM_PATHS)


def _name(host: str) -> str:
    """The host without its port; an IPv6 address keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin.lower()).netloc
    except ValueError:
        return ""


class BodyLimit:
    """ASGI middleware that bounds request bodies, except on paths that bound their own."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int = MAX_BODY_BYTES,
        unlimited: Collection[str] = (),
    ) -> None:
        """`limit` is in bytes; `unlimited` are the paths that have limits of their own."""
        self._app = app
        self._limit = limit
        self._unlimited = frozenset(unlimited)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by Content-Length at once, else as soon as too much has come."""
        if scope["type"] != "http" or scope["path"] in self._unlimited:
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdigit() and int(length[:20]) > self._limit:
            await problem_response(scope, self._too_large())(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._limit:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> ProblemError:
        return ProblemError(413, f"a body here has at most {self._limit} bytes")
