"""Senders that behave as log shippers do, and the ledger of what they were promised."""

import asyncio
import gzip
import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

Fields = Mapping[str, object]
Key = tuple[str, str | None]
"""Issue code and product: what a finding is grouped by, as far as this traffic goes."""

_KINDS: tuple[tuple[str | None, Fields], ...] = (
    ("PRICE_MISSING", {"error_code": "PRICE_MISSING", "message": "Product price is null"}),
    ("PRODUCT_NOT_FOUND", {"error_code": "PRODUCT_NOT_FOUND", "message": "Product not found"}),
    ("UNKNOWN", {"message": "Till 17 lost its drawer", "action": "open_drawer"}),
    (None, {"level": "info", "message": "Order created successfully", "price": 1.5}),
)


@dataclass
class Ledger:
    """What the product has said yes to: request ids, and the alerts that they make."""

    accepted: set[str] = field(default_factory=set)
    findings: Counter[Key] = field(default_factory=Counter)
    answers: int = 0
    repeats: int = 0

    def note(self, batch: "Batch", tries: int) -> None:
        self.accepted |= batch.request_ids
        self.findings += batch.findings
        self.answers += 1
        self.repeats += tries - 1


@dataclass
class Batch:
    """Log lines that go out together, again and again, until there is an answer."""

    lines: list[Fields]
    request_ids: set[str]
    findings: Counter[Key]

    @classmethod
    def made(cls, dice: random.Random, size: int) -> "Batch":
        batch = cls([], set(), Counter())
        for _ in range(size):
            code, fields = dice.choice(_KINDS)
            product = f"p{dice.randrange(4)}"
            request_id = str(uuid.UUID(int=dice.getrandbits(128)))
            batch.request_ids.add(request_id)
            batch.lines.append(sale(request_id, product_id=product, **fields))
            if code is not None:
                batch.findings[code, product if code == "PRICE_MISSING" else None] += 1
        return batch


def sale(request_id: str, **fields: object) -> Fields:
    """A line of the shop, by default an order that failed for no reason given."""
    return {
        "request_id": request_id,
        "service": "pos-demo",
        "env": "test",
        "timestamp": datetime.now(UTC).isoformat(),
        "action": "create_order",
        "level": "error",
        "user_id": "unknown",
        **fields,
    }


class Sender:
    """Sends batch after batch; one whose fate it does not know it sends again as it was."""

    def __init__(self, address: str, ledger: Ledger, dice: random.Random) -> None:
        self._address = address
        self._ledger = ledger
        self._dice = dice

    async def send_until(self, stop: asyncio.Event) -> None:
        """Until `stop`, and then until the last batch has its answer."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            while not stop.is_set():
                size = self._dice.choice([1, 1, 20, 100])
                batch = Batch.made(self._dice, size)
                tries = 1
                while not await self._answered(client, batch, tries):
                    tries += 1
                    await asyncio.sleep(self._dice.uniform(0.01, 0.1))
                self._ledger.note(batch, tries)
                # The rate of this traffic, so that the machine is not what is tested.
                await asyncio.sleep(self._dice.uniform(0, 0.03))

    async def _answered(self, client: httpx.AsyncClient, batch: Batch, tries: int) -> bool:
        try:
            if len(batch.lines) == 1:
                answer = await client.post(f"{self._address}/api/logs/ingest", json=batch.lines[0])
            else:
                body = gzip.compress("\n".join(map(json.dumps, batch.lines)).encode())
                answer = await client.post(f"{self._address}/api/logs", content=body)
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            assert "retry-after" in answer.headers
            return False
        assert answer.is_success, answer.text
        if len(batch.lines) > 1:
            count = answer.json()
            assert count["quarantined"] == 0, count
            assert count["accepted"] + count["duplicates"] == len(batch.lines), count
            assert tries > 1 or count["duplicates"] == 0, count
        return True


@asynccontextmanager
async def sending(
    address: str, ledger: Ledger, dice: random.Random, senders: int
) -> AsyncIterator[None]:
    """Traffic while the block lasts; at its end everything sent has been accepted."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(senders):
            sender = Sender(address, ledger, random.Random(dice.getrandbits(64)))
            tasks.create_task(sender.send_until(stop))
        try:
            yield
        finally:
            stop.set()
