"""Sending records until the server has them: one loop of retries, and nothing given up."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from stacklens.shipper.backoff import Verdict, judge, pause_before, retry_after_seconds, slow_pause
from stacklens.shipper.options import ShipperOptions
from stacklens.shipper.wire import Record, ndjson, packed

log = logging.getLogger(__name__)

# A server that refuses so many single lines in a row, and takes none between them, does not dislike
# the lines: something stands in its place. Then nothing more is set aside.
_SUSPICIOUS_REFUSALS = 10

_SHOWN_OF_AN_ANSWER = 300


class StoppedError(Exception):
    """The shipper is asked to stop while lines wait for their next try; they stay undelivered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: in short, in the server's own words, and the pause, in seconds,
    that it asks for."""

    verdict: Verdict
    short: str
    detail: str = ""
    at_least: float = 0.0

    @property
    def words(self) -> str:
        return f"{self.short}: {self.detail}" if self.detail else self.short

    @property
    def state(self) -> str:
        """What counts as the same trouble: any two troubles that pass, or the same mistake."""
        return self.short if self.verdict is Verdict.MISCONFIGURED else self.verdict


class Sender:
    """Delivers batches one after the other.

    `set_aside` stores records with the reason and may raise OSError; `stopping` ends every pause;
    `draw` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        options: ShipperOptions,
        *,
        set_aside: Callable[[Sequence[Record], str], None],
        stopping: asyncio.Event,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._url = url
        self._options = options
        self._set_aside = set_aside
        self._stopping = stopping
        self._draw = draw
        self._trouble: str | None = None
        self._failed_tries = 0
        self._refused_in_a_row = 0

    async def deliver(self, records: Sequence[Record]) -> None:
        """Returns when every record is on the server or set aside. Raises StoppedError."""
        parts = deque([records] if records else [])
        while parts:
            part = parts.popleft()
            refused = await self._post_until_judged(part)
            if refused is None:
                continue
            if len(part) > 1:
                middle = len(part) // 2
                parts.extendleft([part[middle:], part[:middle]])
            elif self._refused_in_a_row < _SUSPICIOUS_REFUSALS:
                self._refused_in_a_row += 1
                await self.put_aside(part, refused)
            else:
                await self._fail(
                    Answer(Verdict.MISCONFIGURED, f"{self._url} refuses line after line", refused)
                )
                parts.appendleft(part)

    async def put_aside(self, records: Sequence[Record], reason: str) -> None:
        """Stores what the server will not take, and says so. Raises StoppedError."""
        while True:
            try:
                self._set_aside(records, reason)
            except OSError as error:
                await self._fail(
                    Answer(Verdict.MISCONFIGURED, "cannot set lines aside", str(error))
                )
                continue
            for record in records:
                place = f"{record.log_file} at byte {record.offset}"
                log.warning("%d bytes of %s were set aside: %s", len(record.content), place, reason)
            return

    async def _post_until_judged(self, records: Sequence[Record]) -> str | None:
        """None when delivered, else why the server does not want these records."""
        body, headers = packed(
            ndjson(records, self._options.host), gzip_from=self._options.gzip_from
        )
        while True:
            answer = await self._post(body, headers)
            if answer.verdict is Verdict.DELIVERED:
                self._recovered()
                return None
            if answer.verdict is Verdict.NARROW_DOWN:
                return answer.words
            await self._fail(answer)

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.RequestError as error:
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            return Answer(Verdict.LATER, f"{self._url} does not answer", why)
        return Answer(
            judge(response.status_code),
            f"{self._url} answers {response.status_code} {response.reason_phrase}".rstrip(),
            "" if response.is_success else _in_one_line(response.text),
            retry_after_seconds(response.headers.get("Retry-After"), datetime.now(UTC)),
        )

    async def _fail(self, answer: Answer) -> None:
        self._say(answer)
        self._failed_tries += 1
        cap = self._options.backoff_cap
        if answer.verdict is Verdict.MISCONFIGURED:
            pause = slow_pause(self._draw(), cap=cap)
        else:
            pause = pause_before(
                self._failed_tries, self._draw(), base=self._options.backoff_base, cap=cap
            )
        await self._wait(max(pause, answer.at_least))

    def _say(self, answer: Answer) -> None:
        """One line for each change of state, not for each try."""
        if answer.state == self._trouble:
            return
        self._trouble = answer.state
        if answer.verdict is Verdict.MISCONFIGURED:
            log.error("%s; lines wait until this is put right", answer.words)
        else:
            log.warning("%s; lines wait, trying again", answer.words)

    def _recovered(self) -> None:
        self._refused_in_a_row = 0
        if self._trouble is not None:
            log.warning("%s takes lines again after %d tries", self._url, self._failed_tries)
        self._trouble = None
        self._failed_tries = 0

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        raise StoppedError


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:_SHOWN_OF_AN_ANSWER]
