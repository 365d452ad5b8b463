"""A rule file as a typed value. What is not understood is refused, with file, line and rule id.

The format is Sigma 2.1 (detection documents) with a `stacklens:` block for what Sigma has no
place for. Understood here: maps of fields to a text, number, boolean, null or a list of those
(any of them), and conditions with `and`, `or`, `not` and brackets over the names of the maps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NewType
from uuid import UUID

import yaml

from stacklens.domain.alert import Severity

RuleId = NewType("RuleId", str)
Scalar = str | int | float | bool | None
Selection = Mapping[str, tuple[Scalar, ...]]
"""Field → the values of which one must be found; all fields must match."""

_SEVERITIES: Final = {
    "critical": Severity.CRITICAL,
    "high": Severity.CRITICAL,
    "medium": Severity.WARNING,
    "low": Severity.INFO,
    "informational": Severity.INFO,
}
"""Sigma level → severity (contract: Alert)."""

_RULE_KEYS: Final = frozenset(
    {"title", "id", "status", "description", "author", "date", "modified", "references", "tags"}
    | {"falsepositives", "logsource", "detection", "level", "stacklens"}
)
_STACKLENS_KEYS: Final = frozenset(
    {"issue_code", "suggested_fix", "confidence", "automation_possible", "severity", "group_by"}
    | {"title", "examples"}
)
_LOGSOURCE_KEYS: Final = frozenset({"category", "product", "service", "definition"})
_EXAMPLE_KEYS: Final = frozenset({"fires", "silent"})


class RuleError(Exception):
    """A rule file that cannot be taken: where, which rule, what is wrong and what to write."""

    def __init__(self, file: str, line: int, rule: str, problem: str) -> None:
        self.file, self.line, self.rule, self.problem = file, line, rule, problem
        super().__init__(f"{file}:{line}: rule {rule}: {problem}")


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule as its file says it. `confidence` is 0–100."""

    id: RuleId
    title: str
    issue_code: str
    severity: Severity
    suggested_fix: str
    confidence: int
    automation_possible: bool
    group_by: tuple[str, ...]
    logsource: Mapping[str, str]
    selections: Mapping[str, Selection]
    condition: str
    fires: tuple[Mapping[str, object], ...]
    silent: tuple[Mapping[str, object], ...]
    file: str
    line: int


