"""The page: the built front end as files, and one document for every address of it."""

from pathlib import Path
from stat import S_ISREG
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

BUILT_PAGE: Final = Path(__file__).parent / "web"
"""Where `make setup` puts the front end."""

_INDEX: Final = "index.html"
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_FOREVER: Final = "public, max-age=31536000, immutable"
_ALWAYS_ASK: Final = "no-cache"

_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>StackLens</title>
<h1>The page has not been built</h1>
<p>Run <code>make setup</code> in the source folder, then load this page again.
<p>The API works without it: see <a href="/openapi.json">/openapi.json</a>.
</html>
"""


class Page:
    """ASGI application for whatever no route of the API answers."""

    def __init__(self, web: Path = BUILT_PAGE) -> None:
        """`web` is the folder of the built front end; it may be absent."""
        self._files = StaticFiles(directory=web, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, with the page, or with 404."""
        if scope["type"] == "websocket":
            raise HTTPException(404, "there is nothing here")
        response = await run_in_threadpool(self._response, scope)
        await response(scope, receive, send)

    def _response(self, scope: Scope) -> Response:
        path = scope["path"].lstrip("/")
        headers = Headers(scope=scope)
        if scope["method"] not in ("GET", "HEAD") or f"{path}/".startswith("api/"):
            raise HTTPException(404, "there is nothing here")
        if path and path != _INDEX and (found := self._file(path, scope, headers)) is not None:
            return found
        if path and not _wants_page(headers):
            raise HTTPException(404, "there is nothing here")
        return self._file(_INDEX, scope, headers) or HTMLResponse(
            _NOT_BUILT, headers={"Cache-Control": _ALWAYS_ASK}
        )

    def _file(self, path: str, scope: Scope, headers: Headers) -> Response | None:
        """The file, compressed as it lies there if the reader takes that."""
        accepted = headers.get("accept-encoding", "")
        for encoding, suffix in (*_ENCODINGS, (None, "")):
            if encoding is None or _accepts(accepted, encoding):
                response = self._served(path, suffix, scope)
                if response is not None:
                    if encoding is not None:
                        response.headers["Content-Encoding"] = encoding
                    return response
        return None

    def _served(self, path: str, suffix: str, scope: Scope) -> Response | None:
        try:
            full_path, found = self._files.lookup_path(path + suffix)
        except (OSError, ValueError):  # a name that no file can have
            return None
        if found is None or not S_ISREG(found.st_mode):
            return None
        response = self._files.file_response(full_path, found, scope)
        response.headers["Content-Type"] = _media_type(path)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = _FOREVER if path.startswith("assets/") else _ALWAYS_ASK
        return response


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _accepts(accepted: str, encoding: str) -> bool:
    """Whether the reader named the encoding and did not rule it out."""
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() == encoding:
            return weight.strip().lower().replace(" ", "") not in (
                "q=0",
                "q=0.0",
                "q=0.00",
                "q=0.000",
            )
    return False


_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


def _media_type(path: str) -> str:
    # Our own list: what the machine's mime files say differs, and nosniff takes it at its word.
    return _MEDIA_TYPES.get(Path(path).suffix.lower(), "application/octet-stream")
