"""Single events on a schedule, and when each came back as a new alert on the live stream."""

import selectors
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bench.lines import failed
from bench.product import Address
from bench.wire import ONE_EVENT, BrokenWireError, HttpConnection, LiveSocket, request_of

PATIENCE_SECONDS: Final = 5.0
"""How long the last alerts may take; what has not come by then is lost."""


class _Row(msgspec.Struct):
    group: dict[str, str | None]


class _Event(msgspec.Struct):
    type: str
    data: _Row


class _Frame(msgspec.Struct):
    type: str
    events: list[_Event] = []


_frame: Final = msgspec.json.Decoder(_Frame)


@dataclass(frozen=True, slots=True)
class Probed:
    """Milliseconds from just before the request is sent to the HTTP answer, and to the moment at
    which the frame with its `alert:created` has been read; `lost` never came."""

    acks: list[float]
    frames: list[float]
    lost: int


def probe(address: Address, count: int, per_second: float, env: str) -> Probed:
    """Send `count` events, each of a product of its own, whatever the answers take.

    The schedule is open: a slow answer does not hold back the next event, so it hides nothing.
    """
    with LiveSocket(address) as live, ExitStack() as open_ones:
        probing = _Probing(address, live, open_ones, env)
        start = time.perf_counter()
        for number in range(count):
            probing.listen_until(start + number / per_second)
            probing.send(f"probe-{number}")
        probing.listen_until(time.perf_counter() + PATIENCE_SECONDS, or_complete=True)
        return Probed(probing.acks, list(probing.frames.values()), count - len(probing.frames))


@dataclass(slots=True)
class _Probing:
    """What is under way. One thread waits for everything, so nothing else delays the clock."""

    address: Address
    live: LiveSocket
    open_ones: ExitStack
    env: str
    acks: list[float] = field(default_factory=list)
    frames: dict[str, float] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    asked: dict[HttpConnection, int] = field(default_factory=dict)
    idle: deque[HttpConnection] = field(default_factory=deque)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def __post_init__(self) -> None:
        self.open_ones.enter_context(self.selector)
        self.selector.register(self.live, selectors.EVENT_READ, self.live)

    def send(self, product_id: str) -> None:
        request = request_of(ONE_EVENT, failed(self.env, product_id))
        connection = self.idle.popleft() if self.idle else self._connect()
        self.sent[product_id] = self.asked[connection] = time.perf_counter_ns()
        connection.send(request)

    def listen_until(self, due: float, *, or_complete: bool = False) -> None:
        while (left := due - time.perf_counter()) > 0:
            if or_complete and not self.asked and len(self.frames) == len(self.sent):
                return
            for key, _ in self.selector.select(left):
                if isinstance(key.data, HttpConnection):
                    self._read_answer(key.data)
                else:
                    self._read_frames()

    def _connect(self) -> HttpConnection:
        connection = self.open_ones.enter_context(HttpConnection(self.address))
        self.selector.register(connection, selectors.EVENT_READ, connection)
        return connection

    def _read_answer(self, connection: HttpConnection) -> None:
        status, body = connection.receive()
        self.acks.append((time.perf_counter_ns() - self.asked.pop(connection)) / 1e6)
        if status != 202:
            raise BrokenWireError(f"{status} instead of 202: {body[:200]!r}")
        self.idle.append(connection)

    def _read_frames(self) -> None:
        texts = self.live.receive()
        now = time.perf_counter_ns()
        for text in texts:
            frame = _frame.decode(text)
            if frame.type == "ping":
                self.live.pong()
            for event in frame.events:
                product_id = event.data.group.get("product_id")
                if event.type == "alert:created" and product_id in self.sent:
                    self.frames.setdefault(product_id, (now - self.sent[product_id]) / 1e6)
