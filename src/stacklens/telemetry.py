"""Logs, declared once: every line has an action from this closed list."""

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TextIO

LOGGER: Final = logging.getLogger("stacklens")

ERROR_CHARS: Final = 1_000


class Action(StrEnum):
    """What a log line of ours is about."""

    STARTED = "started"
    STOPPED = "stopped"
    MIGRATED = "migrated"
    REQUEST_FAILED = "request_failed"
    REQUEST_REFUSED = "request_refused"
    DATABASE_AWAY = "database_away"
    APPEND_FAILED = "append_failed"
    RECORD_QUARANTINED = "record_quarantined"
    RULES_LOADED = "rules_loaded"
    PARTITIONS_ASSIGNED = "partitions_assigned"
    CONSUME_FAILED = "consume_failed"
    ALERT_OPENED = "alert_opened"
    LIVE_FAILED = "live_failed"
    CLIENT_CLOSED = "client_closed"
    TICKET_SENT = "ticket_sent"
    TICKET_CREATED = "ticket_created"
    TICKET_RETRIED = "ticket_retried"
    TICKET_FAILED = "ticket_failed"
    TICKET_UNKNOWN = "ticket_unknown"
    DELIVER_FAILED = "deliver_failed"


def log(
    action: Action,
    *,
    level: int = logging.INFO,
    error: BaseException | str | None = None,
    **fields: object,
) -> None:
    """Write one line about `action`.

    An exception given as `error` is told by type and the first line of its message (further ones
    are SQL with its parameters, which are people's data); its trace only at level DEBUG. Secrets
    never come here: callers pass names and numbers, not requests or settings.
    """
    if error is not None:
        words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        fields["error"] = words.partition("\n")[0][:ERROR_CHARS]
    trace = (
        error if isinstance(error, BaseException) and LOGGER.isEnabledFor(logging.DEBUG) else None
    )
    LOGGER.log(level, action.value, extra={"fields": fields}, exc_info=trace)


class JsonLines(logging.Formatter):
    """One JSON object for each line: time, level, action, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "action": record.getMessage(),
            "logger": record.name,
        }
        for name, value in getattr(record, "fields", {}).items():
            line.setdefault(name, value)
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        # In ASCII: any stream can take it, and no control character reaches a terminal.
        return json.dumps(line, default=str)


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send everything from `level` on to `stream` (stderr unless told) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOGGER.setLevel(level.upper())
