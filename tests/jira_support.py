"""A Jira sandbox as a real process, and dispatchers against it, for the tests of several tiers."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from conditions import eventually
from stacklens.alerts.stream import next_seq
from stacklens.alerts.tickets import Ticket, present_ticket, request_ticket
from stacklens.db.tables import alert_changes, alerts
from stacklens.deliver.dispatcher import ConsoleLink, Dispatcher
from stacklens.deliver.jira.client import JiraClient, JiraSite, Timing
from stacklens.deliver.policy import Policy
from stacklens.domain.alert import TicketState
from stacklens.jira_sandbox.sandbox import DEFAULT_PROJECT, DEFAULT_TOKEN, DEFAULT_USER

AUTH = (DEFAULT_USER, DEFAULT_TOKEN)

_SERVE = """
import sys
from pathlib import Path
from stacklens.jira_sandbox.server import Options, serve
port, data, lag = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
serve(port=port, data=Path(data) if data else None, options=Options(search_lag=lag))
"""

QUICK = Policy(
    shortest_pause=0.02,
    longest_pause=0.05,
    looks=(0.02, 0.05, 0.1, 0.2),
    unanswered_pause=0.05,
    patience=5.0,
    lease=1.0,
)
"""The default policy's shape in milliseconds."""

HASTY = Timing(connect=2.0, answer=0.4, total=0.6)


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A running sandbox: its address, and how to make it misbehave."""

    url: str
    process: subprocess.Popen[str]

    def site(self, *, project: str = DEFAULT_PROJECT, token: str = DEFAULT_TOKEN) -> JiraSite:
        return JiraSite(self.url, DEFAULT_USER, project, token)

    def fault(self, kind: str, **more: object) -> None:
        answer = httpx.post(f"{self.url}/sandbox/faults", json={"kind": kind, **more}, auth=AUTH)
        assert answer.status_code == 201, answer.text

    def faults_left(self) -> int:
        return len(httpx.get(f"{self.url}/sandbox/faults", auth=AUTH).json())

    def lag(self, seconds: float) -> None:
        body = {"search_lag": seconds}
        httpx.put(f"{self.url}/sandbox/behaviour", json=body, auth=AUTH).raise_for_status()

    def keys(self, *labels: str) -> list[str]:
        """The keys of all tickets with these labels, lag or no lag."""
        self.lag(0)
        jql = " AND ".join(f'labels = "{label}"' for label in (labels or ("stacklens",)))
        body = {"jql": f"{jql} ORDER BY created ASC", "fields": ["summary"], "maxResults": 1000}
        answer = httpx.post(f"{self.url}/rest/api/3/search/jql", json=body, auth=AUTH)
        return [issue["key"] for issue in answer.json()["issues"]]

    def issue(self, key: str, **query: str) -> dict[str, object]:
        address = f"{self.url}/rest/api/3/issue/{key}"
        issue: dict[str, object] = httpx.get(address, params=query, auth=AUTH).json()
        return issue

    def reset(self) -> None:
        httpx.post(f"{self.url}/sandbox/reset", auth=AUTH).raise_for_status()

    def clone(self, key: str) -> str:
        """Another issue with the same summary and labels; its key."""
        fields = self.issue(key, fields="summary,labels,project,issuetype")["fields"]
        answer = httpx.post(f"{self.url}/rest/api/3/issue", json={"fields": fields}, auth=AUTH)
        return str(answer.json()["key"])


@contextmanager
def jira_sandbox(
    *, port: int = 0, data: Path | None = None, lag: float = 0.0
) -> Iterator[SandboxProcess]:
    """A sandbox of its own process on a free port, ended with the block."""
    command = [sys.executable, "-c", _SERVE, str(port), str(data or ""), str(lag)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("jira-sandbox: ready http://"), line
            yield SandboxProcess(line.split()[-1], process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


async def an_alert(engine: AsyncEngine, **values: object) -> UUID:
    """An alert row as detection leaves it."""
    alert_id, now = uuid4(), datetime.now(UTC)
    async with engine.begin() as connection:
        seq = await next_seq(connection)
        row: dict[str, object] = {
            "id": alert_id,
            "fingerprint": f"1:{alert_id.hex}",
            "rule_id": "price-missing",
            "issue_code": "PRICE_MISSING",
            "title": "Product p2 has no price",
            "severity": "critical",
            "suggested_fix": "Update product pricing in database.",
            "automation_possible": False,
            "confidence": 95,
            "service": "pos-demo",
            "env": "production",
            "group": {"service": "pos-demo", "env": "production", "product_id": "p2"},
            "raw_log": {"action": "create_order", "error_code": "PRICE_MISSING"},
            "samples": [],
            "status": "NEW",
            "count": 3,
            "first_seen": now,
            "last_seen": now,
            "episode": 1,
            "regression": False,
            "created_at": now,
            "version": 1,
            "created_seq": seq,
            "episode_seq": seq,
            "seq": seq,
        }
        await connection.execute(insert(alerts).values(row | values))
    return alert_id


async def ask(engine: AsyncEngine, alert_id: UUID) -> tuple[Ticket, bool]:
    """Press the button."""
    async with engine.begin() as connection:
        return await request_ticket(connection, alert_id, "local", datetime.now(UTC))


async def ticket_of(engine: AsyncEngine, alert_id: UUID) -> Ticket:
    async with engine.connect() as connection:
        ticket = await present_ticket(connection, alert_id)
    assert ticket is not None
    return ticket


async def settled(engine: AsyncEngine, alert_id: UUID, within: float = 10.0) -> Ticket:
    """The ticket, once nothing more is planned for it."""

    async def nothing_planned() -> bool:
        return (await ticket_of(engine, alert_id)).next_attempt_at is None

    await eventually(nothing_planned, within, "ticket settled")
    return await ticket_of(engine, alert_id)


async def reaches(
    engine: AsyncEngine, alert_id: UUID, state: TicketState, within: float = 10.0
) -> Ticket:
    """The ticket, once it stands at `state` and nothing more is planned for it."""

    async def is_there() -> bool:
        ticket = await ticket_of(engine, alert_id)
        return ticket.state is state and ticket.next_attempt_at is None

    await eventually(is_there, within, f"ticket {state}")
    return await ticket_of(engine, alert_id)


async def changes_of(
    engine: AsyncEngine, alert_id: UUID
) -> list[tuple[str, str, dict[str, object]]]:
    """Kind, actor and detail of an alert's changes, in order."""
    columns = alert_changes.c
    statement = (
        select(columns.kind, columns.actor, columns.detail)
        .where(columns.alert_id == alert_id)
        .order_by(columns.id)
    )
    async with engine.connect() as connection:
        return [
            (kind, actor, detail) for kind, actor, detail in await connection.execute(statement)
        ]


