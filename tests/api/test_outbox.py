"""What one client is sent, and when: decisions without a clock."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from api.alerting import NOW
from stacklens.api.outbox import Event, Outbox, Update


def news(name: int, seq: int, created: int) -> Update:
    return Update(UUID(int=name), seq, created, NOW, msgspec.Raw(b"%d" % name))


def taken(outbox: Outbox, now: float = 0.0) -> list[tuple[int, str]]:
    return [(event.seq, event.type.partition(":")[2]) for event in outbox.take(now)]


def test_nothing_is_due_without_news() -> None:
    assert Outbox(0).due() is None


def test_the_first_update_after_a_quiet_moment_goes_at_once() -> None:
    outbox = Outbox(5)
    outbox.offer([news(1, 6, created=2)])
    assert outbox.due() == 0.0
    assert taken(outbox) == [(6, "updated")]


def test_updates_keep_their_pace() -> None:
    outbox = Outbox(5, interval=0.05)
    outbox.offer([news(1, 6, created=2)])
    outbox.take(now=100.0)
    outbox.offer([news(1, 7, created=2)])
    assert outbox.due() == 100.05


def test_what_is_new_does_not_and_takes_the_others_along() -> None:
    outbox = Outbox(5, interval=0.05)
    outbox.offer([news(1, 6, created=2)])
    outbox.take(now=100.0)
    outbox.offer([news(1, 7, created=2)])
    outbox.offer([news(2, 8, created=8)])
    assert outbox.due() == 0.0
    assert taken(outbox) == [(7, "updated"), (8, "created")]


def test_news_of_one_alert_are_merged_to_the_newest() -> None:
    outbox = Outbox(0)
    outbox.offer([news(1, 1, created=1), news(2, 2, created=2)])
    outbox.offer([news(1, 3, created=1)])
    assert len(outbox) == 2
    assert taken(outbox) == [(2, "created"), (3, "created")]


def test_what_was_sent_or_is_older_does_not_come_back() -> None:
    outbox = Outbox(3)
    outbox.offer([news(1, 2, created=2), news(2, 5, created=5)])
    outbox.offer([news(2, 4, created=4)])
    assert taken(outbox) == [(5, "created")]
    outbox.offer([news(2, 5, created=5)])
    assert outbox.due() is None


def test_after_a_restart_only_what_comes_then_counts() -> None:
    outbox = Outbox(0)
    outbox.offer([news(1, 1, created=1)])
    outbox.restart(9)
    assert outbox.due() is None
    outbox.offer([news(1, 8, created=1), news(1, 10, created=1)])
    assert taken(outbox) == [(10, "updated")]


@given(
    writes=st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=40),
    missed=st.sets(st.integers(0, 39)),
)
def test_whenever_it_is_emptied_each_alert_is_new_once_and_ends_as_it_stands(
    writes: list[tuple[int, bool, bool]], missed: set[int]
) -> None:
    """A client takes frames and reconnects at random; `missed` frames are lost on the way."""
    truth: dict[int, Update] = {}
    seen: dict[int, int] = {}
    position, outbox, frames = 0, Outbox(0), 0
    for seq, (name, takes, breaks) in enumerate(writes, start=1):
        is_lost = False
        created = truth[name].created_seq if name in truth else seq
        truth[name] = news(name, seq, created)
        outbox.offer([truth[name]])
        if takes:
            events = outbox.take(0.0)
            frames += 1
            is_lost = frames in missed
            position = position if is_lost else deliver(events, seen, position)
        if breaks or is_lost:
            outbox = Outbox(position)
            outbox.offer(sorted(truth.values(), key=lambda update: update.seq))
    deliver(outbox.take(0.0), seen, position)
    assert seen == {name: update.seq for name, update in truth.items()}


def deliver(events: list[Event], seen: dict[int, int], position: int) -> int:
    """Take in a frame as a browser does; the position from which it would resume."""
    for event in events:
        name = int(bytes(event.data))
        assert event.seq > position
        assert (event.type == "alert:created") == (name not in seen)
        seen[name] = position = event.seq
    return position
