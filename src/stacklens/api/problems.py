"""Everything that goes wrong, as application/problem+json (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from stacklens.auth.http import REQUEST_ID, NotSignedInError
from stacklens.telemetry import Action, log

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
UNPROCESSABLE: Final = 422


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(examples=["limit"])
    reason: str = Field(examples=["Input should be less than or equal to 500"])


class Problem(BaseModel):
    """Why a request was not done (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "there is no such alert",
                    "instance": "/api/alerts/018f6a3e-7c1b-7d2f-9a51-3d1f0f6f2b11",
                    "request_id": "5f0c6c2e9d3b4c0f8f6c1b6a5e4d3c2b",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    request_id: str = Field(description="The same as in X-Request-ID and in the server's log.")
    errors: list[FieldProblem] | None = Field(
        default=None, description="Which fields are wrong; with status 422 only."
    )


class ProblemError(HTTPException):
    """A request that is answered with a problem; `members` are added to it as they are.

    It is an HTTPException because FastAPI lets only those through while it reads a body.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        """`errors` are pairs of field and reason."""
        super().__init__(status, detail, headers)
        self.errors = errors
        self.members = members


def problem_response(scope: Scope, error: ProblemError) -> Response:
    """The problem as an answer to the request of `scope`."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": error.detail,
        "instance": scope["path"],
        "request_id": scope[REQUEST_ID],
    }
    if error.errors:
        body["errors"] = [{"field": field, "reason": reason} for field, reason in error.errors]
    body.update(error.members or {})
    return Response(_encode(body), error.status_code, error.headers, MEDIA_TYPE)


def _encode(body: Mapping[str, object]) -> bytes:
    # The path comes from outside; a lone surrogate in it is shown, not an error of its own.
    instance = str(body["instance"]).encode("utf-8", "replace").decode()
    return msgspec.json.encode({**body, "instance": instance})


def install_problems(app: FastAPI, routes: Callable[[], Sequence[BaseRoute]]) -> None:
    """Have `app` answer every error with a problem; `routes` tells which methods a path has."""

    async def refused(request: Request, error: Exception) -> Response:
        problem = _problem(error)
        if problem.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers = {"Allow": ", ".join(_methods(request.scope, routes()))}
        if problem.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log_failed(request.scope, error)
        return problem_response(request.scope, problem)

    for kind in (
        ProblemError,
        NotSignedInError,
        RequestValidationError,
        HTTPException,
        OperationalError,
        InterfaceError,
        PoolTimeoutError,
    ):
        app.add_exception_handler(kind, refused)


def _problem(error: Exception) -> ProblemError:
    match error:
        case ProblemError():
            return error
        case NotSignedInError():
            return ProblemError(
                401, "the API key is needed here", headers={"WWW-Authenticate": "Bearer"}
            )
        case RequestValidationError():
            return ProblemError(
                UNPROCESSABLE,
                "the request is not valid",
                errors=[_field_problem(found) for found in error.errors()],
            )
        case HTTPException():
            return ProblemError(error.status_code, str(error.detail), headers=error.headers)
        case _:  # what the database says when it cannot be reached or is too busy
            return ProblemError(
                503,
                "the database does not answer; nothing was changed by this request",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )


def _field_problem(found: Mapping[str, object]) -> tuple[str, str]:
    if found["type"] == "json_invalid":
        return "body", "this is not JSON"
    location = found["loc"]
    names = [str(part) for part in location[1:]] if isinstance(location, tuple) else []
    return ".".join(names) or "body", str(found["msg"]).removeprefix("Value error, ")


def _methods(scope: Scope, routes: Sequence[BaseRoute]) -> list[str]:
    """What is allowed on this path: all of its routes, not only the first one that matches."""
    return sorted(
        method
        for route in routes
        if route.matches(scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    )


def server_problem(scope: Scope, error: Exception) -> Response:
    """The answer to a request on which the server itself failed; the log has the reason."""
    _log_failed(scope, error)
    return problem_response(scope, ProblemError(500, "the server failed; its log says why"))


def _log_failed(scope: Scope, error: Exception) -> None:
    log(
        Action.REQUEST_FAILED,
        level=logging.ERROR,
        error=error,
        request_id=scope[REQUEST_ID],
        method=scope.get("method", "GET"),
        path=scope["path"],
    )
