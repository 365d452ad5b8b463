"""The settings of a command: the environment, and what the command line puts on top of it."""

from collections.abc import Mapping
from pathlib import Path

from stacklens.cli.terminal import SettingsFailure, failing_clearly
from stacklens.settings import Settings, SettingsError


def with_options(
    environ: Mapping[str, str], *, host: str | None, port: int | None, data: Path | None = None
) -> dict[str, str]:
    """The environment with what the command line says; our children get the same."""
    options = {"STACKLENS_HOST": host, "STACKLENS_PORT": port, "STACKLENS_DATA": data}
    return {**environ, **{name: str(value) for name, value in options.items() if value is not None}}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises Failure that names every problem."""
    with failing_clearly(SettingsError, failure=SettingsFailure):
        return Settings.from_environ(environ)