async def alert_row(connection: AsyncConnection, alert_id: UUID) -> dict[str, object]:
    statement = select(alerts).where(alerts.c.id == alert_id)
    return dict((await connection.execute(statement)).mappings().one())


def console_page(alert_id: UUID) -> str:
    return f"https://stacklens.example/alerts/{alert_id}"


@asynccontextmanager
async def delivering(
    engine: AsyncEngine,
    database_url: str,
    site: JiraSite,
    *,
    policy: Policy = QUICK,
    timing: Timing = HASTY,
    console_link: ConsoleLink = console_page,
    cut_off: bool = False,
) -> AsyncIterator[Dispatcher]:
    """A dispatcher at work in this process, stopped with the block: in order, or `cut_off`."""
    stop = asyncio.Event()
    async with JiraClient.open(site, timing) as jira:
        dispatcher = Dispatcher(
            engine,
            jira,
            listen_url=database_url,
            console_link=console_link,
            policy=policy,
        )
        running = asyncio.create_task(dispatcher.run(stop))
        try:
            yield dispatcher
        finally:
            if cut_off:
                running.cancel()
            stop.set()
            await asyncio.wait([running], timeout=10)
            assert running.done()
            if not running.cancelled():
                running.result()


_DELIVER = """
import asyncio, json, sys
from stacklens.db.session import connect
from stacklens.deliver.dispatcher import ConsoleLink, Dispatcher
from stacklens.deliver.jira.client import JiraClient, JiraSite
from stacklens.deliver.policy import Policy

async def main(database_url, jira_url, user, project, token, policy):
    async with JiraClient.open(JiraSite(jira_url, user, project, token)) as jira:
        dispatcher = Dispatcher(
            connect(database_url), jira, listen_url=database_url,
            console_link=lambda alert_id: None, policy=Policy(**policy),
        )
        print("delivering", flush=True)
        await dispatcher.run(asyncio.Event())

*words, policy = sys.argv[1:]
asyncio.run(main(*words, json.loads(policy)))
"""


@contextmanager
def delivery_process(
    database_url: str, site: JiraSite, **policy: float | Sequence[float]
) -> Iterator[subprocess.Popen[str]]:
    """A dispatcher of its own process, for killing."""
    words = [database_url, site.base_url, site.user, site.project, site.token]
    command = [sys.executable, "-c", _DELIVER, *words, json.dumps(policy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "delivering\n"
            yield process
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
