"""`stacklens ship`: the one place that puts the parts of the shipper together."""

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from stacklens.shipper.errors import UnsupportedPlatformError
from stacklens.shipper.options import ShipperOptions


def announce(following: int) -> None:
    """Says on stdout that lines are being followed from now on."""
    sys.stdout.write(f"stacklens ship: ready, following {following} file(s)\n")
    sys.stdout.flush()


async def ship(
    files: Sequence[str],
    to: str,
    *,
    state: Path,
    key: str | None = None,
    options: ShipperOptions | None = None,
    ready: Callable[[int], None] = announce,
) -> None:
    """Ships lines of `files` (paths and globs) to the server at `to` until it is cancelled.

    `state` is the folder of the positions, `key` the server's API key. `ready` is called once,
    with the number of files. Cancelling ends it cleanly: the request in flight gets
    `options.stop_grace` seconds, the positions are written. Raises ShipperError before it starts.
    """
    refuse_elsewhere(sys.platform)
    # It needs inotify and flock, which cannot even be imported on other systems.
    from stacklens.shipper.session import follow_and_send  # noqa: PLC0415

    await follow_and_send(
        files, to, state=state, key=key, options=options or ShipperOptions(), ready=ready
    )


async def ship_until_signalled(
    files: Sequence[str],
    to: str,
    *,
    state: Path,
    key: str | None = None,
    options: ShipperOptions | None = None,
) -> None:
    """As `ship`, and returns when the process gets SIGTERM or SIGINT."""
    task = asyncio.create_task(ship(files, to, state=state, key=key, options=options))
    signalled = asyncio.Event()

    def stop() -> None:
        signalled.set()
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not signalled.is_set():
            raise


def refuse_elsewhere(platform: str) -> None:
    """Raises UnsupportedPlatformError where there are no file events that we understand."""
    if platform != "linux":
        raise UnsupportedPlatformError(
            "stacklens ship needs the file events of Linux; docs/how-to/ship-logs.md shows what to"
            " use elsewhere"
        )
