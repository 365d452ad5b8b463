"""What the consumer writes: findings become alerts, in one statement for a whole batch."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklens.domain.finding import Finding
from stacklens.domain.trim import trim

SAMPLES: Final = 10
"""Places of events that an alert remembers, newest first."""

RAW_LOG_BYTES: Final = 32 * 1024
"""Of an event that is kept on its alert, and so goes into every list and frame; the whole event
stays in `raw_logs`."""

# One statement, so that two consumers can never both find "no such alert" (guarantee 3). A repeat
# whose event time is later than the resolution opens a new episode; an older one only counts.
_RECORD: Final = f"""
    WITH stream AS (
        UPDATE alert_stream SET seq = seq + %(numbers)s
        RETURNING seq - %(numbers)s AS before, pg_notify('alerts', '')
    ), found AS (
        SELECT f.*, stream.before + f.place AS seq
        FROM stream, jsonb_to_recordset(%(found)s::jsonb) AS f (
            id uuid, place bigint, fingerprint text, rule_id text, issue_code text, title text,
            severity text, suggested_fix text, automation_possible boolean, confidence int,
            service text, env text, "group" jsonb, raw_log jsonb, samples jsonb, count bigint,
            first_seen timestamptz, last_seen timestamptz)
    ), written AS (
        INSERT INTO alerts AS a (
            id, fingerprint, rule_id, issue_code, title, severity, suggested_fix,
            automation_possible, confidence, service, env, "group", raw_log, samples, status,
            count, first_seen, last_seen, episode, regression, created_at, version,
            created_seq, episode_seq, seq)
        SELECT id, fingerprint, rule_id, issue_code, title, severity, suggested_fix,
            automation_possible, confidence, service, env, "group", raw_log, samples, 'NEW',
            count, first_seen, last_seen, 1, false, %(now)s, 1, seq, seq, seq
        FROM found
        ON CONFLICT (fingerprint) DO UPDATE SET
            count = a.count + excluded.count,
            first_seen = least(a.first_seen, excluded.first_seen),
            last_seen = greatest(a.last_seen, excluded.last_seen),
            samples = jsonb_path_query_array(
                excluded.samples || a.samples, '$[0 to {SAMPLES - 1}]'),
            seq = excluded.seq,
            (status, episode, regression, version, episode_seq, raw_log, title, severity,
             suggested_fix, automation_possible, confidence, ticket_state, jira_issue_key,
             jira_url, acknowledged_at, resolved_at) = (
                SELECT 'NEW', a.episode + 1, true, a.version + 1, excluded.seq, excluded.raw_log,
                    excluded.title, excluded.severity, excluded.suggested_fix,
                    excluded.automation_possible, excluded.confidence, NULL, NULL, NULL,
                    CAST(NULL AS timestamptz), CAST(NULL AS timestamptz)
                WHERE a.status = 'RESOLVED' AND excluded.last_seen > a.resolved_at
                UNION ALL
                SELECT a.status, a.episode, a.regression, a.version, a.episode_seq, a.raw_log,
                    a.title, a.severity, a.suggested_fix, a.automation_possible, a.confidence,
                    a.ticket_state, a.jira_issue_key, a.jira_url, a.acknowledged_at, a.resolved_at
                WHERE a.status <> 'RESOLVED' OR excluded.last_seen <= a.resolved_at)
        RETURNING id, episode, created_seq, episode_seq, seq, count, last_seen
    )
    INSERT INTO alert_changes (alert_id, at, kind, actor, episode, detail)
    SELECT id, %(now)s, CASE WHEN created_seq = seq THEN 'opened' ELSE 'regressed' END, 'system',
        episode, jsonb_build_object('count', count, 'last_seen', last_seen)
    FROM written WHERE episode_seq = seq ORDER BY seq
    RETURNING alert_id, kind
"""


@dataclass(frozen=True, slots=True)
class Repeats:
    """The findings of one batch that are one alert: the newest of them, and what they add up to."""

    newest: Finding
    count: int
    first_seen: datetime
    last_seen: datetime
    samples: tuple[Finding, ...]


def add_up(findings: Sequence[Finding]) -> Sequence[Repeats]:
    """The findings by fingerprint, in the order in which each was first met."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.fingerprint, []).append(finding)
    return [_sum(repeats) for repeats in found.values()]


async def record_findings(
    connection: AsyncConnection, findings: Sequence[Finding], now: datetime
) -> Mapping[uuid.UUID, str]:
    """Open, count and reopen alerts in the caller's transaction; counts are raised once.

    Returns the alerts whose state changed, with the kind of the change. Goes to the driver itself,
    so that offset and alerts are one trip (`storing`); raises psycopg.Error.
    """
    repeats = add_up(findings)
    rows = [_row(one, place) for place, one in enumerate(repeats, 1)]
    driver: Any = (await connection.get_raw_connection()).driver_connection
    changed = await driver.execute(
        _RECORD,
        {"found": msgspec.json.encode(rows).decode(), "numbers": len(rows), "now": now},
        prepare=True,
    )
    return dict(await changed.fetchall())


def _sum(findings: list[Finding]) -> Repeats:
    ordered = sorted(findings, key=lambda finding: finding.event_time)
    return Repeats(
        newest=ordered[-1],
        count=len(ordered),
        first_seen=ordered[0].event_time,
        last_seen=ordered[-1].event_time,
        samples=tuple(reversed(ordered[-SAMPLES:])),
    )


def _row(repeats: Repeats, place: int) -> dict[str, object]:
    finding, analysis = repeats.newest, repeats.newest.analysis
    return {
        "id": uuid.uuid4(),
        "place": place,
        "fingerprint": finding.fingerprint,
        "rule_id": finding.rule_id,
        "issue_code": analysis.issue_code,
        "title": finding.title,
        "severity": analysis.severity,
        "suggested_fix": analysis.suggested_fix,
        "automation_possible": analysis.automation_possible,
        "confidence": analysis.confidence,
        "service": finding.service,
        "env": finding.env,
        "group": finding.group,
        "raw_log": trim(finding.fields, RAW_LOG_BYTES),
        "samples": [
            {
                "partition": sample.place.partition,
                "offset": sample.place.offset,
                "arrival_time": sample.place.arrival_time,
                "event_time": sample.event_time,
            }
            for sample in repeats.samples
        ],
        "count": repeats.count,
        "first_seen": repeats.first_seen,
        "last_seen": repeats.last_seen,
    }
