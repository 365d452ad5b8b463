"""The way of one event: request sent to the ingest API → `alert:created` read on a WebSocket.

Each probe is an alert of its own. Once with nothing else going on, once with other events beside
it, alternating, so that both see the same machine.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

from bench.figures import Figure, Quantity, Sample, gather, must_equal, percentile
from bench.plan import Plan
from bench.probe import Probed, probe
from bench.product import CONSUMER, INGEST, POSTGRES, CpuSeconds, Product, running_product
from bench.senders import background, own_processes, pump

PROBES_PER_SECOND: Final = 20
BACKGROUND_PER_SECOND: Final = 1_000
BACKGROUND_BATCH: Final = 100
LEAD_SECONDS: Final = 1.0
"""The other events begin before the first probe and end after the last one."""

_ROWS: Final = "SELECT count(*) FROM raw_logs WHERE env = %s"
_COUNTED: Final = "SELECT sum(count) FROM alerts WHERE env = %s"


@dataclass(frozen=True, slots=True)
class _Quantities:
    """What is measured under one load."""

    frames: tuple[tuple[float, Quantity], ...]
    acks: tuple[tuple[float, Quantity], ...]
    cpu: tuple[tuple[str, Quantity], ...]


def _quantities(load: str, *, bars: tuple[float, float] | None = None) -> _Quantities:
    p50, p99 = bars or (None, None)
    name, acknowledged = f"{load}: request → frame", f"{load}: request → answer"
    return _Quantities(
        frames=(
            (0.5, Quantity(f"{name}, p50", "ms", at_most=p50)),
            (0.95, Quantity(f"{name}, p95", "ms")),
            (0.99, Quantity(f"{name}, p99", "ms", at_most=p99)),
            (1.0, Quantity(f"{name}, max", "ms")),
        ),
        acks=tuple(
            (share, Quantity(f"{acknowledged}, {words}", "ms"))
            for share, words in ((0.5, "p50"), (0.99, "p99"))
        ),
        cpu=tuple(
            (role, Quantity(f"{load}: CPU of {role}", "% of a core"))
            for role in (INGEST, CONSUMER, POSTGRES)
        ),
    )


ALONE: Final = _quantities("nothing else")
BESIDE: Final = _quantities(f"{BACKGROUND_PER_SECOND:,}/s beside it", bars=(10.0, 50.0))


def measure(plan: Plan) -> list[Figure]:
    """`plan.repetitions` times `plan.probes` probes under each of both loads."""
    samples: list[Sample] = []
    with running_product() as product, own_processes() as processes:
        processes.submit(pump, product.address, 4, BACKGROUND_BATCH, 1, "warm-up").result()
        for number in range(plan.repetitions):
            samples.append(_alone(product, processes, plan.probes, f"alone-{number}"))
            samples.append(_beside(product, processes, plan.probes, f"beside-{number}"))
    return gather(samples)


def _alone(product: Product, processes: ProcessPoolExecutor, probes: int, env: str) -> Sample:
    before = product.cpu_seconds()
    probed = processes.submit(probe, product.address, probes, PROBES_PER_SECOND, env).result()
    return _sample(ALONE, product, before, probed, env)


def _beside(product: Product, processes: ProcessPoolExecutor, probes: int, env: str) -> Sample:
    before = product.cpu_seconds()
    seconds = probes / PROBES_PER_SECOND + 2 * LEAD_SECONDS
    other = f"{env}-other"
    sending = processes.submit(
        background, product.address, BACKGROUND_BATCH, BACKGROUND_PER_SECOND, seconds, other
    )
    time.sleep(LEAD_SECONDS)
    probed = processes.submit(probe, product.address, probes, PROBES_PER_SECOND, env).result()
    sent = sending.result()
    must_equal("other events", product.number(_ROWS, other), sent)
    return _sample(BESIDE, product, before, probed, env)


def _sample(
    quantities: _Quantities, product: Product, before: CpuSeconds, probed: Probed, env: str
) -> Sample:
    after = product.cpu_seconds()
    must_equal("alerts that never came", probed.lost, 0)
    sent = len(probed.frames)
    must_equal(_COUNTED, product.number(_COUNTED, env), sent)
    seconds = sent / PROBES_PER_SECOND
    return {
        **{quantity: percentile(probed.frames, share) for share, quantity in quantities.frames},
        **{quantity: percentile(probed.acks, share) for share, quantity in quantities.acks},
        **{
            quantity: 100 * (after[role] - before[role]) / seconds
            for role, quantity in quantities.cpu
        },
    }
