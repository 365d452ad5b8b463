"""Bursts of batches: how fast events are accepted, how fast drained, and what they cost whom.

Drained means: the consumer's offsets are at the end of the log. Then everything is counted.
"""

import time
from collections.abc import Sequence
from typing import Final

from bench.figures import Figure, Quantity, Sample, gather, must_equal
from bench.lines import ERROR_EVERY
from bench.plan import Plan
from bench.product import CONSUMER, INGEST, POSTGRES, REST, Product, cpu_seconds, running_product
from bench.senders import Answers, Pumped, own_processes, pump, resend

BATCH: Final = 1_000
CONNECTIONS: Final = 4
DRAIN_SECONDS: Final = 120.0
LOOK_EVERY_SECONDS: Final = 0.005

ACCEPTED: Final = Quantity("accepted", "events/s")
DRAINED: Final = Quantity("drained", "events/s", at_least=50_000)
CPU: Final = {
    role: Quantity(f"CPU of {name}", "µs/event")
    for role, name in (
        (INGEST, "ingest"),
        (CONSUMER, "the consumer"),
        (POSTGRES, "PostgreSQL"),
        (REST, "the supervisor"),
    )
}
CPU_APPEND: Final = Quantity("of it the connection that appends", "µs/event")
CPU_CLIENT: Final = Quantity("CPU of the client", "µs/event")
STORED: Final = Quantity("size in the database, indexes included", "B/event")
WAL: Final = Quantity("WAL", "B/event")

_BEHIND: Final = """
    SELECT sum(head.next_offset) - (SELECT sum(next_offset) FROM consumer_offsets)
    FROM event_log_heads AS head
"""
_ROWS: Final = "SELECT count(*) FROM raw_logs WHERE env = %s"
_DISTINCT: Final = "SELECT count(DISTINCT identity) FROM raw_logs WHERE env = %s"
_READABLE: Final = "SELECT count(event->>'request_id') FROM raw_logs WHERE env = %s"
_COUNTED: Final = "SELECT sum(count) FROM alerts WHERE env = %s"
_APPENDING: Final = "SELECT pid FROM pg_stat_activity WHERE application_name = 'stacklens append'"
_SIZE: Final = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('raw_logs')"
_LSN: Final = "SELECT pg_current_wal_lsn() - '0/0'"


def measure(plan: Plan) -> list[Figure]:
    """`plan.repetitions` bursts into one product."""
    with running_product() as product, own_processes() as processes:
        # The first lines make connections, leaves and statements; nobody measures those.
        processes.submit(pump, product.address, 4, BATCH, CONNECTIONS, "warm-up").result()
        _wait_until_drained(product)
        samples = []
        for number in range(plan.repetitions):
            env = f"burst-{number}"
            before = _Meter(product)
            pumped = processes.submit(
                pump, product.address, plan.burst // BATCH, BATCH, CONNECTIONS, env
            ).result()
            drained = _wait_until_drained(product)
            samples.append(before.sample(pumped, drained, plan.burst))
            _check(product, pumped.answers, env, plan.burst)
        twice = processes.submit(resend, product.address, BATCH, "twice").result()
        _check_resent(product, twice)
    return gather(samples)


class _Meter:
    """Readings before a burst, to be compared with those after it."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._cpu = product.cpu_seconds()
        self._append = _append_cpu(product)
        self._size = product.number(_SIZE)
        self._wal = product.number(_LSN)

    def sample(self, pumped: Pumped, drained: float, events: int) -> Sample:
        """What the burst cost, `drained` being the moment at which all of it was judged."""
        cpu = self._product.cpu_seconds()
        per_event = 1e6 / events
        return {
            ACCEPTED: events / (pumped.ended - pumped.started),
            DRAINED: events / (drained - pumped.started),
            **{
                quantity: (cpu[role] - self._cpu[role]) * per_event
                for role, quantity in CPU.items()
            },
            CPU_APPEND: (_append_cpu(self._product) - self._append) * per_event,
            CPU_CLIENT: pumped.cpu * per_event,
            STORED: (self._product.number(_SIZE) - self._size) / events,
            WAL: (self._product.number(_LSN) - self._wal) / events,
        }


def _append_cpu(product: Product) -> float:
    return cpu_seconds(product.number(_APPENDING))


def _wait_until_drained(product: Product) -> float:
    """The moment at which nothing is left to judge, on the clock of time.perf_counter."""
    deadline = time.perf_counter() + DRAIN_SECONDS
    while product.number(_BEHIND):
        if time.perf_counter() > deadline:
            must_equal("events not judged yet", product.number(_BEHIND), 0)
        time.sleep(LOOK_EVERY_SECONDS)
    return time.perf_counter()


def _check(product: Product, answers: Answers, env: str, sent: int) -> None:
    must_equal("answers", answers, Answers(accepted=sent, duplicates=0, quarantined=0))
    for query in (_ROWS, _DISTINCT, _READABLE):
        must_equal(query, product.number(query, env), sent)
    must_equal(_COUNTED, product.number(_COUNTED, env), sent // ERROR_EVERY)


def _check_resent(product: Product, answers: Sequence[Answers]) -> None:
    new, known = Answers(BATCH, 0, 0), Answers(0, BATCH, 0)
    must_equal("a batch and the same again", tuple(answers), (new, known))
    _wait_until_drained(product)
    must_equal(_ROWS, product.number(_ROWS, "twice"), BATCH)
    must_equal(_COUNTED, product.number(_COUNTED, "twice"), BATCH // ERROR_EVERY)
