"""Who sends the logs: functions that run in a process of their own, and say what they did."""

import json
import multiprocessing
import selectors
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.lines import batches, sold
from bench.product import Address
from bench.wire import MANY_EVENTS, ONE_EVENT, HttpConnection, request_of


@contextmanager
def own_processes() -> Iterator[ProcessPoolExecutor]:
    """Where the functions below run, each in a fresh interpreter."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context) as pool:
        yield pool


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of the events of all batches."""

    accepted: int
    duplicates: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Pumped:
    """One burst: `started` and `ended` on the clock of time.perf_counter, which is the machine's;
    `cpu` are the seconds that the sender itself used between them."""

    answers: Answers
    started: float
    ended: float
    cpu: float


def pump(address: Address, count: int, size: int, connections: int, env: str) -> Pumped:
    """Send `count` batches of `size` lines, prepared before, as fast as they are answered."""
    requests = [request_of(MANY_EVENTS, body) for body in batches(count, size, env)]
    waiting = deque(requests)
    with ThreadPoolExecutor(connections) as threads:
        started, cpu = time.perf_counter(), time.process_time()
        sending = [threads.submit(_empty, waiting, address) for _ in range(connections)]
        parts = [each.result() for each in sending]
        ended, cpu = time.perf_counter(), time.process_time() - cpu
    return Pumped(_sum(parts), started, ended, cpu)


def resend(address: Address, size: int, env: str) -> tuple[Answers, Answers]:
    """Send one new batch twice; what was answered to each."""
    request = request_of(MANY_EVENTS, batches(1, size, env)[0])
    with HttpConnection(address) as connection:
        return _counted(connection.ask(request, 200)), _counted(connection.ask(request, 200))


def background(address: Address, size: int, per_second: int, seconds: float, env: str) -> int:
    """Send batches of `size` evenly, `per_second` events a second; how many events were sent."""
    sent, start = 0, time.perf_counter()
    with HttpConnection(address) as connection:
        while (due := start + sent / per_second) < start + seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.ask(request_of(MANY_EVENTS, batches(1, size, env)[0]), 200)
            sent += size
    return sent


@dataclass(frozen=True, slots=True)
class Singles:
    """Events sent one by one: the seconds of each until its answer, and what it took in all."""

    acks: list[float]
    seconds: float
    cpu: float


def singles(address: Address, count: int, connections: int, env: str) -> Singles:
    """Send `count` events, each in a request of its own; each connection waits for its answer."""
    requests = deque(request_of(ONE_EVENT, sold(env)) for _ in range(count))
    acks: list[float] = []
    sent: dict[HttpConnection, float] = {}
    with ExitStack() as open_ones, selectors.DefaultSelector() as selector:
        started, cpu = time.perf_counter(), time.process_time()
        for _ in range(connections):
            connection = open_ones.enter_context(HttpConnection(address))
            selector.register(connection, selectors.EVENT_READ, connection)
            sent[connection] = time.perf_counter()
            connection.send(requests.popleft())
        while len(acks) < count:
            for key, _ in selector.select():
                acks.append(_acknowledged(key.data, sent))
                if requests:
                    sent[key.data] = time.perf_counter()
                    key.data.send(requests.popleft())
        ended, cpu = time.perf_counter(), time.process_time() - cpu
    return Singles(acks, ended - started, cpu)


def _acknowledged(connection: HttpConnection, sent: dict[HttpConnection, float]) -> float:
    status, body = connection.receive()
    took = time.perf_counter() - sent[connection]
    if status != 202:
        raise RuntimeError(f"{status} instead of 202: {body[:200]!r}")
    return took


def _empty(waiting: deque[bytes], address: Address) -> Answers:
    answers = []
    with HttpConnection(address) as connection:
        while waiting:
            try:
                request = waiting.popleft()
            except IndexError:  # another thread took the last one
                break
            answers.append(_counted(connection.ask(request, 200)))
    return _sum(answers)


def _counted(body: bytes) -> Answers:
    told = json.loads(body)
    return Answers(told["accepted"], told["duplicates"], told["quarantined"])


def _sum(parts: list[Answers]) -> Answers:
    return Answers(
        sum(each.accepted for each in parts),
        sum(each.duplicates for each in parts),
        sum(each.quarantined for each in parts),
    )
