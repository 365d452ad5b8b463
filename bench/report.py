"""What was measured, for people as a table and for comparison as one JSON file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from bench.figures import Figure

_MARKS: Final = {True: "met", False: "NOT met", None: ""}


def table(case: str, figures: Sequence[Figure], load: Sequence[float]) -> str:
    """Medians with their ranges over the repetitions."""
    before, after = load
    lines = [f"{case} (load average {before} → {after})"]
    for figure in figures:
        quantity = figure.quantity
        spread = (
            f"[{_short(min(figure.values))} – {_short(max(figure.values))}]"
            if len(figure.values) > 1
            else ""
        )
        lines.append(
            f"  {quantity.name:<48}{_short(figure.median):>10} {quantity.unit:<13}{spread:<20}"
            f"{quantity.bar:<10}{_MARKS[figure.meets_bar]}".rstrip()
        )
    return "\n".join(lines)


class Measured(msgspec.Struct):
    """One quantity as it stands in the file."""

    name: str
    unit: str
    median: float
    values: list[float]
    bar: str


class Case(msgspec.Struct):
    """One case as it stands in the file; load averages of one minute."""

    seconds: float
    load_before: float
    load_after: float
    measured: list[Measured]


class Result(msgspec.Struct):
    """The file."""

    at: datetime
    commit: str
    quick: bool
    machine: Mapping[str, str | int | float]
    load_before: list[float]
    load_after: list[float]
    cases: dict[str, Case]


def measured(figures: Sequence[Figure]) -> list[Measured]:
    """Figures as they stand in the file."""
    return [
        Measured(
            figure.quantity.name,
            figure.quantity.unit,
            round(figure.median, 3),
            [round(value, 3) for value in figure.values],
            figure.quantity.bar,
        )
        for figure in figures
    ]


def write(result: Result, folder: Path) -> Path:
    """Write the file and return its path: <date>-<commit>.json, the date in UTC."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.at:%Y-%m-%dT%H%M%S}-{result.commit}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return path


def _short(value: float) -> str:
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
