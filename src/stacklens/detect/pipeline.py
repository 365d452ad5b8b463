"""The consumer: read, judge, store, for ever. Read it from top to bottom."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from stacklens.alerts.record import record_findings
from stacklens.detect.judge import Rules, judge
from stacklens.domain.event import Record
from stacklens.domain.finding import Finding
from stacklens.eventlog.contract import EventLog, EventLogError, Subscription
from stacklens.telemetry import Action, log

GROUP: Final = "detect"
"""The consumer group whose offsets say what has been judged."""

BATCH: Final = 2_000
"""Records of one read: large enough that a transaction costs little for each, small enough that
an alert does not wait long behind them."""

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0

Clock = Callable[[], datetime]


async def consume(event_log: EventLog, rules: Rules, clock: Clock) -> None:
    """Consume until cancelled; an outage is logged once and outlasted."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            async with event_log.subscribe(GROUP) as subscription:
                while True:
                    await step(subscription, rules, clock)
                    pause = FIRST_PAUSE_S
        except EventLogError as error:
            if pause == FIRST_PAUSE_S:
                log(Action.CONSUME_FAILED, level=logging.WARNING, error=error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


def judge_safely(records: Sequence[Record], rules: Rules) -> list[Finding]:
    """As `judge`; a record on which judging itself fails is left out and logged with its place.

    It stays in `raw_logs`, and the records behind it do not have to wait for a mended version.
    """
    try:
        return judge(records, rules)
    except Exception:  # noqa: BLE001 - outermost line of judging; told below, for the one record
        return [finding for record in records for finding in _judge_alone(record, rules)]


def _judge_alone(record: Record, rules: Rules) -> list[Finding]:
    try:
        return judge([record], rules)
    except Exception as error:  # noqa: BLE001 - as above
        place = f"{record.partition}:{record.offset}"
        log(Action.CONSUME_FAILED, level=logging.ERROR, error=error, place=place)
        return []


async def step(subscription: Subscription, rules: Rules, clock: Clock) -> None:
    """One batch: what it found and the offset that it reached are stored together or not at all."""
    records = await subscription.read(BATCH)
    findings = judge_safely(records, rules)
    async with subscription.storing(records) as connection:
        changed = await record_findings(connection, findings, clock()) if findings else {}
    for alert_id, kind in changed.items():
        log(Action.ALERT_OPENED, alert_id=str(alert_id), kind=kind)
