"""The ingest API: one event by contract, or many in whatever form they come."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.auth.http import Caller
from stacklens.domain.event import LogEvent
from stacklens.domain.normalize import MAX_RECORD_BYTES
from stacklens.eventlog.contract import EventLogError
from stacklens.ingest.body import BodyTooLargeError, BodyUnreadableError, read_body, split
from stacklens.ingest.judge import Refused, contract_errors, judge_record
from stacklens.ingest.quarantine import keep_aside
from stacklens.ingest.writer import BusyError, Verdict, Writer

SLICE: Final = 500
"""Records that are judged in one go; other requests get their turn in between."""

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


@dataclass(slots=True)
class _Count:
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    refused: list[Refused] = field(default_factory=list)

    def add(self, events: Sequence[LogEvent], verdicts: Sequence[Verdict]) -> None:
        for event, verdict in zip(events, verdicts, strict=True):
            if verdict is True:
                self.accepted += 1
            elif verdict is False:
                self.duplicates += 1
            else:
                self.refused.append(Refused(event.text, f"the store refuses it: {verdict}"))


def ingest_router(writer: Writer, engine: AsyncEngine, clock: Callable[[], datetime]) -> APIRouter:
    """The routes that take logs in; `engine` is for the quarantine."""
    router = APIRouter(tags=["ingest"])

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
        verdict = (await _write(writer, [event]))[0]
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
        arrival_time, sender = clock(), _sender(request)
        records = iter(split(await _body(request)))
        count = _Count()
        while chunk := list(islice(records, SLICE * 4)):
            events = await _judge(chunk, arrival_time, sender, count)
            count.add(events, await _write(writer, events))
        await _quarantine(engine, count, arrival_time, sender)
        return Counted(
            accepted=count.accepted,
            quarantined=count.quarantined,
            duplicates=count.duplicates,
            request_id=request.headers.get("x-request-id") or uuid.uuid4().hex,
        )

    return router


async def _body(request: Request, limit: int | None = None) -> bytes:
    encoding = request.headers.get("content-encoding", "")
    try:
        if limit is None:
            return await read_body(request.stream(), encoding)
        return await read_body(request.stream(), encoding, limit)
    except BodyTooLargeError:
        raise HTTPException(413, "the body is too large: send smaller batches") from None
    except BodyUnreadableError as error:
        raise _invalid([("body", str(error))]) from None


async def _judge(
    records: Sequence[bytes], arrival_time: datetime, sender: str | None, count: _Count
) -> list[LogEvent]:
    events = []
    for piece in _slices(records):
        for raw in piece:
            verdict = judge_record(raw, arrival_time, sender)
            if isinstance(verdict, Refused):
                count.refused.append(verdict)
            else:
                events.append(verdict)
        await asyncio.sleep(0)
    return events


def _slices(records: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(records), SLICE):
        yield records[start : start + SLICE]


async def _write(writer: Writer, events: Sequence[LogEvent]) -> Sequence[Verdict]:
    try:
        return await writer.write(events)
    except BusyError:
        raise _unavailable("more logs are waiting to be stored than soon will be") from None
    except EventLogError:
        raise _unavailable("the event log does not answer; nothing of this was stored") from None


async def _quarantine(
    engine: AsyncEngine, count: _Count, arrival_time: datetime, sender: str | None
) -> None:
    if not count.refused:
        return
    try:
        new = await keep_aside(engine, count.refused, arrival_time, sender)
    except (DBAPIError, OSError):
        raise _unavailable("the quarantine does not answer; send the batch again") from None
    count.quarantined = new
    count.duplicates += len(count.refused) - new


def _sender(request: Request) -> str | None:
    return request.client.host if request.client else None


def _invalid(errors: Sequence[tuple[str, str]]) -> RequestValidationError:
    return RequestValidationError(
        [{"loc": ("body", name), "msg": why, "type": "value_error"} for name, why in errors]
    )


def _unavailable(words: str) -> HTTPException:
    return HTTPException(503, words, {"Retry-After": str(RETRY_AFTER_S)})
