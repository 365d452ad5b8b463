"""Levels and severities of all vocabularies on one scale."""

from typing import Final

from stacklens.domain.event import Fields

LEVEL_NAMES: Final = (
    "level",
    "severity",
    "severityText",
    "severity_text",
    "levelname",
    "log.level",
)

_WORDS: Final = {
    "trace": ("trace", "silly", "finest", "finer", "verbose"),
    "debug": ("debug", "dbug", "fine", "config"),
    "info": ("info", "information", "informational", "notice", "log", "http", "normal"),
    "warning": ("warning", "warn", "alarm"),
    "error": ("error", "err", "severe", "failure"),
    "fatal": ("fatal", "critical", "crit", "alert", "emerg", "emergency", "panic", "off"),
}
_PINO: Final = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "fatal"}
"""pino and bunyan write numbers; Python's own are the same up to 50, CRITICAL. A shipper that loses
types (syslog-ng's format-json) makes texts of them."""

_LEVELS: Final = {
    **{word: level for level, words in _WORDS.items() for word in words},
    **{str(number): level for number, level in _PINO.items()},
}

_OTEL: Final = ("trace", "debug", "info", "warning", "error", "fatal")
"""OpenTelemetry's severityNumber: four numbers to a word, from 1 on."""

DEFAULT_LEVEL: Final = "info"


def level_of(fields: Fields) -> str:
    """The level of a record in our words; DEFAULT_LEVEL when it names none that we know."""
    for name in LEVEL_NAMES:
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            level = _LEVELS.get(value) or _LEVELS.get(value.strip().lower())
        else:
            level = _PINO.get(value) if isinstance(value, int) else None
        if level:
            return level
    number = fields.get("severityNumber")
    if type(number) is int and 1 <= number <= 4 * len(_OTEL):
        return _OTEL[(number - 1) // 4]
    return DEFAULT_LEVEL
