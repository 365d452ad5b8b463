"""A shipper for the length of a block, and lines for it to ship."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from stacklens.shipper.options import ShipperOptions
from stacklens.shipper.run import ship

# The slow check stays at 30 s, beyond every deadline: what arrives, arrives because of an event.
BY_EVENTS = ShipperOptions(host="till-1", save_delay=0.01, backoff_base=0.01, backoff_cap=0.05)


@asynccontextmanager
async def shipping(
    files: Sequence[Path],
    to: str,
    state: Path,
    *,
    options: ShipperOptions = BY_EVENTS,
    key: str | None = None,
) -> AsyncIterator[int]:
    """Runs a shipper in this process; gives the number of files that it found."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        ship(
            [str(file) for file in files],
            to,
            state=state,
            key=key,
            options=options,
            ready=ready.set_result,
        )
    )
    task.add_done_callback(lambda _: ready.cancel())
    with suppress(asyncio.CancelledError):
        await ready
    if task.done():
        task.result()
    try:
        yield ready.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def append(path: Path, *lines: str) -> None:
    """Writes whole lines at the end of the file, in one call."""
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))


def numbered(start: int, end: int) -> list[str]:
    """Lines that differ."""
    return [f"line {number} of this test" for number in range(start, end)]
