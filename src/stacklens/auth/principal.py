"""Who asks. Every route takes a principal; until there are accounts it is called "local"."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PrincipalKind(StrEnum):
    """How somebody came in."""

    OPEN = "open"
    """No key is set: whoever reaches the port."""
    KEY = "key"
    """The key as a bearer token: a shipper or a script."""
    SESSION = "session"
    """A browser that was given the key once."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may call a route; `name` is the actor that changes are written under."""

    name: str
    kind: PrincipalKind
    scopes: frozenset[str] = frozenset()


LOCAL: Final = "local"
"""The one name there is until accounts come."""
