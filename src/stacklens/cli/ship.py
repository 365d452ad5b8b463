"""`stacklens ship`: the shipper with its settings; nothing of the server is imported."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from stacklens.cli.terminal import SettingsFailure, failing_clearly
from stacklens.settings import default_data
from stacklens.shipper.errors import ShipperError
from stacklens.shipper.run import ship_until_signalled


def ship(
    files: Sequence[str], address: str, state: Path | None, environ: Mapping[str, str]
) -> None:
    """Ship until SIGINT or SIGTERM; raises Failure when it cannot start."""
    folder = state or _data(environ) / "ship"
    with failing_clearly(ShipperError):
        asyncio.run(ship_until_signalled(files, address, state=folder, key=_key(environ)))


def _data(environ: Mapping[str, str]) -> Path:
    named = environ.get("STACKLENS_DATA")
    return Path(named) if named else default_data(environ)


def _key(environ: Mapping[str, str]) -> str | None:
    """The server's key, from the same variables as the server's own."""
    file = environ.get("STACKLENS_API_KEY_FILE")
    if not file:
        return environ.get("STACKLENS_API_KEY") or None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except OSError as error:
        raise SettingsFailure(
            f"STACKLENS_API_KEY_FILE cannot be read ({error.strerror}): check path and permissions"
        ) from error
