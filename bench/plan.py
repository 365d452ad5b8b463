"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Repetitions and sizes of the cases."""

    repetitions: int = 3
    burst: int = 200_000
    """Events of one burst."""
    probes: int = 300
    """Events whose way to the screen is timed, for each repetition."""
    singles: int = 4_000
    """Events sent one by one, for each repetition."""
    rounds: int = 30
    """Sales that fail at the till."""
    settle_seconds: float = 60.0
    """Idle time before memory is measured."""


QUICK = Plan(repetitions=1, burst=40_000, probes=60, singles=1_000, rounds=5, settle_seconds=10.0)
"""To see that everything works; too short for figures to quote."""
