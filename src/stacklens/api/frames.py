"""The frames of the live stream: what they look like, and how they are written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from pydantic import BaseModel, Field

from stacklens.alerts.stream import Position
from stacklens.api.alerts import AlertRow
from stacklens.api.outbox import Event

VERSION: Final = 1


class HelloFrame(BaseModel):
    """The first frame. Everything numbered above `seq` follows."""

    v: Literal[1]
    type: Literal["hello"]
    epoch: str = Field(description="Numbers are comparable only within one epoch.")
    seq: int
    heartbeat_ms: int
    server_time: datetime
    build: str


class StreamEvent(BaseModel):
    """An alert that was created or updated, as a whole row."""

    seq: int
    type: Literal["alert:created", "alert:updated"]
    at: datetime = Field(description="When the server read it.")
    data: AlertRow


class EventsFrame(BaseModel):
    """What happened, in order; at most one event for an alert."""

    v: Literal[1]
    type: Literal["events"]
    events: list[StreamEvent]


class PingFrame(BaseModel):
    """Answer with {"type": "pong"}."""

    v: Literal[1]
    type: Literal["ping"]


class ResyncFrame(BaseModel):
    """Reload what is shown: it cannot be brought up to date by events. Then go on from here."""

    v: Literal[1]
    type: Literal["resync"]
    epoch: str
    seq: int


class ByeFrame(BaseModel):
    """The server goes away for a moment; come back after this time."""

    v: Literal[1]
    type: Literal["bye"]
    retry_after_ms: int


StreamMessage = Annotated[
    HelloFrame | EventsFrame | PingFrame | ResyncFrame | ByeFrame, Field(discriminator="type")
]


def hello(position: Position, heartbeat_s: float, now: datetime, build: str) -> str:
    """The first frame of a connection that goes on from `position`."""
    return _frame(
        "hello",
        epoch=position.epoch,
        seq=position.seq,
        heartbeat_ms=round(heartbeat_s * 1000),
        server_time=now,
        build=build,
    )


def events(happened: Sequence[Event]) -> str:
    """A batch of updates."""
    return _frame("events", events=happened)


def ping() -> str:
    """A sign of life that asks for one."""
    return _frame("ping")


def resync(position: Position) -> str:
    """The client must reload and goes on from `position`."""
    return _frame("resync", epoch=position.epoch, seq=position.seq)


def bye(retry_after_s: float) -> str:
    """The server is going away and expects to be back in `retry_after_s` seconds."""
    return _frame("bye", retry_after_ms=round(retry_after_s * 1000))


def _frame(kind: str, **members: object) -> str:
    return msgspec.json.encode({"v": VERSION, "type": kind, **members}).decode()
