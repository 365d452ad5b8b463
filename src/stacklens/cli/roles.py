"""`stacklens run`, `migrate` and `openapi`: the commands that are the server."""

import json
from collections.abc import Mapping, Sequence

from stacklens import wiring
from stacklens.cli.options import read_settings
from stacklens.cli.terminal import failing_clearly, say


def run(roles: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run roles in this process until SIGINT or SIGTERM; raises Failure when they cannot start."""
    settings = read_settings(environ)
    with failing_clearly(wiring.StartError):
        wiring.run(settings, roles, lambda words: say(f"stacklens: ready {words}"))


def migrate(environ: Mapping[str, str]) -> None:
    """Bring the database to the schema of this version; raises Failure when it cannot."""
    with failing_clearly(wiring.StartError):
        wiring.migrate_database(read_settings(environ))


def openapi() -> str:
    """The OpenAPI document as indented JSON."""
    return json.dumps(wiring.openapi_document(), indent=2, ensure_ascii=False)
