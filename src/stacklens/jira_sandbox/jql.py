"""As much of JQL as finding tickets by project, label and key needs; the rest is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from stacklens.jira_sandbox.store import Issue

Matches = Callable[[Issue], bool]

_TOKEN: Final = re.compile(
    r"""\s*(?: (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<sign>!?=|[(),])"""
    r"""| (?P<word>[^\s"'=!(),]+) )""",
    re.VERBOSE,
)
_ORDER: Final = re.compile(r"\border\s+by\s+(created|key)(?:\s+(asc|desc))?\s*$", re.IGNORECASE)
_FIELDS: Final[dict[str, Callable[[Issue, str], bool]]] = {
    "project": lambda issue, value: issue.project == value.upper(),
    "labels": lambda issue, value: value.lower() in (label.lower() for label in issue.labels),
    "key": lambda issue, value: issue.key == value.upper(),
    "issuekey": lambda issue, value: issue.key == value.upper(),
}


class JqlError(ValueError):
    """The query is none, or one that the sandbox does not know."""


class Query:
    """A parsed query: which issues, and in which order."""

    def __init__(self, text: str) -> None:
        """Raises JqlError."""
        order = _ORDER.search(text)
        where = text[: order.start()] if order else text
        self._conditions = list(_conditions(where))
        self._ascending = order is not None and (order.group(2) or "asc").lower() == "asc"
        if not self._conditions:
            raise JqlError(
                "Unbounded JQL queries are not allowed here. "
                "Please add a search restriction to your query."
            )

    def select(self, newest_first: list[Issue]) -> list[Issue]:
        """The issues that match, newest first unless the query asks for the other order."""
        chosen = [i for i in newest_first if all(matches(i) for matches in self._conditions)]
        return chosen[::-1] if self._ascending else chosen


def _conditions(where: str) -> Iterator[Matches]:
    tokens = _tokens(where)
    while tokens:
        match tokens:
            case [field, ("=" | "!=") as sign, value, *rest] if field.lower() in _FIELDS:
                yield _condition(field.lower(), sign, value)
            case _:
                raise JqlError(f"Error in the JQL Query: Expecting a clause near '{tokens[0]}'.")
        match rest:
            case [word, *tokens] if word.lower() == "and" and tokens:
                continue
            case []:
                return
            case [word] if word.lower() == "and":
                raise JqlError("Error in the JQL Query: Expecting a clause after 'AND'.")
            case [word, *_]:
                raise JqlError(f"Error in the JQL Query: Expecting 'AND' but got '{word}'.")


def _condition(field: str, sign: str, value: str) -> Matches:
    test = _FIELDS[field]
    return lambda issue: test(issue, value) == (sign == "=")


def _tokens(where: str) -> list[str]:
    tokens, place = [], 0
    text = where.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise JqlError(f"Error in the JQL Query: unexpected character at {place}.")
        quoted = found["quoted"]
        tokens.append(re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted else found.group().strip())
        place = found.end()
    return tokens
