"""The alert stream: one counter that numbers every update of an alert row, in commit order.

Every transaction that writes `alerts` takes this lock before it touches an alert and holds it
until it commits. That is what makes "rows with a number above mine" complete (guarantee 6), and
because it is always the first lock, writers cannot deadlock over alert rows.
"""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.db.tables import alert_stream

CHANNEL = "alerts"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the stream: numbers are only comparable within one epoch."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read `epoch:seq`; raises ValueError when it is anything else."""
        epoch, separator, seq = value.rpartition(":")
        if not separator or not epoch or not (seq.isascii() and seq.isdigit()):
            raise ValueError(f"a stream position looks like epoch:seq, not {value[:80]!r}")
        return cls(epoch, int(seq))


async def next_seq(connection: AsyncConnection, numbers: int = 1) -> int:
    """Lock the stream until commit and take `numbers` numbers; returns the first of them.

    Also wakes the readers of the stream when the transaction commits.
    """
    statement = (
        update(alert_stream)
        .values(seq=alert_stream.c.seq + numbers)
        .returning(alert_stream.c.seq, func.pg_notify(CHANNEL, ""))
    )
    last: int = (await connection.execute(statement)).one()[0]
    return last - numbers + 1


async def position(connection: AsyncConnection) -> Position:
    """Where the stream stands for what this transaction can see."""
    row = (await connection.execute(select(alert_stream.c.epoch, alert_stream.c.seq))).one()
    return Position(row.epoch, row.seq)
