"""One event for each request, over 1 and over 32 connections that wait for their answers."""

from concurrent.futures import ProcessPoolExecutor
from typing import Final

from bench.figures import Figure, Quantity, Sample, gather, must_equal, percentile
from bench.plan import Plan
from bench.product import CONSUMER, INGEST, POSTGRES, Product, running_product
from bench.senders import own_processes, singles

CONNECTIONS: Final = (1, 32)
WARM_UP: Final = 200

_ROWS: Final = "SELECT count(*) FROM raw_logs WHERE env = %s"


def measure(plan: Plan) -> list[Figure]:
    """`plan.repetitions` times `plan.singles` events for each number of connections."""
    samples: list[Sample] = []
    with running_product() as product, own_processes() as processes:
        processes.submit(singles, product.address, WARM_UP, CONNECTIONS[0], "warm-up").result()
        for number in range(plan.repetitions):
            for connections in CONNECTIONS:
                env = f"singles-{connections}-{number}"
                samples.append(_sample(product, processes, plan.singles, connections, env))
    return gather(samples)


def _sample(
    product: Product, processes: ProcessPoolExecutor, count: int, connections: int, env: str
) -> Sample:
    before = product.cpu_seconds()
    sent = processes.submit(singles, product.address, count, connections, env).result()
    after = product.cpu_seconds()
    must_equal(_ROWS, product.number(_ROWS, env), count)
    name = f"{connections} connection{'s' if connections > 1 else ''}"
    milliseconds = [1000 * seconds for seconds in sent.acks]
    return {
        Quantity(f"{name}: accepted", "events/s"): count / sent.seconds,
        Quantity(f"{name}: request → answer, p50", "ms"): percentile(milliseconds, 0.5),
        Quantity(f"{name}: request → answer, p99", "ms"): percentile(milliseconds, 0.99),
        **{
            Quantity(f"{name}: CPU of {role}", "µs/event"): 1e6
            * (after[role] - before[role])
            / count
            for role in (INGEST, CONSUMER, POSTGRES)
        },
        Quantity(f"{name}: CPU of the client", "µs/event"): 1e6 * sent.cpu / count,
    }
