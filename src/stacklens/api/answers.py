"""How the routes' answers are written and described."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.responses import Response

from stacklens.api.problems import MEDIA_TYPE

Described = dict[int | str, dict[str, Any]]
"""What FastAPI wants to know about answers: status → OpenAPI response object."""

_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`value` as JSON, written by msgspec: rows carry JSON that is passed through as it is."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def problems(**reasons: str) -> Described:
    """Problem answers for OpenAPI, as `status_404="there is no such alert"`."""
    return {
        int(name.removeprefix("status_")): {"description": reason, "content": _PROBLEM}
        for name, reason in reasons.items()
    }


def with_headers(status: int, description: str, **headers: str) -> Described:
    """An answer with headers for OpenAPI; names with _ for -, values say what they mean."""
    return {
        status: {
            "description": description,
            "headers": {
                name.replace("_", "-"): {"description": meaning, "schema": {"type": "string"}}
                for name, meaning in headers.items()
            },
        }
    }
