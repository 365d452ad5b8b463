"""What an event log promises, whichever engine it has. One suite holds both to it.

- Durable: `append` returns after the commit.
- Order: the records of a partition have rising offsets and are read in that order.
- Complete: a reader never passes over a record, however late its writer commits.
- Once: an event whose identity is in the log already (within DEDUPE_WINDOW) is not stored again.
- Shared: the subscribers of a group divide the partitions; one that dies leaves them to the rest.
- Exact: the offset is stored in the transaction that stores the effects; reading starts there.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.domain.event import LogEvent, Record

DEDUPE_WINDOW: Final = timedelta(hours=24)
"""How long, by arrival, an identity is remembered: shippers repeat within minutes or after a
restart, and a day bounds what has to be looked at."""


class EventLogError(Exception):
    """The log cannot do its work now; trying again later is safe."""


class NotStorableError(Exception):
    """The store refuses the content of at least one of the events: trying again will not help."""


class PartitionLostError(EventLogError):
    """Another subscriber has taken over a partition: what was about to be stored is void."""


class Subscription(Protocol):
    """One subscriber's view of its group's share of the log."""

    async def read(self, limit: int) -> Sequence[Record]:
        """The next records in order, at least one and at most about `limit`; waits for them.

        Fewer when they are long: a read is some megabytes, whatever was sent. The same records
        come again until they are stored. Raises EventLogError.
        """
        ...

    def storing(self, records: Sequence[Record]) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction for the effects of `records` (all of the last read) and the offset.

        Commits when the block ends, stores nothing when it raises. Raises EventLogError.
        """
        ...


class EventLog(Protocol):
    """Append to the log, and subscribe to it."""

    async def append(self, events: Sequence[LogEvent]) -> Sequence[bool]:
        """Store what is new, durably; for each event whether it was stored now.

        All or nothing. Raises EventLogError or NotStorableError.
        """
        ...

    def subscribe(self, group: str) -> AbstractAsyncContextManager[Subscription]:
        """Join `group` for as long as the block lasts. Raises EventLogError."""
        ...
