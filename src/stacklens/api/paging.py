"""Pages that follow each other by a Link header."""

from urllib.parse import urlencode

from starlette.requests import Request


def next_page(request: Request, cursor: str) -> str:
    """The address of the next page: this one with another cursor, relative to this server."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