def read_rules(text: str, file: str) -> Sequence[RuleSpec]:
    """The rules in the YAML documents of `text`; raises RuleError for the first thing wrong."""
    try:
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(file, line, "?", f"not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RuleError(file, line, "?", f"not YAML: {error.reason}") from None
    return [_Reader(file, node).rule() for node in nodes]


class _Map(dict[str, yaml.Node]):
    """The members of a map, and the line on which it begins."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _Reader:
    """Reads one document, and knows where it stands in it."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        self._file = file
        self._rule = _id_in(node)
        self._root = self._map(node, "the rule")

    def rule(self) -> RuleSpec:
        root = self._root
        self._only(root, _RULE_KEYS, "a rule")
        ours = self._map(self._need(root, "stacklens"), "stacklens")
        self._only(ours, _STACKLENS_KEYS, "stacklens")
        detection = self._map(self._need(root, "detection"), "detection")
        condition = self._text(self._need(detection, "condition"), "condition")
        line = detection.pop("condition").start_mark.line + 1
        fires, silent = self._examples(ours)
        title = self._text(self._need(root, "title"), "title")
        return RuleSpec(
            id=self._id(),
            title=self._text(ours["title"], "title") if "title" in ours else title,
            issue_code=self._text(self._need(ours, "issue_code"), "issue_code"),
            severity=self._severity(ours),
            suggested_fix=self._text(self._need(ours, "suggested_fix"), "suggested_fix"),
            confidence=self._confidence(ours),
            automation_possible=self._flag(ours, "automation_possible"),
            group_by=self._group_by(ours),
            logsource=self._logsource(),
            selections={name: self._selection(node, name) for name, node in detection.items()},
            condition=condition,
            fires=fires,
            silent=silent,
            file=self._file,
            line=line,
        )

    def _id(self) -> RuleId:
        node = self._need(self._root, "id")
        try:
            return RuleId(str(UUID(self._text(node, "id"))))
        except ValueError:
            raise self._error(node, "id must be a UUID: `uuidgen` makes one") from None

    def _severity(self, ours: _Map) -> Severity:
        if "severity" in ours:
            text = self._text(ours["severity"], "severity")
            if text not in tuple(Severity):
                raise self._error(ours["severity"], f"severity is one of {', '.join(Severity)}")
            return Severity(text)
        node = self._need(self._root, "level")
        level = self._text(node, "level")
        if level not in _SEVERITIES:
            raise self._error(node, f"level is one of {', '.join(_SEVERITIES)}")
        return _SEVERITIES[level]

    def _confidence(self, ours: _Map) -> int:
        node = self._need(ours, "confidence")
        value = self._value(node)
        if type(value) is not int or not 0 <= value <= 100:  # noqa: PLR2004 - per cent
            raise self._error(node, "confidence is a whole number from 0 to 100")
        return value

    def _flag(self, ours: _Map, name: str) -> bool:
        value = self._value(self._need(ours, name))
        if not isinstance(value, bool):
            raise self._error(ours[name], f"{name} is true or false")
        return value

    def _group_by(self, ours: _Map) -> tuple[str, ...]:
        node = self._need(ours, "group_by")
        names = self._value(node)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._error(node, "group_by is a list of field names")
        return tuple(names)

    def _logsource(self) -> Mapping[str, str]:
        node = self._need(self._root, "logsource")
        members = self._map(node, "logsource")
        self._only(members, _LOGSOURCE_KEYS, "logsource")
        texts = {name: self._text(member, name) for name, member in members.items()}
        texts.pop("definition", None)
        if texts.pop("category", "application") != "application":
            raise self._error(node, "logsource.category: only application is understood")
        # In Sigma's words: what must be configured for such logs to exist; nothing to match.
        texts.pop("definition", None)
        return texts

    def _selection(self, node: yaml.Node, name: str) -> Selection:
        members = self._map(node, f"detection.{name} (keywords and lists of maps come later)")
        if not members:
            raise self._error(node, f"detection.{name} is empty")
        return {field: self._values(member, field) for field, member in members.items()}

    def _values(self, node: yaml.Node, field: str) -> tuple[Scalar, ...]:
        if "|" in field:
            raise self._error(
                node, f"the modifier in {field!r} is not understood: only equality is"
            )
        value = self._value(node)
        values = value if isinstance(value, list) else [value]
        for item in values:
            if not isinstance(item, str | int | float | bool | None):
                raise self._error(node, f"{field}: a value is a text, number, true/false or null")
            if isinstance(item, str) and any(sign in item for sign in "*?\\"):
                raise self._error(
                    node, f"{field}: wildcards and escapes are not understood: write it out"
                )
        if not values:
            raise self._error(node, f"{field}: no value given")
        return tuple(values)

    def _examples(
        self, ours: _Map
    ) -> tuple[tuple[Mapping[str, object], ...], tuple[Mapping[str, object], ...]]:
        node = self._need(ours, "examples")
        members = self._map(node, "examples")
        self._only(members, _EXAMPLE_KEYS, "examples")
        both = []
        for name in ("fires", "silent"):
            events = self._value(self._need(members, name))
            if not isinstance(events, list) or not events:
                raise self._error(node, f"examples.{name} is a list of events, at least one")
            if not all(isinstance(event, dict) for event in events):
                raise self._error(node, f"examples.{name}: each event is a map of fields")
            both.append(tuple(events))
        return both[0], both[1]

    def _need(self, members: _Map, name: str) -> yaml.Node:
        if name not in members:
            raise RuleError(self._file, members.line, self._rule, f"{name} is missing: add it")
        return members[name]

    def _only(self, members: _Map, known: frozenset[str], what: str) -> None:
        for name, node in members.items():
            if name not in known:
                raise self._error(
                    node, f"{name!r} is not understood in {what}; known: {', '.join(sorted(known))}"
                )

    def _map(self, node: yaml.Node, what: str) -> _Map:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, f"{what} must be a map")
        members = _Map(node.start_mark.line + 1)
        for key, value in node.value:
            name = str(self._value(key))
            if name in members:
                raise self._error(key, f"{name!r} stands here twice: keep one")
            members[name] = value
        return members

    def _text(self, node: yaml.Node, what: str) -> str:
        value = self._value(node)
        if not isinstance(value, str) or not value.strip():
            raise self._error(node, f"{what} must be a text")
        return " ".join(value.split()) if "\n" in value else value.strip()

    def _value(self, node: yaml.Node) -> object:
        try:
            value: object = _Plain(node).value
        except yaml.MarkedYAMLError as error:
            raise self._error(node, f"not understood: {error.problem}") from None
        except ValueError as error:
            # A date such as 2026-13-45: YAML takes it for one before anybody asks for it.
            raise self._error(node, f"not understood: {error}; put a text in quotes") from None
        return value

    def _error(self, node: yaml.Node, problem: str) -> RuleError:
        return RuleError(self._file, node.start_mark.line + 1, self._rule, problem)


def _id_in(node: yaml.Node) -> str:
    """The id of the rule in `node`, whatever else is wrong with it."""
    members = node.value if isinstance(node, yaml.MappingNode) else ()
    texts = (value.value for key, value in members if key.value == "id")
    return next((text for text in texts if isinstance(text, str)), "?")


class _Plain:
    """The Python value of a node."""

    def __init__(self, node: yaml.Node) -> None:
        loader = yaml.SafeLoader("")
        try:
            self.value = loader.construct_document(node)
        finally:
            loader.dispose()
