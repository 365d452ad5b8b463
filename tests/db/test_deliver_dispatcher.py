"""The dispatcher on a real database against a sandbox of its own process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine

from conditions import eventually
from jira_support import (
    QUICK,
    SandboxProcess,
    alert_row,
    an_alert,
    ask,
    changes_of,
    delivering,
    jira_sandbox,
    reaches,
    ticket_of,
)
from stacklens.alerts.tickets import create_anyway, link_key, look_again
from stacklens.deliver.jira.client import JiraSite, Timing
from stacklens.domain.alert import TicketState


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[SandboxProcess]:
    with jira_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(one_sandbox: SandboxProcess) -> SandboxProcess:
    one_sandbox.reset()
    return one_sandbox


async def test_a_request_becomes_a_ticket(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.CREATED, within=3.0)
    assert sandbox.keys() == [ticket.key]
    assert ticket.url == f"{sandbox.url}/browse/{ticket.key}"
    assert ticket.attempts == 1
    issue = sandbox.issue(str(ticket.key), properties="stacklens")
    assert issue["properties"]["stacklens"]["alert"] == str(alert_id)  # type: ignore[index]
    assert f"https://stacklens.example/alerts/{alert_id}" in str(issue["fields"])
    async with engine.connect() as connection:
        assert (await alert_row(connection, alert_id))["jira_issue_key"] == ticket.key
    kinds = [(kind, actor) for kind, actor, _ in await changes_of(engine, alert_id)]
    assert kinds == [("ticket_requested", "local"), ("ticket_created", "system")]


async def test_what_was_asked_for_while_nobody_delivered_is_delivered(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    alert_ids = [await an_alert(engine) for _ in range(10)]
    for alert_id in alert_ids:
        await ask(engine, alert_id)
    async with delivering(engine, database_url, sandbox.site()):
        for alert_id in alert_ids:
            await reaches(engine, alert_id, TicketState.CREATED)
    assert len(sandbox.keys()) == 10


@pytest.mark.parametrize("fault", ["error_after", "close_after", "garbage_after", "slow_after"])
async def test_a_ticket_whose_answer_was_lost_is_found_and_adopted(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess, fault: str
) -> None:
    sandbox.fault(fault, seconds=3.0)
    sandbox.lag(0.15)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]
    changes = await changes_of(engine, alert_id)
    assert [kind for kind, _, _ in changes] == [
        "ticket_requested",
        "ticket_unknown",
        "ticket_created",
    ]
    assert changes[-1][2]["adopted"] is True


@pytest.mark.parametrize("fault", ["error_before", "close_before", "html"])
async def test_a_request_of_unknown_fate_is_never_sent_again_by_itself(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess, fault: str
) -> None:
    sandbox.fault(fault)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.UNKNOWN)
        assert "search does not show" in str(ticket.error)
        assert sandbox.keys() == []
        async with engine.begin() as connection:
            await create_anyway(connection, alert_id, "local", datetime.now(UTC))
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]


async def test_creating_anyway_still_finds_what_search_was_late_to_show(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("close_after")
    sandbox.lag(600)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        await reaches(engine, alert_id, TicketState.UNKNOWN)
        sandbox.lag(0)
        async with engine.begin() as connection:
            await create_anyway(connection, alert_id, "local", datetime.now(UTC))
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]


async def test_looking_again_finds_what_search_was_late_to_show(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("close_after")
    sandbox.lag(600)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        await reaches(engine, alert_id, TicketState.UNKNOWN)
        sandbox.lag(0)
        async with engine.begin() as connection:
            await look_again(connection, alert_id, datetime.now(UTC))
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]


async def test_a_linked_ticket_is_left_alone(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("close_before")
    alert_id, other = await an_alert(engine), await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        await reaches(engine, alert_id, TicketState.UNKNOWN)
        async with engine.begin() as connection:
            await link_key(connection, alert_id, "SHOP-99", "url", "local", datetime.now(UTC))
        await ask(engine, other)
        await reaches(engine, other, TicketState.CREATED)
    assert (await ticket_of(engine, alert_id)).key == "SHOP-99"
    assert len(sandbox.keys()) == 1


async def test_of_several_tickets_with_its_label_the_oldest_is_adopted_and_the_others_told(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    """Somebody cloned the issue in Jira."""
    sandbox.fault("close_after")
    sandbox.lag(600)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        await reaches(engine, alert_id, TicketState.UNKNOWN)
        (oldest,) = sandbox.keys()
        clone = sandbox.clone(oldest)
        async with engine.begin() as connection:
            await look_again(connection, alert_id, datetime.now(UTC))
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert ticket.key == oldest
    assert (await changes_of(engine, alert_id))[-1][2]["others"] == [clone]


async def test_a_busy_jira_is_asked_again_after_the_time_it_named(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("rate_limited", retry_after=0.3)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        asked, _ = await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert ticket.attempts == 2
    assert (ticket.updated_at - asked.requested_at).total_seconds() > 0.3
    assert len(sandbox.keys()) == 1


async def test_after_three_refusals_to_listen_a_person_decides(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("rate_limited", retry_after=0.01, times=3)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        failed = await reaches(engine, alert_id, TicketState.FAILED)
        assert failed.error == (
            "Jira answered 429: Rate limit exceeded. (given up after 3 attempts)"
        )
        await ask(engine, alert_id)
        await reaches(engine, alert_id, TicketState.CREATED)
    assert len(sandbox.keys()) == 1


async def test_a_jira_that_is_down_fails_the_ticket_and_works_when_it_is_back(
    engine: AsyncEngine, database_url: str, unused_tcp_port: int
) -> None:
    site = JiraSite(f"http://127.0.0.1:{unused_tcp_port}", "demo@example.com", "SHOP", "sandbox")
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, site):
        await ask(engine, alert_id)
        failed = await reaches(engine, alert_id, TicketState.FAILED)
        assert "cannot be reached" in str(failed.error)
        assert failed.attempts == 3
        with jira_sandbox(port=unused_tcp_port) as back:
            await ask(engine, alert_id)
            ticket = await reaches(engine, alert_id, TicketState.CREATED)
            assert back.keys() == [ticket.key]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unauthorized", "401: Client must be authenticated"),
        ("login_redirect", "302 with a redirect"),
        ("error_before", "403: Internal server error"),
    ],
    ids=["unauthorized", "redirect", "forbidden"],
)
async def test_a_clear_no_is_shown_and_not_repeated(
    engine: AsyncEngine,
    database_url: str,
    sandbox: SandboxProcess,
    fault: str,
    words: str,
) -> None:
    sandbox.fault(fault, status=403)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        failed = await reaches(engine, alert_id, TicketState.FAILED)
    assert words in str(failed.error)
    assert failed.attempts == 1
    assert (await changes_of(engine, alert_id))[-1] == (
        "ticket_failed",
        "system",
        {"error": failed.error},
    )
    async with engine.connect() as connection:
        assert (await alert_row(connection, alert_id))["ticket_state"] == "failed"


async def test_a_project_that_does_not_exist_is_told_in_jiras_words(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site(project="NOPE")):
        await ask(engine, alert_id)
        failed = await reaches(engine, alert_id, TicketState.FAILED)
    assert failed.error == "Jira answered 400: project: valid project is required"


async def test_a_jira_that_lets_us_look_only_as_a_stranger_is_not_believed(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("close_after")
    sandbox.fault("anonymous", call="search", times=2)
    alert_id = await an_alert(engine)
    async with delivering(engine, database_url, sandbox.site()):
        await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.CREATED)
    assert sandbox.keys() == [ticket.key]


async def test_looks_without_an_answer_end_and_leave_it_to_a_person(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("close_before")
    sandbox.fault("html", call="search", times=1_000)
    alert_id = await an_alert(engine)
    hurried = replace(QUICK, patience=0.3)
    async with delivering(engine, database_url, sandbox.site(), policy=hurried):
        await ask(engine, alert_id)
        ticket = await reaches(engine, alert_id, TicketState.UNKNOWN)
    assert "HTML page" in str(ticket.error)


async def test_slow_tickets_do_not_hold_up_the_others(
    engine: AsyncEngine, database_url: str, sandbox: SandboxProcess
) -> None:
    sandbox.fault("slow_after", seconds=20.0, times=3)
    patient = Timing(connect=2.0, answer=30.0, total=30.0)
    slow = [await an_alert(engine) for _ in range(3)]
    quick = await an_alert(engine)
    relaxed = replace(QUICK, lease=60.0)
    async with delivering(
        engine, database_url, sandbox.site(), policy=relaxed, timing=patient, cut_off=True
    ):
        for alert_id in slow:
            await ask(engine, alert_id)
        await eventually(lambda: sandbox.faults_left() == 0)
        await ask(engine, quick)
        await reaches(engine, quick, TicketState.CREATED, within=3.0)
    assert {(await ticket_of(engine, alert_id)).state for alert_id in slow} == {TicketState.PENDING}


@contextmanager
def without_connections(postgres_url: str, database_url: str) -> Iterator[None]:
    """The database turns everybody away until the block ends."""
    name = sql.Identifier(database_url.partition("?")[0].rpartition("/")[2])
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(allow.format(name, sql.SQL("false")))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (name.as_string().strip('"'),),
        )
        yield
        admin.execute(allow.format(name, sql.SQL("true")))


async def test_a_lost_database_is_outlasted_and_the_answer_still_recorded(
    engine: AsyncEngine,
    database_url: str,
    postgres_url: str,
    sandbox: SandboxProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox.fault("slow_after", seconds=0.3)
    alert_id, later = await an_alert(engine), await an_alert(engine)
    patient = Timing(connect=2.0, answer=5.0, total=5.0)
    relaxed = replace(QUICK, lease=30.0)
    caplog.set_level(logging.WARNING, "stacklens")
    async with delivering(engine, database_url, sandbox.site(), policy=relaxed, timing=patient):
        await ask(engine, alert_id)
        await eventually(lambda: sandbox.faults_left() == 0)
        with without_connections(postgres_url, database_url):
            # the listener, the loop, and the record of the answer, tried twice
            await eventually(lambda: caplog.text.count("database_away") >= 4, 10.0)
        first = await reaches(engine, alert_id, TicketState.CREATED)
        await ask(engine, later)
        second = await reaches(engine, later, TicketState.CREATED)
    assert sandbox.keys() == [first.key, second.key]
    assert (await changes_of(engine, alert_id))[-1][2]["adopted"] is False


async def test_a_ticket_that_cannot_be_worked_on_does_not_stop_the_others(
    engine: AsyncEngine,
    database_url: str,
    sandbox: SandboxProcess,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, whole = await an_alert(engine), await an_alert(engine)

    def link(alert_id: UUID) -> str | None:
        if alert_id == broken:
            raise RuntimeError("no link for this one")
        return None

    caplog.set_level(logging.ERROR, "stacklens")
    async with delivering(engine, database_url, sandbox.site(), console_link=link):
        await ask(engine, broken)
        await ask(engine, whole)
        await reaches(engine, whole, TicketState.CREATED)
        await reaches(engine, broken, TicketState.UNKNOWN)
    assert "deliver_failed" in caplog.text
    assert len(sandbox.keys()) == 1
