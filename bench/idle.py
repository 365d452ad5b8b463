"""Memory of everything in `stacklens up` when nothing happens: PSS over the process tree."""

from typing import Final

from bench.figures import Figure, Quantity, gather
from bench.memory import BAR_MB, idle_up
from bench.plan import Plan
from bench.product import ROLES, role_of

TOTAL: Final = Quantity("all processes", "MB", at_most=BAR_MB)


PARTS: Final = {role: Quantity(role, "MB") for role in ROLES}


def measure(plan: Plan) -> list[Figure]:
    """Once: it hardly varies, and a repetition takes a minute."""
    parts = dict.fromkeys(PARTS.values(), 0.0)
    for memory in idle_up(plan.settle_seconds):
        parts[PARTS[role_of(memory.name)]] += memory.pss_mb
    return gather([{TOTAL: sum(parts.values()), **parts}])
