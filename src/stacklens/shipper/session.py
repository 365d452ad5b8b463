"""A shipper at work: who waits for what, and the order in which things start and stop."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from stacklens.shipper import patterns
from stacklens.shipper.fileset import Batch, FileSet
from stacklens.shipper.options import ShipperOptions
from stacklens.shipper.positions import FileId
from stacklens.shipper.saver import PositionSaver
from stacklens.shipper.send import Sender, StoppedError
from stacklens.shipper.state import StateFolder, open_state
from stacklens.shipper.watch import FileEvents, open_events
from stacklens.shipper.wire import bearer, endpoint

_CONNECT_TIMEOUT = 10.0

# Less than the 65 s for which our server keeps an idle connection: it is not used while it closes.
_KEEP_IDLE_CONNECTION = 30.0


async def follow_and_send(
    files: Sequence[str],
    to: str,
    *,
    state: Path,
    key: str | None,
    options: ShipperOptions,
    ready: Callable[[int], None],
) -> None:
    """See `stacklens.shipper.run.ship`."""
    url = endpoint(to)
    headers = bearer(key) if key else {}
    with open_state(state) as folder, open_events() as events:
        async with _client(url, headers, options) as client:
            session = Session(patterns.absolute(files), url, client, folder, events, options)
            with closing(session):
                await session.run(ready)


class Session:
    """Follows the files that `wanted` names and sends their lines to `url`."""

    def __init__(
        self,
        wanted: Sequence[str],
        url: str,
        client: httpx.AsyncClient,
        folder: StateFolder,
        events: FileEvents,
        options: ShipperOptions,
    ) -> None:
        self._wanted = wanted
        self._folder = folder
        self._events = events
        self._options = options
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._stopping = asyncio.Event()
        self._files = FileSet(wanted, options, watch=events.watch_file, forget=events.forget_file)
        self._saver = PositionSaver(
            folder.positions, self._files.positions, delay=options.save_delay
        )
        self._sender = Sender(
            client, url, options, set_aside=folder.set_aside, stopping=self._stopping
        )

    def close(self) -> None:
        self._files.close()

    async def run(self, ready: Callable[[int], None]) -> None:
        """Until it is cancelled; what goes wrong in any part ends all of it."""
        self._watch_folders()
        self._files.restore(self._folder.load_positions(), time.monotonic())
        await self._saver.save()
        pump = asyncio.create_task(self._pump())
        watchers = [
            asyncio.create_task(part)
            for part in (
                self._listen(),
                self._look_again(),
                self._check_now_and_then(),
                self._saver.run(),
            )
        ]
        try:
            ready(len(self._files))
            await _first_failure([pump, *watchers])
        finally:
            await self._stop(pump, watchers)

    async def _stop(self, pump: asyncio.Task[None], watchers: list[asyncio.Task[None]]) -> None:
        self._stopping.set()
        self._wake.set()
        await asyncio.wait([pump], timeout=self._options.stop_grace)
        for task in (pump, *watchers):
            task.cancel()
        await asyncio.wait([pump, *watchers])
        await self._saver.save()

    async def _pump(self) -> None:
        """Sends line after line; while a request is on its way, the next batch gathers in the
        files, and while the server is away nothing is read."""
        while not self._stopping.is_set():
            batch = self._files.gather(time.monotonic())
            if not batch.is_empty:
                try:
                    await self._pass_on(batch)
                except StoppedError:
                    return
            elif self._files.has_more:
                await asyncio.sleep(0)
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _pass_on(self, batch: Batch) -> None:
        if self._files.has_news:
            # A file must be known by its name and inode before the first of its lines leaves: if
            # we are killed and it is renamed meanwhile, it is found, and sent under the same name.
            self._files.has_news = False
            await self._saver.save()
        if batch.overlong:
            limit = self._options.line_bytes
            await self._sender.put_aside(batch.overlong, f"the line is longer than {limit} bytes")
        await self._sender.deliver(batch.records)
        self._files.delivered(batch)
        self._saver.soon()

    async def _listen(self) -> None:
        await self._events.listen(grown=self._grown, moved=self._moved.set, lost=self._check_all)

    async def _look_again(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            self._look()

    async def _check_now_and_then(self) -> None:
        """Only a net: for file systems that make no events (NFS, some mounts into containers), for
        writes through mmap, and for the end of rotated files."""
        while True:
            await asyncio.sleep(self._options.rescan_every)
            self._files.let_go(time.monotonic())
            self._check_all()

    def _check_all(self) -> None:
        self._files.hint_all()
        self._look()

    def _look(self) -> None:
        self._watch_folders()
        self._files.look(time.monotonic())
        if self._files.has_news:
            self._saver.soon()
        self._wake.set()

    def _watch_folders(self) -> None:
        """Until the picture stays the same: a folder may come up while others are taken in."""
        watched: set[str] = set()
        while (folders := patterns.folders_to_watch(self._wanted)) != watched:
            self._events.watch_folders(folders)
            watched = folders

    def _grown(self, file: FileId) -> None:
        self._files.hint(file, time.monotonic())
        self._wake.set()


async def _first_failure(tasks: list[asyncio.Task[None]]) -> None:
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def _client(url: str, headers: dict[str, str], options: ShipperOptions) -> httpx.AsyncClient:
    """One connection, kept open; a proxy of the environment is not asked for this machine."""
    return httpx.AsyncClient(
        headers=headers,
        timeout=httpx.Timeout(options.request_timeout, connect=_CONNECT_TIMEOUT),
        limits=httpx.Limits(max_connections=1, keepalive_expiry=_KEEP_IDLE_CONNECTION),
        trust_env=not _is_this_machine(url),
    )


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
