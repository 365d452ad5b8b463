"""Alerts for the tests of the API, made the way the consumer makes them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from stacklens.alerts.record import record_findings
from stacklens.db.tables import alerts
from stacklens.domain.alert import Severity
from stacklens.domain.finding import Analysis, Finding, Place, fingerprint

NOW = datetime(2026, 11, 22, 16, 35, tzinfo=UTC)


def a_finding(
    name: str = "p2",
    *,
    issue_code: str = "PRICE_MISSING",
    severity: Severity = Severity.CRITICAL,
    service: str = "pos-demo",
    title: str = "Product price is null",
    event_time: datetime = NOW,
    offset: int = 0,
    fields: dict[str, object] | None = None,
) -> Finding:
    """What a rule says about product `name`."""
    group: dict[str, object] = {"product_id": name}
    return Finding(
        rule_id=issue_code.lower(),
        fingerprint=fingerprint(issue_code, group | {"service": service}),
        title=title,
        analysis=Analysis(issue_code, severity, "Update product pricing.", False, 95),
        service=service,
        env="test",
        group=group,
        event_time=event_time,
        place=Place(0, offset, event_time),
        fields=fields or {"message": title, "product_id": name},
    )


async def record(engine: AsyncEngine, *findings: Finding, now: datetime = NOW) -> list[UUID]:
    """Record the findings in one transaction; the ids of their alerts in the same order."""
    async with engine.begin() as connection:
        await record_findings(connection, findings, now)
        return await ids(connection, findings)


async def ids(connection: AsyncConnection, findings: Sequence[Finding]) -> list[UUID]:
    """The ids of the alerts of these findings."""
    found = await connection.execute(
        select(alerts.c.fingerprint, alerts.c.id).where(
            alerts.c.fingerprint.in_([finding.fingerprint for finding in findings])
        )
    )
    by_fingerprint = {row.fingerprint: row.id for row in found}
    return [by_fingerprint[finding.fingerprint] for finding in findings]
