"""The ingest API: one event by contract, or many in whatever form they come."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.auth.http import Caller, request_id
from stacklens.domain.normalize import MAX_RECORD_BYTES
from stacklens.eventlog.contract import EventLogError
from stacklens.ingest.batch import Intake
from stacklens.ingest.body import (
    MAX_BODY_BYTES,
    BodyTooLargeError,
    BodyUnreadableError,
    read_body,
)
from stacklens.ingest.judge import Refused, contract_errors, judge_record
from stacklens.ingest.split import split
from stacklens.ingest.writer import BusyError, Writer

RETRY_AFTER_S: Final = 2

_PROBLEM: Final = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}


def _answers(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    return {
        int(code.removeprefix("_")): {"description": words, **_PROBLEM}
        for code, words in descriptions.items()
    }


class LogLine(BaseModel):
    """One structured log line. Further fields are kept as they are."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "7c0e6f0a-8f3e-4b0a-9a3e-5f2d8c1b7a60",
                    "service": "pos-demo",
                    "env": "production",
                    "timestamp": "2026-11-22T14:30:00.000Z",
                    "action": "create_order",
                    "level": "error",
                    "message": "Product price is null",
                    "product_id": "p2",
                    "price": None,
                    "error_code": "PRICE_MISSING",
                }
            ]
        },
    )

    request_id: str
    service: str = Field(min_length=1)
    env: str
    timestamp: str = Field(
        description="RFC 3339; without a zone it is taken as UTC. Epoch numbers are understood."
    )
    action: str
    level: str
    message: str = Field(min_length=1)
    user_id: str | None = None
    product_id: str | None = None
    error_code: str | None = None
    stack: str | None = None
    app_version: str | None = None
    price: float | None = None


class Accepted(BaseModel):
    """The event is stored."""

    status: str = Field(examples=["accepted"])
    request_id: str = Field(description="Of the event.")


class Counted(BaseModel):
    """What became of the records of a batch; together they are all that was sent."""

    accepted: int = Field(description="Stored now.", examples=[998])
    quarantined: int = Field(description="Not understood: kept raw with the reason.", examples=[1])
    duplicates: int = Field(description="Stored before, and counted once.", examples=[1])
    request_id: str = Field(description="Of this request.")


def ingest_router(writer: Writer, engine: AsyncEngine, clock: Callable[[], datetime]) -> APIRouter:
    """The routes that take logs in; `engine` is for the quarantine."""
    router = APIRouter(tags=["ingest"])
    intake = Intake(writer, engine)

    @router.post(
        "/api/logs/ingest",
        status_code=202,
        responses=_answers(
            _401="A key is needed.",
            _403="A request from another site.",
            _413="The event is too large.",
            _422="The event breaks the schema; `errors` has the fields and the reasons.",
            _503="It cannot be stored now; try again after Retry-After.",
        ),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": LogLine.model_json_schema()}},
            }
        },
    )
    async def ingest_event(request: Request, principal: Caller) -> Accepted:  # noqa: ARG001 - guard
        """Take in one event. The answer is sent after the commit."""
        raw = await _body(request, MAX_RECORD_BYTES)
        if errors := contract_errors(raw):
            raise _invalid(errors)
        event = judge_record(raw, clock(), _sender(request))
        if isinstance(event, Refused):
            raise _invalid([("body", event.reason)])
        with _storing():
            verdict = (await writer.write([event]))[0]
        if isinstance(verdict, str):
            raise _invalid([("body", verdict)])
        return Accepted(status="accepted", request_id=event.text_of("request_id") or "")

    @router.post(
        "/api/logs",
        responses=_answers(
            _401="A key is needed.",
            _403="A request from another site.",
            _413="The body is larger than 32 MiB, decompressed.",
            _422="The body cannot be decompressed.",
            _503="It cannot be stored now; try again after Retry-After.",
        ),
        openapi_extra={
            "requestBody": {
                "required": True,
                "description": "JSON array, NDJSON or one object; gzip or not. Whatever the "
                "Content-Type says, the body is looked at.",
                "content": {
                    "application/json": {
                        "schema": {"type": "array", "items": LogLine.model_json_schema()}
                    },
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            }
        },
    )
    async def ingest_batch(request: Request, principal: Caller) -> Counted:  # noqa: ARG001 - guard
        """Take in many records, each judged for itself. The answer is sent after the commit."""
        records = split(await _body(request, MAX_BODY_BYTES))
        with _storing():
            count = await intake.take(records, clock(), _sender(request))
        return Counted(
            accepted=count.accepted,
            quarantined=count.quarantined,
            duplicates=count.duplicates,
            request_id=request_id(request),
        )

    return router


async def _body(request: Request, limit: int) -> bytes:
    try:
        return await read_body(request.stream(), request.headers.get("content-encoding", ""), limit)
    except BodyTooLargeError:
        raise HTTPException(
            413, f"a body here has at most {limit} bytes, decompressed: send smaller batches"
        ) from None
    except BodyUnreadableError as error:
        raise _invalid([("body", str(error))]) from None


@contextmanager
def _storing() -> Iterator[None]:
    """What keeps logs from being stored, told so that the sender tries again."""
    try:
        yield
    except BusyError:
        raise _unavailable("more logs are waiting to be stored than soon will be") from None
    except EventLogError:
        raise _unavailable("the event log does not answer") from None
    except (SQLAlchemyError, OSError):
        raise _unavailable("the quarantine does not answer") from None


def _sender(request: Request) -> str | None:
    return request.client.host if request.client else None


def _invalid(errors: Sequence[tuple[str, str]]) -> RequestValidationError:
    return RequestValidationError(
        [{"loc": ("body", name), "msg": why, "type": "value_error"} for name, why in errors]
    )


def _unavailable(words: str) -> HTTPException:
    # True of a batch of which a part was stored too.
    again = "send it again: what is stored already is not stored twice"
    return HTTPException(503, f"{words}; {again}", {"Retry-After": str(RETRY_AFTER_S)})
