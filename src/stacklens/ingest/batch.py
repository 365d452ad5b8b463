"""Many records, each judged for itself, stored or kept aside a part at a time."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.domain.event import LogEvent
from stacklens.ingest.judge import Refused, judge_record
from stacklens.ingest.quarantine import keep_aside
from stacklens.ingest.writer import Writer

SLICE: Final = 100
"""Records that are judged in one go; other requests get their turn in between."""

PART_RECORDS: Final = 2_000
PART_BYTES: Final = 4 * 1024 * 1024
"""What is decoded at a time of one batch: decoded, JSON can be twenty times its size."""


@dataclass(slots=True)
class Count:
    """What became of the records so far."""

    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0


class Intake:
    """Takes batches in; `engine` is for the quarantine."""

    def __init__(self, writer: Writer, engine: AsyncEngine) -> None:
        self._writer = writer
        self._engine = engine

    async def take(
        self, records: Iterable[bytes], arrival_time: datetime, sender: str | None
    ) -> Count:
        """Store `records` durably; what became of them all.

        Raises what Writer.write and keep_aside raise; then a part of them may be stored, and will
        count as duplicates when they are sent again.
        """
        count = Count()
        for part in _parts(records):
            events, refused = await _judge(part, arrival_time, sender)
            verdicts = await self._writer.write([event for _, event in events])
            for (raw, _), verdict in zip(events, verdicts, strict=True):
                if isinstance(verdict, str):
                    refused.append(Refused(raw, f"the store refuses it: {verdict}"))
                else:
                    count.accepted += verdict
                    count.duplicates += not verdict
            if refused:
                new = await keep_aside(self._engine, refused, arrival_time, sender)
                count.quarantined += new
                count.duplicates += len(refused) - new
        return count


async def _judge(
    part: Sequence[bytes], arrival_time: datetime, sender: str | None
) -> tuple[list[tuple[bytes, LogEvent]], list[Refused]]:
    events: list[tuple[bytes, LogEvent]] = []
    refused: list[Refused] = []
    for start in range(0, len(part), SLICE):
        for raw in part[start : start + SLICE]:
            verdict = judge_record(raw, arrival_time, sender)
            if isinstance(verdict, Refused):
                refused.append(verdict)
            else:
                events.append((raw, verdict))
        await asyncio.sleep(0)
    return events, refused


def _parts(records: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    part: list[bytes] = []
    size = 0
    for raw in records:
        part.append(raw)
        size += len(raw)
        if len(part) == PART_RECORDS or size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
