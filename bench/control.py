"""What the machine itself can do at this moment: only ratios to these travel between days.

One row made durable by the same PostgreSQL, 8 kB made durable by the same disk, one line decoded.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from bench.figures import Figure, Quantity, Sample, gather, percentile
from bench.lines import sold
from bench.plan import Plan
from bench.product import Product, running_product

TIMES: Final = 500
DECODED: Final = 20_000
BLOCK: Final = bytes(8192)

INSERT: Final = Quantity("durable one-row INSERT, tight loop, p50", "ms")
INSERT_P99: Final = Quantity("durable one-row INSERT, tight loop, p99", "ms")
SYNC: Final = Quantity("write 8 kB + fdatasync, tight loop, p50", "ms")
SYNC_P99: Final = Quantity("write 8 kB + fdatasync, tight loop, p99", "ms")
DECODE: Final = Quantity("decode a line in Python, CPU", "µs")


def measure(plan: Plan) -> list[Figure]:
    """The same loops, `plan.repetitions` times."""
    with running_product() as product:
        product.database.execute("CREATE TABLE bench_control (line text)")
        return gather([_sample(product) for _ in range(plan.repetitions)])


def _sample(product: Product) -> Sample:
    line = sold("control").decode()
    inserted = _milliseconds(
        lambda: product.database.execute("INSERT INTO bench_control VALUES (%s)", [line])
    )
    synced = _sync(product.data / "bench-control")
    return {
        INSERT: percentile(inserted, 0.5),
        INSERT_P99: percentile(inserted, 0.99),
        SYNC: percentile(synced, 0.5),
        SYNC_P99: percentile(synced, 0.99),
        DECODE: _decode(line.encode()),
    }


def _milliseconds(action: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        action()
        took.append(1000 * (time.perf_counter() - start))
    return took


def _sync(path: Path) -> list[float]:
    with path.open("wb", buffering=0) as file:

        def write() -> None:
            file.write(BLOCK)
            os.fdatasync(file.fileno())

        return _milliseconds(write)


def _decode(line: bytes) -> float:
    decoder = msgspec.json.Decoder()
    start = time.process_time()
    for _ in range(DECODED):
        decoder.decode(line)
    return 1e6 * (time.process_time() - start) / DECODED
