"""Pages that follow each other by a Link header."""

from urllib.parse import urlencode

from starlette.requests import Request

from stacklens.api.problems import ProblemError


def bad_cursor() -> ProblemError:
    """422 for a cursor that no Link header ever had."""
    return ProblemError(
        422, "the request is not valid", errors=[("cursor", "take it from the Link header")]
    )


def next_page(request: Request, cursor: str) -> str:
    """The address of the next page: this one with another cursor, relative to this server."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
