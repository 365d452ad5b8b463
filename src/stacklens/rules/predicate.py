"""The one operator table: what it means that a field of an event has a value of a rule."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from stacklens.domain.event import Fields
from stacklens.rules.spec import RuleError, RuleSpec, Scalar, Selection

Predicate = Callable[[Fields], bool]
"""Whether an event matches."""

_TOKEN: Final = re.compile(r"\s*(?:(\()|(\))|([A-Za-z_][\w-]*))")


def equals(value: object, wanted: Scalar) -> bool:
    """Whether a field's value is the one of a rule, as Sigma compares.

    Texts without regard to case; a number also when one side is its text; null is also a missing
    field (shippers drop or empty it: contracts, "null fields"); an array when any element is.
    """
    if isinstance(value, list):
        return any(equals(element, wanted) for element in value)
    if wanted is None:
        return value is None or value in ("", {})
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted or str(value).lower() == str(wanted).lower()
    if isinstance(value, str | int | float):
        return value == wanted or str(value).casefold() == str(wanted).casefold()
    return False


def value_at(fields: Fields, path: str) -> object:
    """The value of a field; a dotted path reaches inside when no field has the whole name."""
    if path in fields or "." not in path:
        return fields.get(path)
    value: object = fields
    for name in path.split("."):
        if isinstance(value, list):
            value = [item.get(name) for item in value if isinstance(item, dict)]
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def compile_rule(spec: RuleSpec) -> Predicate:
    """The condition of a rule over its selections; raises RuleError when it is not understood."""
    named = {name: _selection(selection) for name, selection in spec.selections.items()}
    condition = _Condition(spec, named).parse()
    if not spec.logsource:
        return condition
    source = _selection({name: (value,) for name, value in spec.logsource.items()})
    return lambda fields: source(fields) and condition(fields)


def witness(spec: RuleSpec) -> tuple[str, frozenset[str]] | None:
    """A field and the texts, in lower case, of which it must hold one for the rule to match.

    None when the condition is more than one selection or a selection has no such field: such a
    rule must be tried on every event.
    """
    selection = spec.selections.get(spec.condition)
    for field, wanted in (selection or {}).items():
        texts = [value for value in wanted if isinstance(value, str) and value]
        if len(texts) == len(wanted) and "." not in field:
            return field, frozenset(text.casefold() for text in texts)
    return None


def _selection(selection: Selection) -> Predicate:
    items = tuple(selection.items())

    def matches(fields: Fields) -> bool:
        for path, wanted in items:
            value = value_at(fields, path)
            if not any(equals(value, one) for one in wanted):
                return False
        return True

    return matches


class _Condition:
    """`or` binds least, then `and`, then `not`, as in Sigma's specification."""

    def __init__(self, spec: RuleSpec, named: Mapping[str, Predicate]) -> None:
        self._spec = spec
        self._named = named
        self._tokens = self._split(spec.condition)
        self._at = 0

    def parse(self) -> Predicate:
        predicate = self._either()
        if self._at < len(self._tokens):
            raise self._error(f"{self._tokens[self._at]!r} is not expected here")
        return predicate

    def _split(self, text: str) -> list[str]:
        tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._error(f"{text[at:].strip()[:20]!r} is not understood")
            tokens.append(found[found.lastindex or 0])
            at = found.end()
        return tokens

    def _either(self) -> Predicate:
        left = self._both()
        while self._take("or"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Predicate:
        left = self._one()
        while self._take("and"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Predicate:
        if self._take("not"):
            return _not(self._one())
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise self._error("a bracket is not closed")
            return inner
        if self._at == len(self._tokens):
            raise self._error("it ends too early")
        name = self._tokens[self._at]
        if name not in self._named:
            known = ", ".join(self._named)
            raise self._error(f"detection has no {name!r}, only {known}")
        self._at += 1
        return self._named[name]

    def _take(self, token: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].lower() == token
        self._at += found
        return found

    def _error(self, problem: str) -> RuleError:
        spec = self._spec
        return RuleError(spec.file, spec.line, spec.id, f"condition {spec.condition!r}: {problem}")


def _or(left: Predicate, right: Predicate) -> Predicate:
    return lambda fields: left(fields) or right(fields)


def _and(left: Predicate, right: Predicate) -> Predicate:
    return lambda fields: left(fields) and right(fields)


def _not(inner: Predicate) -> Predicate:
    return lambda fields: not inner(fields)
