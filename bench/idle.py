"""Memory of everything in `stacklens up` when nothing happens: PSS over the process tree."""

from typing import Final

from bench.figures import Figure, Quantity, gather
from bench.memory import BAR_MB, idle_up
from bench.plan import Plan

TOTAL: Final = Quantity("all processes", "MB", at_most=BAR_MB)


def measure(plan: Plan) -> list[Figure]:
    """Once: it hardly varies, and a repetition takes a minute."""
    memories = idle_up(plan.settle_seconds)
    parts = {Quantity(memory.name, "MB"): 0.0 for memory in memories}
    for memory in memories:
        parts[Quantity(memory.name, "MB")] += memory.pss_mb
    return gather([{TOTAL: sum(parts.values()), **parts}])
