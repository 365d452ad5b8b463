"""All rules, compiled once, behind an index: an event meets only rules that it could match."""

from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Self

from stacklens.domain.event import Fields
from stacklens.rules.predicate import Predicate, compile_rule, witness
from stacklens.rules.spec import RuleError, RuleSpec, read_rules


class Catalogue:
    """The rules in force. Which of them match an event does not depend on the others."""

    def __init__(self, specs: Iterable[RuleSpec]) -> None:
        self.specs = tuple(specs)
        self._always: list[tuple[int, Predicate]] = []
        self._by_field: dict[str, dict[str, list[tuple[int, Predicate]]]] = {}
        seen: dict[str, RuleSpec] = {}
        for place, spec in enumerate(self.specs):
            if other := seen.get(spec.id):
                raise RuleError(
                    spec.file,
                    spec.line,
                    spec.id,
                    f"its id is taken by {other.file}:{other.line}: give it another",
                )
            seen[spec.id] = spec
            self._index(place, spec)

    @classmethod
    def builtin(cls) -> Self:
        """The rules that come with the product; raises RuleError when one is broken."""
        return cls.load(Path(str(resources.files("stacklens.rules") / "builtin")))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The rules in the YAML files of `folder`; raises RuleError for the first broken one."""
        files = sorted([*folder.glob("**/*.yaml"), *folder.glob("**/*.yml")])
        return cls(spec for file in files for spec in read_rules(_read(file), file.name))

    def match(self, fields: Fields) -> Sequence[RuleSpec]:
        """The rules that an event matches, in the order of the catalogue."""
        found = [place for place, predicate in self._always if predicate(fields)]
        for field, by_text in self._by_field.items():
            value = fields.get(field)
            if type(value) is str:
                candidates = by_text.get(value) or by_text.get(value.casefold(), [])
            elif value is None:
                continue
            else:
                candidates = [pair for pairs in by_text.values() for pair in pairs]
            found.extend(place for place, predicate in candidates if predicate(fields))
        return [self.specs[place] for place in sorted(set(found))] if found else ()

    def _index(self, place: int, spec: RuleSpec) -> None:
        pair = (place, compile_rule(spec))
        found = witness(spec)
        if found is None:
            self._always.append(pair)
            return
        field, texts = found
        for value in texts:
            self._by_field.setdefault(field, {}).setdefault(value, []).append(pair)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise RuleError(file.name, 1, "?", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RuleError(file.name, 1, "?", "is not UTF-8: save it as UTF-8") from None
