"""`python -m bench`: measure the real product, print what came out, write it to bench/results/.

Times are told, never judged: the exit code is 0 unless something was lost, doubled or miscounted.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import chain, control, idle, latency, machine, paint, report, singles, throughput
from bench.figures import Figure
from bench.plan import QUICK, Plan

Measure = Callable[[Plan], list[Figure]]

CASES: Final[Mapping[str, Measure]] = {
    "control": control.measure,
    "latency": latency.measure,
    "throughput": throughput.measure,
    "singles": singles.measure,
    "chain": chain.measure,
    "paint": paint.measure,
    "memory": idle.measure,
}
RESULTS: Final = Path(__file__).with_name("results")


def main() -> None:
    """Run the chosen cases; raises CountError when one of them miscounts."""
    chosen = _arguments()
    # What runs beside us is stopped where a block ends, so a signal has to end the blocks.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    plan = QUICK if chosen.quick else Plan()
    result = report.Result(
        at=datetime.now(UTC),
        commit=machine.commit(),
        quick=chosen.quick,
        machine=machine.describe(),
        load_before=machine.load(),
        load_after=[],
        cases={},
    )
    for name in chosen.only:
        result.cases[name] = _run(name, plan)
    result.load_after = machine.load()
    print(f"\nwritten to {report.write(result, RESULTS)}")


def _run(name: str, plan: Plan) -> report.Case:
    load_before, started = machine.load()[0], time.monotonic()
    figures = CASES[name](plan)
    seconds, load_after = time.monotonic() - started, machine.load()[0]
    print(report.table(name, figures, (load_before, load_after)), end="\n\n", flush=True)
    return report.Case(round(seconds, 1), load_before, load_after, report.measured(figures))


class _Arguments(argparse.Namespace):
    only: list[str]
    quick: bool


def _arguments() -> _Arguments:
    parser = argparse.ArgumentParser("python -m bench", description="Measure the product.")
    parser.add_argument(
        "--only",
        type=_cases,
        default=list(CASES),
        metavar="CASE,…",
        help=f"of {', '.join(CASES)}; all when left out",
    )
    parser.add_argument("--quick", action="store_true", help="see that it works: short, once")
    return parser.parse_args(namespace=_Arguments())


def _cases(words: str) -> list[str]:
    names = words.split(",")
    if unknown := [name for name in names if name not in CASES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(CASES)}")
    return names


if __name__ == "__main__":
    main()
