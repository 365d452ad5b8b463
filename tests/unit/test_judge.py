"""From records to findings."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from stacklens.analyzer.deterministic import UNKNOWN, unknown_title, wants_analysis
from stacklens.detect.judge import judge
from stacklens.domain.alert import Severity
from stacklens.domain.decode import encode
from stacklens.domain.event import LogEvent, Record
from stacklens.domain.finding import Finding, Place
from stacklens.domain.normalize import normalize
from stacklens.rules.catalogue import Catalogue

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
RULES = Catalogue.builtin()


def record(offset: int = 0, **fields: object) -> Record:
    line = {
        "service": "pos-demo",
        "env": "production",
        "timestamp": "2026-11-22T15:30:00Z",
        "message": "Product price is null",
        "level": "error",
        **fields,
    }
    return Record(1, offset, normalize(encode(line), NOW))


def price_missing(offset: int = 0, **fields: object) -> Record:
    order = {"action": "create_order", "error_code": "PRICE_MISSING", "product_id": "p2"}
    return record(offset, **{**order, **fields})


def findings(*records: Record) -> Sequence[Finding]:
    return judge(records, RULES)


def test_a_rule_speaks_with_its_place_and_evidence() -> None:
    line = price_missing(7)
    (finding,) = findings(line)
    assert finding.rule_id == RULES.specs[0].id
    assert finding.analysis.issue_code == "PRICE_MISSING"
    assert finding.analysis.severity is Severity.CRITICAL
    assert (finding.analysis.confidence, finding.analysis.automation_possible) == (95, False)
    assert finding.title == "Product sold without a price"
    assert (finding.service, finding.env) == ("pos-demo", "production")
    assert finding.group == {"service": "pos-demo", "env": "production", "product_id": "p2"}
    assert finding.event_time == datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert finding.place == Place(1, 7, NOW)
    assert finding.fields is line.event.fields


def test_findings_come_in_the_order_of_the_records() -> None:
    found = findings(price_missing(1), record(2, level="info"), record(3), price_missing(4))
    assert [finding.place.offset for finding in found] == [1, 3, 4]


def prints(*records: Record) -> int:
    return len({finding.fingerprint for finding in findings(*records)})


def test_a_product_is_one_alert_and_another_is_another() -> None:
    assert prints(price_missing(1), price_missing(2, message="other words", user_id="u2")) == 1
    assert prints(price_missing(), price_missing(product_id="p3")) == 2
    assert prints(price_missing(), price_missing(product_id=None)) == 2


@pytest.mark.parametrize("changed", [{"service": "other"}, {"env": "test"}])
def test_service_and_env_tell_alerts_apart_under_every_rule(changed: dict[str, object]) -> None:
    def not_found(**fields: object) -> Record:
        return record(0, **{"action": "create_order", "error_code": "PRODUCT_NOT_FOUND", **fields})

    assert prints(not_found(), not_found(**changed)) == 2
    assert prints(record(), record(0, **changed)) == 2


def test_an_unknown_error_is_honestly_unknown() -> None:
    (finding,) = findings(record(message="Card reader 17 is gone\nat x", action="pay"))
    assert finding.analysis == UNKNOWN
    assert (UNKNOWN.issue_code, UNKNOWN.severity, UNKNOWN.confidence) == (
        "UNKNOWN",
        Severity.WARNING,
        10,
    )
    assert (UNKNOWN.suggested_fix, UNKNOWN.automation_possible) == ("Manual review required", False)
    assert finding.rule_id == "unknown"
    assert finding.title == "Card reader 17 is gone"
    assert finding.group == {
        "service": "pos-demo",
        "env": "production",
        "action": "pay",
        "error_code": None,
        "message": "Card reader <number> is gone\nat x",
    }


def test_unknown_errors_that_differ_in_numbers_and_ids_are_one() -> None:
    one = record(message="Order 4711 of till-3 failed")
    same = record(message="Order 4712 of till-9 failed", request_id="r2")
    assert prints(one, same) == 1
    assert prints(one, record(message="Order 4711 of till-3 was lost")) == 2
    assert prints(one, record(message="Order 4711 of till-3 failed", action="a")) == 2
    assert prints(one, record(message="Order 4711 of till-3 failed", error_code="E")) == 2


@pytest.mark.parametrize(
    ("level", "alerts"),
    [("error", 1), ("FATAL", 1), ("crit", 1), (50, 1), ("warn", 0), ("info", 0), (None, 0)],
)
def test_only_errors_that_no_rule_knows_become_alerts(level: object, alerts: int) -> None:
    line = record(level=level)
    assert len(findings(line)) == alerts
    assert wants_analysis(line.event) is bool(alerts)


def test_a_rule_speaks_at_any_level() -> None:
    assert len(findings(price_missing(level="info"))) == 1


def test_huge_values_are_cut_in_the_group_and_whole_in_the_fingerprint() -> None:
    long = "p" * 900_000
    (one, other) = findings(price_missing(product_id=long + "1"), price_missing(product_id=long))
    assert one.fingerprint != other.fingerprint
    assert len(encode(one.group)) < 5_000


def event(message: str) -> LogEvent:
    return record(message=message).event


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("  first\nsecond", "first"),
        ("first\r\nsecond", "first"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        (" \n ", "pos-demo: no message"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_title_is_a_line_that_a_list_can_show(message: str, title: str) -> None:
    assert unknown_title(event(message)) == title
