"""What people may ask of a ticket, and what stays of it: rows, changes, numbers."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from jira_support import alert_row, an_alert, ask, changes_of, ticket_of
from stacklens.alerts.stream import position
from stacklens.alerts.ticket_outcomes import (
    Claim,
    Failed,
    Lost,
    Made,
    Outcome,
    Postponed,
    record_outcome,
)
from stacklens.alerts.tickets import (
    Ticket,
    TicketNotUnknownError,
    UnknownAlertError,
    create_anyway,
    link_key,
    look_again,
    present_ticket,
    ticket_tag,
)
from stacklens.db.tables import alerts
from stacklens.deliver.claims import claim_due, next_due, ticket_facts
from stacklens.domain.alert import TicketState

NOW = datetime.now(UTC)
LEASE = timedelta(seconds=60)
MADE = Made("10001", "SHOP-1", "https://jira.example/browse/SHOP-1")


async def claim(engine: AsyncEngine, *, later: float = 0.0, token: str = "worker") -> list[Claim]:
    now = datetime.now(UTC) + timedelta(seconds=later)
    async with engine.begin() as connection:
        return await claim_due(connection, token=token, limit=10, lease=LEASE, now=now)


async def record(engine: AsyncEngine, held: Claim, outcome: Outcome) -> bool:
    async with engine.begin() as connection:
        return await record_outcome(connection, held, outcome, datetime.now(UTC))


async def an_unknown_ticket(engine: AsyncEngine) -> UUID:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (held,) = await claim(engine)
    await record(engine, held, Lost("connection reset", 0, None))
    return alert_id


async def row(engine: AsyncEngine, alert_id: UUID) -> dict[str, object]:
    async with engine.connect() as connection:
        return await alert_row(connection, alert_id)


async def test_asking_makes_a_pending_ticket_a_change_and_a_new_version(
    engine: AsyncEngine,
) -> None:
    alert_id = await an_alert(engine)
    before = await row(engine, alert_id)
    ticket, is_new = await ask(engine, alert_id)
    after = await row(engine, alert_id)
    assert is_new
    assert ticket.state is TicketState.PENDING
    assert (ticket.episode, ticket.attempts, ticket.key) == (1, 0, None)
    assert after["ticket_state"] == "pending"
    assert after["version"] == 2
    assert after["seq"] == int(str(before["seq"])) + 1
    assert await changes_of(engine, alert_id) == [("ticket_requested", "local", {})]


async def test_asking_again_changes_nothing(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    first, _ = await ask(engine, alert_id)
    async with engine.connect() as connection:
        before = await position(connection)
    assert await ask(engine, alert_id) == (first, False)
    async with engine.connect() as connection:
        assert await position(connection) == before
    assert len(await changes_of(engine, alert_id)) == 1


async def test_of_a_hundred_who_ask_at_once_one_is_the_first(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    answers = await asyncio.gather(*(ask(engine, alert_id) for _ in range(100)))
    assert sum(is_new for _, is_new in answers) == 1
    assert len({ticket.requested_at for ticket, _ in answers}) == 1
    assert len(await changes_of(engine, alert_id)) == 1


async def test_an_unknown_alert_has_no_ticket(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await present_ticket(connection, uuid4()) is None
    with pytest.raises(UnknownAlertError, match="there is no alert"):
        await ask(engine, uuid4())


async def test_each_episode_has_its_own_ticket(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (held,) = await claim(engine)
    async with engine.begin() as connection:
        new_episode = {"episode": 2, "ticket_state": None}
        await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(new_episode))
        assert await present_ticket(connection, alert_id) is None
    assert await record(engine, held, MADE)
    shown = await row(engine, alert_id)
    assert (shown["ticket_state"], shown["jira_issue_key"]) == (None, None)
    assert [kind for kind, _, _ in await changes_of(engine, alert_id)] == [
        "ticket_requested",
        "ticket_created",
    ]
    second, is_new = await ask(engine, alert_id)
    assert is_new
    assert second.episode == 2


def test_the_tag_tells_installations_alerts_and_episodes_apart() -> None:
    one, two = uuid4(), uuid4()
    tags = {ticket_tag(one, two, 1), ticket_tag(two, one, 1), ticket_tag(one, two, 2)}
    assert len(tags) == 3
    assert ticket_tag(one, two, 1) in tags
    assert all(len(tag) == len("stacklens-") + 16 for tag in tags)


async def test_a_claim_is_taken_once_and_counts_as_sent(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    claims = await asyncio.gather(*(claim(engine, token=str(n)) for n in range(8)))
    (held,) = [one for some in claims for one in some]
    assert held.was is TicketState.PENDING
    assert (held.attempts, held.sent_before) == (1, None)
    ticket = await ticket_of(engine, alert_id)
    assert ticket.state is TicketState.PENDING  # sending is nobody's business
    assert ticket.next_attempt_at is not None
    async with engine.connect() as connection:
        assert await next_due(connection) == ticket.next_attempt_at


async def test_an_expired_claim_is_taken_to_look_not_to_send(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (lost,) = await claim(engine)
    (held,) = await claim(engine, later=61, token="second worker")
    assert held.was is TicketState.SENDING
    assert held.attempts == 1
    assert held.sent_before is not None
    assert not await record(engine, lost, Failed("too late to say so"))
    assert (await ticket_of(engine, alert_id)).state is TicketState.PENDING


async def test_an_issue_counts_even_when_the_claim_was_lost(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (lost,) = await claim(engine)
    (held,) = await claim(engine, later=61, token="second worker")
    assert await record(engine, held, Lost("not found", 1, None))
    assert await record(engine, lost, MADE)
    assert (await ticket_of(engine, alert_id)).key == "SHOP-1"
    second = Made("10002", "SHOP-2", "https://jira.example/browse/SHOP-2")
    assert not await record(engine, held, second)
    assert (await ticket_of(engine, alert_id)).key == "SHOP-1"


async def test_a_made_ticket_shows_in_the_alert(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (held,) = await claim(engine)
    assert await record(engine, held, MADE)
    shown = await row(engine, alert_id)
    assert shown["ticket_state"] == "created"
    assert shown["jira_issue_key"] == "SHOP-1"
    assert shown["jira_url"] == "https://jira.example/browse/SHOP-1"
    assert shown["version"] == 3
    detail = {"key": "SHOP-1", "url": MADE.url, "adopted": False, "others": []}
    assert (await changes_of(engine, alert_id))[-1] == ("ticket_created", "system", detail)
    assert await claim(engine, later=3600) == []


async def test_a_failed_ticket_says_why_and_may_be_asked_for_again(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (held,) = await claim(engine)
    assert await record(engine, held, Failed("summary: No."))
    failed = await ticket_of(engine, alert_id)
    assert (failed.state, failed.error) == (TicketState.FAILED, "summary: No.")
    assert failed.next_attempt_at is None
    again, is_new = await ask(engine, alert_id)
    assert is_new
    assert (again.state, again.error, again.attempts) == (TicketState.PENDING, None, 0)
    (held,) = await claim(engine)
    assert held.sent_before is None


async def test_a_postponed_ticket_is_pending_and_raises_no_version(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    before = await row(engine, alert_id)
    (held,) = await claim(engine)
    until = datetime.now(UTC) + timedelta(seconds=30)
    assert await record(engine, held, Postponed("busy", until))
    ticket = await ticket_of(engine, alert_id)
    assert (ticket.state, ticket.error, ticket.next_attempt_at) == (
        TicketState.PENDING,
        "busy",
        until,
    )
    after = await row(engine, alert_id)
    assert after["version"] == before["version"]
    assert int(str(after["seq"])) > int(str(before["seq"]))
    (again,) = await claim(engine, later=31)
    assert (again.attempts, again.sent_before) == (2, None)


async def test_an_unknown_ticket_leaves_one_change_however_often_it_is_looked_for(
    engine: AsyncEngine,
) -> None:
    alert_id = await an_alert(engine)
    await ask(engine, alert_id)
    (held,) = await claim(engine)
    await record(engine, held, Lost("reset", 0, datetime.now(UTC)))
    (look,) = await claim(engine)
    assert look.was is TicketState.UNKNOWN
    await record(engine, look, Lost("not found", 1, None))
    kinds = [kind for kind, _, _ in await changes_of(engine, alert_id)]
    assert kinds == ["ticket_requested", "ticket_unknown"]
    assert (await ticket_of(engine, alert_id)).error == "not found"


async def test_looking_again_makes_an_unknown_ticket_due(engine: AsyncEngine) -> None:
    alert_id = await an_unknown_ticket(engine)
    assert await claim(engine, later=3600) == []
    async with engine.begin() as connection:
        ticket = await look_again(connection, alert_id, datetime.now(UTC))
    assert ticket.state is TicketState.UNKNOWN
    (held,) = await claim(engine)
    assert (held.was, held.looks) == (TicketState.UNKNOWN, 0)


async def test_a_linked_key_is_the_ticket(engine: AsyncEngine) -> None:
    alert_id = await an_unknown_ticket(engine)
    url = "https://jira.example/browse/SHOP-7"
    async with engine.begin() as connection:
        ticket = await link_key(connection, alert_id, "SHOP-7", url, "local", NOW)
    assert (ticket.state, ticket.key, ticket.url) == (TicketState.CREATED, "SHOP-7", url)
    assert (await row(engine, alert_id))["jira_issue_key"] == "SHOP-7"
    detail = {"key": "SHOP-7", "url": url}
    assert (await changes_of(engine, alert_id))[-1] == ("ticket_linked", "local", detail)
    assert await claim(engine, later=3600) == []


@pytest.mark.parametrize("key", ["", "shop-1", "SHOP", "SHOP-0", "SHOP-1 ", "../SHOP-1", "A-1\n"])
async def test_what_is_no_key_is_not_linked(engine: AsyncEngine, key: str) -> None:
    alert_id = await an_unknown_ticket(engine)
    async with engine.begin() as connection:
        with pytest.raises(ValueError, match="looks like SHOP-123"):
            await link_key(connection, alert_id, key, "url", "local", NOW)


async def test_creating_anyway_is_claimed_with_the_memory_of_the_first_request(
    engine: AsyncEngine,
) -> None:
    alert_id = await an_unknown_ticket(engine)
    async with engine.begin() as connection:
        ticket = await create_anyway(connection, alert_id, "local", datetime.now(UTC))
    assert (ticket.state, ticket.attempts) == (TicketState.PENDING, 0)
    assert (await changes_of(engine, alert_id))[-1] == (
        "ticket_requested",
        "local",
        {"anyway": True},
    )
    (held,) = await claim(engine)
    assert held.was is TicketState.PENDING
    assert held.sent_before is not None


async def test_a_persons_verb_takes_the_claim_of_a_look_away(engine: AsyncEngine) -> None:
    alert_id = await an_unknown_ticket(engine)
    async with engine.begin() as connection:
        await look_again(connection, alert_id, datetime.now(UTC))
    (look,) = await claim(engine)
    async with engine.begin() as connection:
        await link_key(connection, alert_id, "SHOP-7", "url", "local", NOW)
    assert not await record(engine, look, Lost("not found", 1, None))
    assert not await record(engine, look, MADE)
    assert (await ticket_of(engine, alert_id)).key == "SHOP-7"


async def _look(engine: AsyncEngine, alert_id: UUID) -> Ticket:
    async with engine.begin() as connection:
        return await look_again(connection, alert_id, NOW)


async def test_the_verbs_are_for_unknown_tickets_only(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine)
    with pytest.raises(TicketNotUnknownError, match="not asked for yet") as none_yet:
        await _look(engine, alert_id)
    assert none_yet.value.ticket is None
    await ask(engine, alert_id)
    with pytest.raises(TicketNotUnknownError, match="the ticket is pending") as pending:
        await _look(engine, alert_id)
    assert pending.value.ticket == await ticket_of(engine, alert_id)
    with pytest.raises(UnknownAlertError):
        await _look(engine, uuid4())


async def test_of_two_who_create_anyway_one_is_the_first(engine: AsyncEngine) -> None:
    alert_id = await an_unknown_ticket(engine)

    async def anyway() -> bool:
        try:
            async with engine.begin() as connection:
                await create_anyway(connection, alert_id, "local", datetime.now(UTC))
        except TicketNotUnknownError:
            return False
        return True

    assert sum(await asyncio.gather(*(anyway() for _ in range(10)))) == 1


async def test_a_huge_raw_log_is_cut_before_it_leaves_the_database(engine: AsyncEngine) -> None:
    alert_id = await an_alert(engine, raw_log={"message": "x" * 500_000, "a": {"b": [1]}})
    async with engine.connect() as connection:
        facts = await ticket_facts(connection, alert_id, 1)
    assert len(facts.raw_log) == 40_000
    assert facts.raw_log.startswith("{\n")
    assert facts.group["product_id"] == "p2"
