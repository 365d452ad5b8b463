"""The one loop that turns wanted tickets into Jira issues.

It reads what is due from `tickets`, so a hint that got lost costs a minute at most, and several
dispatchers may run at once. What it must never do is send a request twice whose fate it does not
know: see docs/decisions/0004-jira-exactly-once.md.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from stacklens.alerts.ticket_outcomes import (
    Claim,
    Failed,
    Lost,
    Made,
    Outcome,
    Postponed,
    record_outcome,
)
from stacklens.alerts.tickets import CHANNEL
from stacklens.db.wakeup import listen
from stacklens.deliver.claims import claim_due, next_due, ticket_facts
from stacklens.deliver.jira.client import JiraClient
from stacklens.deliver.jira.issue import TicketFacts, create_request
from stacklens.deliver.jira.outcome import Found
from stacklens.deliver.policy import Policy, after_look, after_request
from stacklens.domain.alert import TicketState
from stacklens.telemetry import Action, log

LONGEST_SLEEP_S = 60.0
"""Between two looks at the table, however quiet it is."""

SHORTEST_SLEEP_S = 0.01

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
"""While the database is away."""

Clock = Callable[[], datetime]
ConsoleLink = Callable[[UUID], str | None]
"""The page of an alert, for people who read its ticket; None when no address is configured."""


def utc_now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Job:
    claim: Claim
    facts: TicketFacts | None  # of what is to be requested; None where only a look is due


class Dispatcher:
    """Delivers due tickets to one Jira, a bounded number at once."""

    def __init__(
        self,
        engine: AsyncEngine,
        jira: JiraClient,
        *,
        listen_url: str,
        console_link: ConsoleLink,
        policy: Policy | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`listen_url` is the database's libpq URL: hints need a connection of their own."""
        self._engine = engine
        self._jira = jira
        self._listen_url = listen_url
        self._console_link = console_link
        self._policy = policy or Policy()
        self._clock = clock
        self._token = uuid4().hex
        self._woken = asyncio.Event()
        self._at_work: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then finish what takes no longer than the policy's grace.

        What is cut off then, or by cancelling us, is left to its lease: looked for, not repeated.
        """
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(listen(self._listen_url, [CHANNEL], self._wake)),
                group.create_task(self._wake_when(stop)),
            ]
            await self._deliver_until(stop, group)
            for helper in helpers:
                helper.cancel()
            await self._finish()

    def _wake(self, _channel: str, _payload: str) -> None:
        self._woken.set()

    async def _wake_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _deliver_until(self, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        trouble = FIRST_PAUSE_S
        while not stop.is_set():
            self._woken.clear()
            try:
                pause = await self._begin_due(group)
            except (SQLAlchemyError, OSError) as error:
                if trouble == FIRST_PAUSE_S:
                    log(Action.DATABASE_AWAY, level=logging.WARNING, error=error)
                pause, trouble = trouble, min(trouble * 2, LONGEST_PAUSE_S)
            else:
                trouble = FIRST_PAUSE_S
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def _finish(self) -> None:
        if self._at_work:
            _, late = await asyncio.wait(set(self._at_work), timeout=self._policy.grace)
            for task in late:
                task.cancel()

    async def _begin_due(self, group: asyncio.TaskGroup) -> float:
        """Begin what is due, as far as there is room; returns the seconds until more may be."""
        room = self._policy.at_once - len(self._at_work)
        if room == 0:
            return LONGEST_SLEEP_S  # whoever finishes wakes us
        jobs = await self._claim(room)
        for job in jobs:
            task = group.create_task(self._deliver(job))
            self._at_work.add(task)
            task.add_done_callback(self._finished)
        if len(jobs) == room:
            return LONGEST_SLEEP_S
        async with self._engine.connect() as connection:
            due = await next_due(connection)
        if due is None:
            return LONGEST_SLEEP_S
        seconds = (due - self._clock()).total_seconds()
        # What is due and was not taken is in another dispatcher's hands for a moment.
        return min(max(seconds, SHORTEST_SLEEP_S), LONGEST_SLEEP_S)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._woken.set()

    async def _claim(self, room: int) -> list[_Job]:
        """Claim and read in one transaction, committed before anything is sent."""
        lease = timedelta(seconds=self._policy.lease)
        token = f"{self._token}:{uuid4().hex[:8]}"
        async with self._engine.begin() as connection:
            claims = await claim_due(
                connection, token=token, limit=room, lease=lease, now=self._clock()
            )
            return [
                _Job(claim, await ticket_facts(connection, claim.alert_id, claim.episode))
                if claim.was is TicketState.PENDING
                else _Job(claim, None)
                for claim in claims
            ]

    async def _deliver(self, job: _Job) -> None:
        try:
            outcome = await self._outcome(job)
            await self._record(job.claim, outcome)
        except Exception as error:  # noqa: BLE001 -- outermost line of a ticket's work: no ticket stops the others
            log(
                Action.DELIVER_FAILED,
                level=logging.ERROR,
                error=error,
                alert=str(job.claim.alert_id),
            )

    async def _outcome(self, job: _Job) -> Outcome:
        """Send, look, or look before sending: a request of unknown fate is never just repeated."""
        claim, facts = job.claim, job.facts
        if facts is not None and claim.sent_before is None:
            return await self._request(claim, facts)
        seen = await self._jira.find_by_label(claim.tag)
        if facts is not None and not (isinstance(seen, Found) and seen.hits):
            return await self._request(claim, facts)  # a person said: create it anyway
        return after_look(seen, claim, self._policy, self._clock())

    async def _request(self, claim: Claim, facts: TicketFacts) -> Outcome:
        request = create_request(
            facts,
            project=self._jira.site.project,
            tag=claim.tag,
            console_url=self._console_link(claim.alert_id),
        )
        log(Action.TICKET_SENT, alert=str(claim.alert_id), attempt=claim.attempts)
        answer = await self._jira.create_issue(request)
        return after_request(answer, claim, self._policy, self._clock())

    async def _record(self, claim: Claim, outcome: Outcome) -> None:
        """Record what is known. An outage of the database is outlasted as long as the lease."""
        pause = FIRST_PAUSE_S
        async with asyncio.timeout(self._policy.lease):
            while True:
                try:
                    async with self._engine.begin() as connection:
                        counted = await record_outcome(connection, claim, outcome, self._clock())
                except (SQLAlchemyError, OSError) as error:
                    log(Action.DATABASE_AWAY, level=logging.WARNING, error=error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_S)
                else:
                    break
        _tell(claim, outcome, counted=counted)


def _tell(claim: Claim, outcome: Outcome, *, counted: bool) -> None:
    alert = f"{claim.alert_id}:{claim.episode}"
    match outcome:
        case Made(_, key, _, adopted, others):
            # An issue beside the ticket, or several with its label: a person should look.
            level = logging.INFO if counted and not others else logging.WARNING
            log(
                Action.TICKET_CREATED,
                level=level,
                alert=alert,
                key=key,
                adopted=adopted,
                others=others,
                counted=counted,
            )
        case Postponed(error, until):
            log(Action.TICKET_RETRIED, level=logging.WARNING, error=error, alert=alert, until=until)
        case Failed(error):
            log(Action.TICKET_FAILED, level=logging.WARNING, error=error, alert=alert)
        case Lost(error, looks):
            log(Action.TICKET_UNKNOWN, level=logging.WARNING, error=error, alert=alert, looks=looks)
        case _:
            assert_never(outcome)
