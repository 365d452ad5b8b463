"""One ticket, whoever asks how often, and whatever dies when."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from conditions import eventually
from jira_support import (
    QUICK,
    SandboxProcess,
    an_alert,
    ask,
    changes_of,
    delivering,
    delivery_process,
    jira_sandbox,
    reaches,
    settled,
    ticket_of,
)
from stacklens.alerts.ticket_outcomes import Claim
from stacklens.alerts.tickets import create_anyway
from stacklens.db.session import connect
from stacklens.deliver.claims import claim_due, ticket_facts
from stacklens.deliver.jira.client import JiraClient, Timing
from stacklens.deliver.jira.issue import create_request
from stacklens.deliver.jira.outcome import Created
from stacklens.domain.alert import TicketState


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    """One for each test: a request that outlives its test must not meet the next one."""
    with jira_sandbox() as running:
        yield running


async def until_faults_left(sandbox: SandboxProcess, number: int) -> None:
    await eventually(lambda: sandbox.faults_left() <= number, 10.0)


async def claim_and_die(engine: AsyncEngine) -> Claim:
    """What a dispatcher does before it sends; its lease is over at once."""
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        lease = timedelta(0)
        (claim,) = await claim_due(connection, token="dead", limit=1, lease=lease, now=now)
    return claim


async def test_a_hundred_clicks_over_two_processes_make_one_ticket(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    """Two engines stand for two API processes, two dispatchers deliver, answers get lost."""
    sandbox.lag(0.1)
    other = connect(database_url)
    alert_ids = [await an_alert(engine) for _ in range(5)]
    for fault in ("close_after", "rate_limited", "error_after"):
        sandbox.fault(fault, retry_after=0.05)
    async with AsyncExitStack() as stack:
        for one in (engine, other):
            await stack.enter_async_context(delivering(one, database_url, sandbox.site()))
        clicks = [ask(one, a) for _ in range(10) for a in alert_ids for one in (engine, other)]
        answers = await asyncio.gather(*clicks)
        for alert_id in alert_ids:
            await reaches(engine, alert_id, TicketState.CREATED, 15.0)
    await other.dispose()
    assert len(answers) == 100
    assert sum(is_new for _, is_new in answers) == len(alert_ids)
    keys = {str((await ticket_of(engine, alert_id)).key) for alert_id in alert_ids}
    assert sorted(sandbox.keys()) == sorted(keys)
    assert len(keys) == len(alert_ids)
    for alert_id in alert_ids:
        kinds = [kind for kind, _, _ in await changes_of(engine, alert_id)]
        assert kinds.count("ticket_requested") == 1
        assert kinds.count("ticket_created") == 1


async def test_killed_after_the_claim_and_before_the_request(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    """Nobody can know that nothing was sent: it is looked for, then left to a person."""
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    await claim_and_die(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await reaches(engine, alert_id, TicketState.UNKNOWN)
        assert sandbox.keys() == []
        async with engine.begin() as connection:
            await create_anyway(connection, alert_id, "local", datetime.now(UTC))
        await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [(await ticket_of(engine, alert_id)).key]


async def test_killed_after_the_answer_and_before_it_was_recorded(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    claim = await claim_and_die(engine)
    async with engine.connect() as connection:
        facts = await ticket_facts(connection, alert_id, 1)
    async with JiraClient.open(sandbox.site()) as jira:
        request = create_request(facts, project="SHOP", tag=claim.tag, console_url=None)
        made = await jira.create_issue(request)
    assert isinstance(made, Created)
    async with delivering(engine, database_url, sandbox.site()):
        await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [made.key]
    assert (await ticket_of(engine, alert_id)).key == made.key


@pytest.mark.parametrize("fault", ["slow_before", "slow_after"])
async def test_a_process_killed_in_the_middle_of_its_request(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess, fault: str
) -> None:
    """Jira stores the issue after (slow_before) or before (slow_after) the sender dies."""
    sandbox.fault(fault, seconds=1.0)
    alert_id = await an_alert(engine)
    looks = (0.1, 0.5, 1.0, 1.0, 1.0)
    with delivery_process(database_url, sandbox.site(), lease=1.0, looks=looks) as first:
        await ask(engine, alert_id)
        await eventually(lambda: sandbox.faults_left() == 0)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
    with delivery_process(database_url, sandbox.site(), lease=1.0, looks=looks):
        await reaches(engine, alert_id, TicketState.CREATED, 15.0)
    assert sandbox.keys() == [(await ticket_of(engine, alert_id)).key]


async def test_processes_killed_again_and_again_under_traffic(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    """Whatever is left `unknown` was not made: a person creates it anyway, and it is one each."""
    sandbox.fault("slow_before", seconds=0.4, times=40)
    alert_ids = [await an_alert(engine) for _ in range(12)]
    for _ in range(3):
        enough = sandbox.faults_left() - 2
        with delivery_process(database_url, sandbox.site(), lease=0.5, looks=(0.1,)) as process:
            for alert_id in alert_ids:
                await ask(engine, alert_id)
            await until_faults_left(sandbox, enough)
            process.kill()
    async with delivering(engine, database_url, sandbox.site()):
        for alert_id in alert_ids:
            if (await settled(engine, alert_id)).state is TicketState.UNKNOWN:
                async with engine.begin() as connection:
                    await create_anyway(connection, alert_id, "local", datetime.now(UTC))
            await reaches(engine, alert_id, TicketState.CREATED, 20.0)
    keys = [str((await ticket_of(engine, alert_id)).key) for alert_id in alert_ids]
    assert sorted(sandbox.keys()) == sorted(keys)
    assert len(set(keys)) == len(alert_ids)


async def test_a_dispatcher_cut_off_leaves_its_ticket_to_the_next(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("slow_after", seconds=0.3)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site(), cut_off=True):
        await ask(engine, alert_id)
        await eventually(lambda: sandbox.faults_left() == 0)
    async with delivering(engine, database_url, sandbox.site()):
        await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [(await ticket_of(engine, alert_id)).key]


async def test_told_to_stop_it_does_not_wait_for_a_slow_jira(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    hurried = replace(QUICK, grace=0.05)
    sandbox.fault("slow_after", seconds=20.0)
    alert_id = await an_alert(engine)
    patient = Timing(connect=2.0, answer=30.0, total=30.0)
    site = sandbox.site()
    async with delivering(engine, database_url, site, policy=hurried, timing=patient):
        await ask(engine, alert_id)
        await eventually(lambda: sandbox.faults_left() == 0)
    assert (await ticket_of(engine, alert_id)).state is TicketState.PENDING
    async with delivering(engine, database_url, sandbox.site()):
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]


async def test_a_jira_that_dies_with_the_ticket_still_has_it_when_it_is_back(
    engine: AsyncEngine, database_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    alert_id = await an_alert(engine)
    with jira_sandbox(port=unused_tcp_port, data=tmp_path) as first:
        site = first.site()
        first.fault("slow_after", seconds=30.0)
        async with delivering(engine, database_url, site):
            await ask(engine, alert_id)
            await eventually(lambda: first.faults_left() == 0)
            first.process.kill()
            first.process.wait(10)
            with jira_sandbox(port=unused_tcp_port, data=tmp_path) as second:
                await reaches(engine, alert_id, TicketState.CREATED)
                assert second.keys() == [(await ticket_of(engine, alert_id)).key]
