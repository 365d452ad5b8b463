"""Findings become alerts, in a real database: opening, counting, reopening, all at once."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from api.alerting import NOW, a_finding, record
from stacklens.alerts import verbs
from stacklens.alerts.record import RAW_LOG_BYTES, SAMPLES, record_findings
from stacklens.alerts.tickets import link_key, present_ticket, request_ticket
from stacklens.db.tables import alert_changes, alert_stream, alerts, tickets
from stacklens.domain.alert import Severity, Verb
from stacklens.domain.decode import encode
from stacklens.domain.finding import Finding

MINUTE = timedelta(minutes=1)


def at(minutes: float, name: str = "p2", **more: object) -> Finding:
    """A finding of an event so many minutes after NOW."""
    return a_finding(name, event_time=NOW + minutes * MINUTE, **more)  # type: ignore[arg-type]


async def the_alert(engine: AsyncEngine) -> RowMapping:
    """The only alert there is."""
    async with engine.connect() as connection:
        return (await connection.execute(select(alerts))).mappings().one()


async def changes(engine: AsyncEngine) -> list[tuple[str, str, int]]:
    c = alert_changes.c
    async with engine.connect() as connection:
        found = await connection.execute(select(c.kind, c.actor, c.episode).order_by(c.id))
        return [(row.kind, row.actor, row.episode) for row in found]


async def do(engine: AsyncEngine, alert_id: UUID, verb: Verb, now: datetime = NOW) -> None:
    async with engine.begin() as connection:
        outcome = await verbs.apply(connection, alert_id, verb, actor="local", now=now)
    assert isinstance(outcome, verbs.Done)


def offsets(row: RowMapping) -> list[int]:
    return [place["offset"] for place in row["samples"]]


class TestANewFinding:
    """The first of its fingerprint."""

    async def test_opens_an_alert_with_all_that_is_known(self, engine: AsyncEngine) -> None:
        finding = at(1, offset=7, fields={"message": "no price", "price": None})
        [alert_id] = await record(engine, finding)
        row = await the_alert(engine)
        assert (row["id"], row["status"], row["episode"], row["regression"]) == (
            *(alert_id, "NEW", 1, False),
        )
        assert (row["count"], row["version"], row["created_at"]) == (1, 1, NOW)
        assert row["first_seen"] == row["last_seen"] == finding.event_time
        assert row["raw_log"] == {"message": "no price", "price": None}
        assert (row["issue_code"], row["severity"], row["confidence"]) == (
            *("PRICE_MISSING", "critical", 95),
        )
        assert (row["group"], row["fingerprint"]) == ({"product_id": "p2"}, finding.fingerprint)
        assert row["samples"] == [
            {
                "partition": 0,
                "offset": 7,
                "arrival_time": finding.place.arrival_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "event_time": finding.event_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        ]
        assert await changes(engine) == [("opened", "system", 1)]

    async def test_is_told_to_the_caller(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            opened = await record_findings(connection, [at(0), at(0, "p4")], NOW)
            repeated = await record_findings(connection, [at(1)], NOW)
        assert sorted(opened.values()) == ["opened", "opened"]
        assert repeated == {}

    async def test_leaves_nothing_when_its_transaction_does_not_commit(
        self, engine: AsyncEngine
    ) -> None:
        async with engine.connect() as connection:
            await record_findings(connection, [at(0)], NOW)
            await connection.rollback()
        async with engine.connect() as connection:
            assert await connection.scalar(select(func.count()).select_from(alerts)) == 0
            assert await connection.scalar(select(alert_stream.c.seq)) == 0


class TestRepeats:
    """More of what is known already."""

    async def test_of_one_batch_are_one_alert_that_is_counted_once(
        self, engine: AsyncEngine
    ) -> None:
        await record(engine, at(2), at(0), at(5, title="newest"), at(3))
        row = await the_alert(engine)
        assert (row["count"], row["seq"], row["version"]) == (4, 1, 1)
        assert (row["first_seen"], row["last_seen"]) == (NOW, NOW + 5 * MINUTE)
        assert row["title"] == "newest"

    async def test_over_batches_add_up_and_are_no_changes(self, engine: AsyncEngine) -> None:
        for batch in ([at(3)], [at(1), at(4)], [at(0), at(2), at(2)]):
            await record(engine, *batch)
        row = await the_alert(engine)
        assert (row["count"], row["version"], row["episode"]) == (6, 1, 1)
        assert (row["first_seen"], row["last_seen"]) == (NOW, NOW + 4 * MINUTE)
        assert (row["created_seq"], row["episode_seq"], row["seq"]) == (1, 1, 3)
        assert await changes(engine) == [("opened", "system", 1)]

    async def test_leave_an_acknowledged_alert_as_it_is(self, engine: AsyncEngine) -> None:
        [one] = await record(engine, at(0))
        await do(engine, one, Verb.ACKNOWLEDGE, NOW + MINUTE)
        await record(engine, at(9), at(10))
        row = await the_alert(engine)
        assert (row["status"], row["acknowledged_at"]) == ("ACKNOWLEDGED", NOW + MINUTE)
        assert (row["count"], row["version"], row["regression"]) == (3, 2, False)

    async def test_are_remembered_up_to_ten_newest_first(self, engine: AsyncEngine) -> None:
        numbers = iter(range(100))
        for size in (1, 4, 3, 2, 25, 1):
            await record(engine, *(at(n, offset=n) for n in (next(numbers) for _ in range(size))))
        assert offsets(await the_alert(engine)) == [35, *range(34, 25, -1)]
        assert SAMPLES == 10

    async def test_ten_thousand_are_one_alert(self, engine: AsyncEngine) -> None:
        orders = [at(n / 100, offset=n) for n in range(10_000)]
        for start in range(0, len(orders), 2_000):
            await record(engine, *orders[start : start + 2_000])
        row = await the_alert(engine)
        assert (row["count"], row["version"], row["seq"]) == (10_000, 1, 5)
        assert row["last_seen"] == orders[-1].event_time


class TestAfterTheResolution:
    """What comes after somebody said that it is over."""

    async def test_a_later_event_opens_a_new_episode(self, engine: AsyncEngine) -> None:
        [one] = await record(engine, at(0, fields={"message": "first"}))
        await do(engine, one, Verb.ACKNOWLEDGE, NOW + MINUTE)
        await do(engine, one, Verb.RESOLVE, NOW + 2 * MINUTE)
        again = at(3, title="It is back", severity=Severity.WARNING, fields={"message": "again"})
        async with engine.begin() as connection:
            assert await record_findings(connection, [again], NOW) == {one: "regressed"}
        row = await the_alert(engine)
        assert (row["id"], row["status"], row["episode"], row["regression"]) == (
            *(one, "NEW", 2, True),
        )
        assert (row["count"], row["version"]) == (2, 4)
        assert (row["acknowledged_at"], row["resolved_at"]) == (None, None)
        assert (row["first_seen"], row["last_seen"]) == (NOW, NOW + 3 * MINUTE)
        assert (row["title"], row["severity"], row["raw_log"]) == (
            *("It is back", "warning", {"message": "again"}),
        )
        assert row["created_seq"] < row["episode_seq"] == row["seq"]
        assert (await changes(engine))[-1] == ("regressed", "system", 2)

    async def test_the_new_episode_has_no_ticket_yet(self, engine: AsyncEngine) -> None:
        [one] = await record(engine, at(0))
        async with engine.begin() as connection:
            await request_ticket(connection, one, "local", NOW)
            await connection.execute(update(tickets).values(state="unknown"))
            await link_key(connection, one, "SHOP-1", "http://jira/SHOP-1", "local", NOW)
        assert (await the_alert(engine))["jira_issue_key"] == "SHOP-1"
        await do(engine, one, Verb.RESOLVE)
        await record(engine, at(1))
        row = await the_alert(engine)
        assert (row["ticket_state"], row["jira_issue_key"], row["jira_url"]) == (None, None, None)
        async with engine.begin() as connection:
            assert await present_ticket(connection, one) is None
            second, is_new = await request_ticket(connection, one, "local", NOW)
        assert (second.episode, is_new) == (2, True)

    async def test_an_older_straggler_only_counts(self, engine: AsyncEngine) -> None:
        [one] = await record(engine, at(0))
        await do(engine, one, Verb.RESOLVE, NOW + 5 * MINUTE)
        await record(engine, at(5), at(4), at(-3))
        row = await the_alert(engine)
        assert (row["status"], row["episode"], row["regression"]) == ("RESOLVED", 1, False)
        assert (row["count"], row["version"], row["seq"]) == (4, 2, 3)
        assert (row["first_seen"], row["last_seen"]) == (NOW - 3 * MINUTE, NOW + 5 * MINUTE)

    async def test_one_later_event_among_stragglers_is_enough(self, engine: AsyncEngine) -> None:
        [one] = await record(engine, at(0))
        await do(engine, one, Verb.RESOLVE, NOW + 5 * MINUTE)
        await record(engine, at(4), at(5.001), at(3))
        row = await the_alert(engine)
        assert (row["status"], row["episode"], row["count"]) == ("NEW", 2, 4)

    async def test_a_late_event_counts_after_a_person_has_reopened(
        self, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, at(0))
        await do(engine, one, Verb.RESOLVE)
        await do(engine, one, Verb.REOPEN)
        await record(engine, at(9))
        row = await the_alert(engine)
        assert (row["status"], row["episode"], row["regression"]) == ("NEW", 1, False)

    async def test_every_resolution_can_be_followed_by_another_episode(
        self, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, at(0))
        for turn in range(1, 4):
            await do(engine, one, Verb.RESOLVE, NOW + 2 * turn * MINUTE)
            await record(engine, at(2 * turn + 1))
        row = await the_alert(engine)
        assert (row["episode"], row["count"], row["version"]) == (4, 4, 7)
        kinds = [kind for kind, _, _ in await changes(engine)]
        assert kinds == ["opened", *["resolved", "regressed"] * 3]


class TestTheRawLogOnTheAlert:
    """It goes into every list and every frame."""

    async def test_is_whole_when_it_is_small(self, engine: AsyncEngine) -> None:
        fields: dict[str, object] = {"message": "x" * 30_000, "deep": {"a": [1, None, "ü"]}}
        await record(engine, at(0, fields=fields))
        assert (await the_alert(engine))["raw_log"] == fields

    async def test_is_cut_when_it_is_large(self, engine: AsyncEngine) -> None:
        fields: dict[str, object] = {
            "message": "no price",
            "stack": "s" * 900_000,
            **{f"field {n}": "v" * 100 for n in range(5_000)},
        }
        await record(engine, at(0, fields=fields))
        kept = (await the_alert(engine))["raw_log"]
        assert len(encode(kept)) <= RAW_LOG_BYTES
        assert kept["message"] == "no price"
        assert kept["stack"].startswith("s" * 1_000)
        assert "left out" in kept["_cut"]

    async def test_may_hold_whatever_json_can(self, engine: AsyncEngine) -> None:
        hostile: dict[str, object] = {
            "message": "<script>alert(1)</script> \x1b[31mred\x1b[0m \\u0000 ' \" ; DROP TABLE",
            "big": 2**63,
            "small": 5e-324,
            "": "a member without a name",
        }
        await record(engine, at(0, fields=hostile))
        assert (await the_alert(engine))["raw_log"] == hostile


async def seen_by_a_reader(engine: AsyncEngine, stop: asyncio.Event) -> list[int]:
    """The numbers in the order in which a reader that keeps its place meets them."""
    numbers = [0]
    last = False
    while not last:
        last = stop.is_set()
        async with engine.connect() as connection:
            found = await connection.scalars(
                select(alerts.c.seq).where(alerts.c.seq > numbers[-1]).order_by(alerts.c.seq)
            )
            numbers += found
    return numbers


async def test_many_recorders_of_the_same_fingerprints_count_exactly(engine: AsyncEngine) -> None:
    """Every batch goes through on first try, no row is double, no number is used twice."""
    dice = random.Random(8)
    names = [f"p{n}" for n in range(12)]
    batches = [dice.choices(names, k=dice.choice([1, 3, 40])) for _ in range(160)]

    async def recorder(mine: Sequence[list[str]]) -> None:
        for batch in mine:
            async with engine.begin() as connection:
                await record_findings(connection, [at(0, name) for name in batch], NOW)

    stop = asyncio.Event()
    reader = asyncio.create_task(seen_by_a_reader(engine, stop))
    await asyncio.gather(*(recorder(batches[n::8]) for n in range(8)))
    stop.set()
    seen = await reader

    async with engine.connect() as connection:
        rows = (await connection.execute(select(alerts))).mappings().all()
        last = await connection.scalar(select(alert_stream.c.seq))
    counted = {row["group"]["product_id"]: row["count"] for row in rows}
    assert counted == Counter(name for batch in batches for name in batch)
    assert len({row["seq"] for row in rows}) == len(rows) == len(names)
    assert last == sum(len(set(batch)) for batch in batches)
    # Whoever asks for "above my number" ends with every row as it stands.
    assert all(before < after for before, after in pairwise(seen))
    assert {row["seq"] for row in rows} <= set(seen)
    assert all(row["version"] == 1 for row in rows)


async def test_people_and_recorders_at_once_neither_wait_for_each_other_nor_lose_anything(
    engine: AsyncEngine,
) -> None:
    """Clicks, tickets and findings on the same alerts: no deadlock, and every count is there."""
    names = [f"p{n}" for n in range(6)]
    known = await record(engine, *(at(0, name) for name in names))

    async def click(alert_id: UUID, verb: Verb) -> bool:
        async with engine.begin() as connection:
            outcome = await verbs.apply(connection, alert_id, verb, actor="local", now=NOW)
        return isinstance(outcome, verbs.Done)

    async def person(dice: random.Random) -> int:
        done = 0
        for _ in range(40):
            done += await click(dice.choice(known), dice.choice(list(Verb)))
        return done

    async def recorder(dice: random.Random) -> int:
        regressed = 0
        for minute in range(40):
            shuffled = dice.sample(names, len(names))
            async with engine.begin() as connection:
                batch = [at(minute, name) for name in shuffled]
                regressed += len(await record_findings(connection, batch, NOW))
        return regressed

    async with asyncio.timeout(30):
        results = await asyncio.gather(
            *(person(random.Random(n)) for n in range(3)),
            *(recorder(random.Random(n)) for n in range(3)),
        )
    async with engine.connect() as connection:
        rows = (await connection.execute(select(alerts))).mappings().all()
    assert [row["count"] for row in rows] == [1 + 3 * 40] * len(names)
    # Each change, and nothing else, raised a version and left a row.
    assert sum(row["version"] - 1 for row in rows) == sum(results)
    assert len(await changes(engine)) == len(names) + sum(results)
