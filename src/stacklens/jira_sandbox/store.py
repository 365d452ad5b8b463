"""The sandbox's issues: SQLite, in a file that survives restarts or in memory."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FIRST_ID: Final = 10_001

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS issues (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    priority TEXT NOT NULL,
    summary TEXT NOT NULL,
    description TEXT,
    labels TEXT NOT NULL,
    created REAL NOT NULL,
    UNIQUE (project, number)
);
CREATE TABLE IF NOT EXISTS properties (
    issue_id INTEGER NOT NULL REFERENCES issues (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (issue_id, key)
);
"""


@dataclass(frozen=True, slots=True)
class NewIssue:
    """What a create request asks for, checked."""

    project: str
    type_id: str
    priority_id: str
    summary: str
    description: Mapping[str, object] | None
    labels: Sequence[str]
    properties: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Issue:
    """A stored issue; `id` counts over all projects."""

    id: int
    key: str
    project: str
    type_id: str
    priority_id: str
    summary: str
    description: Mapping[str, object] | None
    labels: tuple[str, ...]
    created: datetime


class IssueStore:
    """Issues and their properties. Used from one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.row_factory = sqlite3.Row
        connection.executescript(_SCHEMA)

    @classmethod
    @contextmanager
    def open(cls, path: Path | None) -> Iterator["IssueStore"]:
        """The store in `path`, or in memory; committed after each write."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path or ":memory:", check_same_thread=False)) as connection:
            yield cls(connection)

    def create(self, new: NewIssue, now: datetime) -> Issue:
        """Store an issue under the next number of its project."""
        with self._connection:
            number = self._next("number", new.project)
            issue_id = self._next("id", None)
            row = self._connection.execute(
                "INSERT INTO issues VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
                (
                    issue_id,
                    new.project,
                    number,
                    new.type_id,
                    new.priority_id,
                    new.summary,
                    None if new.description is None else json.dumps(new.description),
                    json.dumps(list(new.labels)),
                    now.timestamp(),
                ),
            ).fetchone()
            for key, value in new.properties.items():
                self._put(issue_id, key, value)
        return _issue(row)

    def _next(self, column: str, project: str | None) -> int:
        statement = f"SELECT max({column}) FROM issues WHERE ?1 IS NULL OR project = ?1"
        highest = self._connection.execute(statement, (project,)).fetchone()[0]
        first = FIRST_ID if column == "id" else 1
        return first if highest is None else int(highest) + 1

    def get(self, id_or_key: str) -> Issue | None:
        """The issue of this id or key; a key counts in any case."""
        project, _, number = id_or_key.upper().rpartition("-")
        row = self._connection.execute(
            "SELECT * FROM issues WHERE CAST(id AS TEXT) = ?"
            " OR (project = ? AND CAST(number AS TEXT) = ?)",
            (id_or_key, project, number),
        ).fetchone()
        return None if row is None else _issue(row)

    def newest_first(self) -> list[Issue]:
        """All issues."""
        rows = self._connection.execute("SELECT * FROM issues ORDER BY id DESC")
        return [_issue(row) for row in rows]

    def properties(self, issue: Issue) -> dict[str, object]:
        """All properties of an issue."""
        rows = self._connection.execute(
            "SELECT key, value FROM properties WHERE issue_id = ? ORDER BY key", (issue.id,)
        )
        return {row["key"]: json.loads(row["value"]) for row in rows}

    def put_property(self, issue: Issue, key: str, value: object) -> bool:
        """Set a property; true when it is a new one."""
        is_new = key not in self.properties(issue)
        with self._connection:
            self._put(issue.id, key, value)
        return is_new

    def clear(self) -> None:
        """Forget everything; numbers start again."""
        with self._connection:
            self._connection.execute("DELETE FROM properties")
            self._connection.execute("DELETE FROM issues")

    def _put(self, issue_id: int, key: str, value: object) -> None:
        self._connection.execute(
            "INSERT INTO properties VALUES (?, ?, ?)"
            " ON CONFLICT (issue_id, key) DO UPDATE SET value = excluded.value",
            (issue_id, key, json.dumps(value)),
        )


def _issue(row: sqlite3.Row) -> Issue:
    description = row["description"]
    return Issue(
        id=row["id"],
        key=f"{row['project']}-{row['number']}",
        project=row["project"],
        type_id=row["type"],
        priority_id=row["priority"],
        summary=row["summary"],
        description=None if description is None else json.loads(description),
        labels=tuple(json.loads(row["labels"])),
        created=datetime.fromtimestamp(row["created"], UTC),
    )
