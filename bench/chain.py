"""The whole demo: the till's answer to a sale that fails → the frame on the socket.

In between: the log file, the shipper, ingest, the event log, the consumer, the live stream.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx

from bench.figures import Figure, Quantity, Sample, gather, must_equal, percentile
from bench.plan import Plan
from bench.product import environment
from stacklens.cli.demo import Addresses, Ports, start_demo
from stacklens.cli.demo_round import LiveStream, Seen
from stacklens.cli.supervisor import Supervisor

PAUSE_SECONDS: Final = 0.2
"""Between two sales: longer than what the stream keeps between frames of repeats (50 ms)."""

CHAIN: Final = Quantity("till's answer → frame, p50", "ms", at_most=150)
CHAIN_P99: Final = Quantity("till's answer → frame, p99", "ms", at_most=150)
CHAIN_MAX: Final = Quantity("till's answer → frame, max", "ms")


def measure(plan: Plan) -> list[Figure]:
    """`plan.rounds` sales, `plan.repetitions` times."""
    with tempfile.TemporaryDirectory(prefix="stacklens-bench-") as scratch:
        return gather(asyncio.run(_measure(plan, Path(scratch))))


async def _measure(plan: Plan, scratch: Path) -> list[Sample]:
    ours = {**environment(), "STACKLENS_DATA": str(scratch / "data"), "STACKLENS_PORT": "0"}
    samples: list[Sample] = []
    async with Supervisor(_silent) as supervisor:
        addresses = await start_demo(supervisor, ours, scratch, Ports(till=0, jira=0), _silent)
        samples += [
            await _sample(addresses, plan.rounds, sold=number * plan.rounds)
            for number in range(plan.repetitions)
        ]
    if len(samples) < plan.repetitions:  # the supervisor has taken the Ctrl-C for itself
        raise KeyboardInterrupt
    return samples


async def _sample(addresses: Addresses, rounds: int, *, sold: int) -> Sample:
    took = []
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        LiveStream.open(addresses.console) as live,
    ):
        for count in range(sold + 1, sold + rounds + 1):
            took.append(await _fail(client, live, addresses.till, count))
            await asyncio.sleep(PAUSE_SECONDS)
    return {
        CHAIN: percentile(took, 0.5),
        CHAIN_P99: percentile(took, 0.99),
        CHAIN_MAX: max(took),
    }


async def _fail(client: httpx.AsyncClient, live: LiveStream, till: str, count: int) -> float:
    """Order what has no price, for the `count`th time; the milliseconds to the frame."""

    def counted(seen: Seen) -> bool:
        return bool(seen.row["issue_code"] == "PRICE_MISSING" and seen.row["count"] >= count)

    answer = await client.post(f"{till}/order", json={"product_id": "p2", "user_id": "bench"})
    answered = time.perf_counter()
    must_equal("the till's answer", answer.status_code, 400)
    event = await live.first("the alert on the socket", counted)
    must_equal("the alert's count", event.row["count"], count)
    return 1000 * (event.at - answered)


def _silent(_line: str) -> None:
    """The supervisor's output is of no interest here."""
