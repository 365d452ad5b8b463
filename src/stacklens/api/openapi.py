"""The OpenAPI document: what FastAPI knows of the routes, and what holds for all of them."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from stacklens.api.alerts import AlertDetail, AlertProblem
from stacklens.api.frames import StreamMessage
from stacklens.api.problems import MEDIA_TYPE, Problem
from stacklens.api.quarantine import QuarantinedRecord
from stacklens.api.session import Session
from stacklens.api.status import WorkStatus
from stacklens.auth.http import SESSION_COOKIE

Document = dict[str, Any]

OPEN_PATHS: Final = frozenset({"/health", "/ready", "/api/session"})
"""What answers without a key, besides the files of the page."""

_OF_FASTAPI: Final = "HTTPValidationError"
_REF: Final = "#/components/schemas/{model}"
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})

DESCRIPTION: Final = """\
Logs in, tickets out. Errors are `application/problem+json` (RFC 9457) and carry a `request_id`
that is also in the header `X-Request-ID` and in the server's log.

The live stream is `GET /ws?since=<epoch>:<seq>` as a WebSocket; its frames are the webhook
`stream` of this document. Take `since` from the header `X-Stream-Position` of a list.
"""

_WITH_EXAMPLES: Final = (Problem, AlertProblem, AlertDetail, Session, WorkStatus, QuarantinedRecord)
"""Written anew, because FastAPI leaves members that are null out of examples; what these refer to
comes with them."""

_EVERYWHERE: Final = {
    "400": ("BadRequest", "The request cannot be read, or names no host."),
    "403": ("OtherSite", "Sent by a page of another site."),
    "413": ("TooLarge", "The body is too large."),
    "421": ("OtherHost", "Sent to a host name that this server does not answer to."),
    "500": ("Failed", "The server failed; its log says why."),
    "503": ("Away", "The database does not answer; nothing was changed. See Retry-After."),
}
_SIGNED_IN: Final = {"401": ("SignIn", "The key is needed.")}
_SECURITY: Final[list[dict[str, list[str]]]] = [{"key": []}, {"session": []}]


def declare_stream(app: FastAPI) -> None:
    """Put the frames of the live stream into the document, so that clients get types for them."""

    @app.webhooks.post(
        "stream",
        summary="A frame of the live stream /ws",
        status_code=204,
        response_description="Nothing is answered.",
        responses={422: {"description": "Never."}},
    )
    async def stream(frame: StreamMessage) -> None:
        """Sent by the server over the WebSocket; nothing is posted anywhere."""


class DescribedApp(FastAPI):
    """An application that describes itself completely."""

    def openapi(self) -> Document:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> Document:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        servers=[{"url": "/"}],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(_schemas(*_WITH_EXAMPLES))
    for unused in (_OF_FASTAPI, "ValidationError"):
        schemas.pop(unused, None)
    components["responses"] = {
        name: _problem_answer(description)
        for name, description in (_EVERYWHERE | _SIGNED_IN).values()
    }
    components["headers"] = {
        "RequestId": {
            "description": "The request's id: the one that was sent, or a new one.",
            "schema": {"type": "string"},
        }
    }
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "The API key."},
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    }
    for path, operation in _operations(document):
        _complete(operation, is_open=path in OPEN_PATHS)
    return document


def _schemas(*models: type[BaseModel]) -> Document:
    _, found = models_json_schema([(model, "serialization") for model in models], ref_template=_REF)
    definitions: Document = found["$defs"]
    return definitions


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, operation


def _complete(operation: Document, *, is_open: bool) -> None:
    answers = _EVERYWHERE if is_open else _EVERYWHERE | _SIGNED_IN
    for parameter in operation.get("parameters", []):
        # What may be left out is a union with null for Python; nothing in an address is null.
        schema = parameter["schema"]
        for choice in schema.pop("anyOf", []):
            schema.update({} if choice == {"type": "null"} else choice)
    responses = operation["responses"]
    if _OF_FASTAPI in str(responses.get("422")):
        del responses["422"]  # its parameters are all texts: none is ever refused as such
    for response in responses.values():
        response.setdefault("headers", {})["X-Request-ID"] = {
            "$ref": "#/components/headers/RequestId"
        }
    for status, (name, _) in answers.items():
        responses.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    operation["security"] = [] if is_open else _SECURITY


def _problem_answer(description: str) -> Document:
    return {
        "description": description,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}},
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
