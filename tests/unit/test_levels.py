"""Levels of all vocabularies."""

from collections.abc import Mapping

import pytest

from stacklens.domain.levels import level_of


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        # Winston and npm
        ({"level": "error"}, "error"),
        ({"level": "warn"}, "warning"),
        ({"level": "http"}, "info"),
        ({"level": "verbose"}, "trace"),
        ({"level": "silly"}, "trace"),
        # syslog words
        ({"level": "emerg"}, "fatal"),
        ({"level": "alert"}, "fatal"),
        ({"level": "crit"}, "fatal"),
        ({"severity": "err"}, "error"),
        ({"severity": "notice"}, "info"),
        # Python
        ({"levelname": "CRITICAL"}, "fatal"),
        ({"levelname": "WARNING"}, "warning"),
        # Java, log4j, ECS
        ({"log.level": "SEVERE"}, "error"),
        ({"log.level": "FINEST"}, "trace"),
        ({"log.level": "OFF"}, "fatal"),
        ({"level": " Error "}, "error"),
        # pino and bunyan, also after a shipper made texts of them
        ({"level": 10}, "trace"),
        ({"level": 20}, "debug"),
        ({"level": 30}, "info"),
        ({"level": 40}, "warning"),
        ({"level": 50}, "error"),
        ({"level": 60}, "fatal"),
        ({"level": "50"}, "error"),
        # OpenTelemetry
        ({"severityText": "Fatal"}, "fatal"),
        ({"severity_text": "Debug"}, "debug"),
        ({"severityNumber": 1}, "trace"),
        ({"severityNumber": 8}, "debug"),
        ({"severityNumber": 9}, "info"),
        ({"severityNumber": 16}, "warning"),
        ({"severityNumber": 17}, "error"),
        ({"severityNumber": 24}, "fatal"),
        # what says nothing
        ({}, "info"),
        ({"level": None}, "info"),
        ({"level": "loud"}, "info"),
        ({"level": 55}, "info"),
        ({"level": True}, "info"),
        ({"level": ["error"]}, "info"),
        ({"level": {"name": "error"}}, "info"),
        ({"severityNumber": 0}, "info"),
        ({"severityNumber": 25}, "info"),
        ({"severityNumber": True}, "info"),
        ({"severityNumber": "17"}, "info"),
        # the first that is understood
        ({"level": "loud", "severity": "error"}, "error"),
        ({"level": "info", "severity": "error"}, "info"),
        ({"severityText": "custom", "severityNumber": 18}, "error"),
    ],
)
def test_a_level_in_our_words(fields: Mapping[str, object], level: str) -> None:
    assert level_of(fields) == level
