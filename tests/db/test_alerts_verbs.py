"""What a person does with an alert, against a real database."""

import asyncio
import itertools
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from stacklens.alerts import stream, verbs
from stacklens.alerts.query import AlertRow
from stacklens.alerts.verbs import Done, Missing, NotAllowed, Outcome, Stale, Unchanged
from stacklens.db.tables import alert_changes
from stacklens.domain.alert import Status, Verb

LATER = NOW + timedelta(minutes=5)
TO_REACH = {
    Status.NEW: (),
    Status.ACKNOWLEDGED: (Verb.ACKNOWLEDGE,),
    Status.RESOLVED: (Verb.RESOLVE,),
}
LIFE_CYCLE = {
    (Verb.ACKNOWLEDGE, Status.NEW): (Done, Status.ACKNOWLEDGED),
    (Verb.ACKNOWLEDGE, Status.ACKNOWLEDGED): (Unchanged, Status.ACKNOWLEDGED),
    (Verb.ACKNOWLEDGE, Status.RESOLVED): (NotAllowed, Status.RESOLVED),
    (Verb.RESOLVE, Status.NEW): (Done, Status.RESOLVED),
    (Verb.RESOLVE, Status.ACKNOWLEDGED): (Done, Status.RESOLVED),
    (Verb.RESOLVE, Status.RESOLVED): (Unchanged, Status.RESOLVED),
    (Verb.REOPEN, Status.NEW): (Unchanged, Status.NEW),
    (Verb.REOPEN, Status.ACKNOWLEDGED): (Done, Status.NEW),
    (Verb.REOPEN, Status.RESOLVED): (Done, Status.NEW),
}


async def apply(
    engine: AsyncEngine, alert_id: UUID, verb: Verb, if_version: int | None = None
) -> Outcome:
    async with engine.begin() as connection:
        return await verbs.apply(
            connection, alert_id, verb, actor="local", now=LATER, if_version=if_version
        )


async def row_of(outcome: Outcome) -> AlertRow:
    assert not isinstance(outcome, Missing)
    return outcome.row


async def changes(engine: AsyncEngine) -> list[tuple[str, str, int]]:
    async with engine.connect() as connection:
        c = alert_changes.c
        found = await connection.execute(select(c.kind, c.actor, c.episode).order_by(c.id))
        return [(row.kind, row.actor, row.episode) for row in found]


def test_every_verb_is_tried_from_every_state() -> None:
    assert set(LIFE_CYCLE) == set(itertools.product(Verb, Status))


@pytest.mark.parametrize(("verb", "status"), LIFE_CYCLE, ids=str)
async def test_the_life_cycle(engine: AsyncEngine, verb: Verb, status: Status) -> None:
    kind, leads_to = LIFE_CYCLE[verb, status]
    [one] = await record(engine, a_finding())
    for step in TO_REACH[status]:
        await apply(engine, one, step)
    before = len(await changes(engine))
    outcome = await apply(engine, one, verb)
    row = await row_of(outcome)
    assert (type(outcome), row.status) == (kind, leads_to)
    assert len(await changes(engine)) - before == (kind is Done)
    assert row.version == 1 + len(TO_REACH[status]) + (kind is Done)


async def test_a_change_moves_the_version_the_number_and_the_moments(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    acknowledged = await row_of(await apply(engine, one, Verb.ACKNOWLEDGE))
    assert (acknowledged.acknowledged_at, acknowledged.resolved_at) == (LATER, None)
    resolved = await row_of(await apply(engine, one, Verb.RESOLVE))
    assert (resolved.acknowledged_at, resolved.resolved_at) == (LATER, LATER)
    reopened = await row_of(await apply(engine, one, Verb.REOPEN))
    assert (reopened.acknowledged_at, reopened.resolved_at) == (None, None)
    assert [row.seq for row in (acknowledged, resolved, reopened)] == [2, 3, 4]
    async with engine.connect() as connection:
        assert (await stream.position(connection)).seq == 4


async def test_reopening_by_hand_is_no_regression(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    await apply(engine, one, Verb.RESOLVE)
    row = await row_of(await apply(engine, one, Verb.REOPEN))
    assert (row.episode, row.regression) == (1, False)
    assert await changes(engine) == [
        ("opened", "system", 1),
        ("resolved", "local", 1),
        ("reopened", "local", 1),
    ]


async def test_a_change_belongs_to_the_present_episode(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    await apply(engine, one, Verb.RESOLVE)
    await record(engine, a_finding(event_time=LATER + timedelta(seconds=1)))
    row = await row_of(await apply(engine, one, Verb.ACKNOWLEDGE))
    assert (row.episode, row.regression) == (2, True)
    assert (await changes(engine))[-1] == ("acknowledged", "local", 2)


@pytest.mark.parametrize("version", [1, 3, 2**31, 10**18 - 1])
async def test_another_version_than_the_present_one_changes_nothing(
    engine: AsyncEngine, version: int
) -> None:
    [one] = await record(engine, a_finding())
    await apply(engine, one, Verb.ACKNOWLEDGE)
    outcome = await apply(engine, one, Verb.RESOLVE, if_version=version)
    assert isinstance(outcome, Stale)
    assert (outcome.row.version, outcome.row.status) == (2, Status.ACKNOWLEDGED)


async def test_a_stale_version_is_said_even_when_it_is_so_already(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    await apply(engine, one, Verb.ACKNOWLEDGE)
    assert isinstance(await apply(engine, one, Verb.ACKNOWLEDGE, if_version=1), Stale)
    assert isinstance(await apply(engine, one, Verb.ACKNOWLEDGE, if_version=2), Unchanged)


async def test_counts_do_not_make_a_version_stale(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    await record(engine, a_finding())
    outcome = await apply(engine, one, Verb.ACKNOWLEDGE, if_version=1)
    assert isinstance(outcome, Done)
    assert outcome.row.count == 2


async def test_nobody_knows_an_alert_that_is_not_there(engine: AsyncEngine) -> None:
    assert await apply(engine, UUID(int=1), Verb.RESOLVE) == Missing()


async def test_of_two_people_with_the_same_version_one_wins(engine: AsyncEngine) -> None:
    [one] = await record(engine, a_finding())
    outcomes = await asyncio.gather(
        *(apply(engine, one, verb, if_version=1) for verb in (Verb.ACKNOWLEDGE, Verb.RESOLVE) * 4)
    )
    assert [type(outcome) for outcome in outcomes].count(Done) == 1
    assert [type(outcome) for outcome in outcomes].count(Stale) == 7
    assert len(await changes(engine)) == 2
