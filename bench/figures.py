"""What a benchmark says: declared quantities, and one value of each for every repetition."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CountError(Exception):
    """Something was lost, doubled or miscounted: the measured times mean nothing then."""

    def __init__(self, what: str, got: object, wanted: object) -> None:
        super().__init__(f"{what}: {got} instead of {wanted}")


def must_equal(what: str, got: object, wanted: object) -> None:
    """Raise CountError unless both are the same."""
    if got != wanted:
        raise CountError(what, got, wanted)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is measured. `at_most` and `at_least` are the bars of the product."""

    name: str
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def bar(self) -> str:
        """The bar as a reader wants it; empty when there is none."""
        if self.at_most is not None:
            return f"≤ {self.at_most:,.0f}"
        return "" if self.at_least is None else f"≥ {self.at_least:,.0f}"


Sample = Mapping[Quantity, float]
"""What one repetition measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity with its value in each repetition, in their order."""

    quantity: Quantity
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value to quote; the range belongs beside it."""
        return statistics.median(self.values)

    @property
    def meets_bar(self) -> bool | None:
        """Whether the median does; None when there is no bar."""
        if self.quantity.at_most is not None:
            return self.median <= self.quantity.at_most
        if self.quantity.at_least is not None:
            return self.median >= self.quantity.at_least
        return None


def gather(samples: Sequence[Sample]) -> list[Figure]:
    """One figure for each quantity of the samples, in the order in which they first come."""
    values: dict[Quantity, list[float]] = {}
    for sample in samples:
        for quantity, value in sample.items():
            values.setdefault(quantity, []).append(value)
    return [Figure(quantity, tuple(several)) for quantity, several in values.items()]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0–1) of all values do not exceed (nearest rank).

    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.5), percentile([3.0, 1.0, 2.0, 4.0], 0.99)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)
    return ordered[max(rank, 1) - 1]
