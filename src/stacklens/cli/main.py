"""The command `stacklens`. Each command imports what it needs when it runs."""

import os
import sys
from pathlib import Path
from types import TracebackType

import click

ROLES = ("ingest", "consumer", "deliver", "api")

PORT = click.IntRange(0, 65_535)

host_option = click.option("--host", metavar="ADDRESS", help="Where to listen (127.0.0.1).")
port_option = click.option("--port", type=PORT, help="Port to listen on.")
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything that is kept.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Logs in, tickets out: StackLens turns failing log lines into alerts and tickets."""


def main() -> None:
    """The entry point of the command; never returns."""
    sys.excepthook = _tell_at_the_end
    cli(prog_name="stacklens")


def _tell_at_the_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What nobody expected keeps its trace; the last line says what it was, as always."""
    sys.__excepthook__(kind, error, trace)
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    click.echo(f"stacklens: failed unexpectedly: {type(error).__name__}: {error}", err=True)


@cli.command()
@host_option
@port_option
@data_option
def up(host: str | None, port: int | None, data: Path | None) -> None:
    """Run everything on this machine, the database included."""
    from stacklens.cli import options, product

    product.up(options.with_options(os.environ, host=host, port=port, data=data))


@cli.command()
@click.argument("roles", nargs=-1, required=True, type=click.Choice(ROLES), metavar="ROLE…")
@host_option
@port_option
def run(roles: tuple[str, ...], host: str | None, port: int | None) -> None:
    """Run one or more roles (ingest, consumer, deliver, api) in this process."""
    from stacklens.cli import options
    from stacklens.cli import roles as roles_command

    roles_command.run(roles, options.with_options(os.environ, host=host, port=port))


@cli.command()
def migrate() -> None:
    """Bring the database at POSTGRES_URL to the schema of this version."""
    from stacklens.cli import roles as roles_command

    roles_command.migrate(os.environ)


@cli.command()
@click.option("--once", is_flag=True, help="Do one whole round by itself, tell the times, end.")
@click.option("--browser/--no-browser", default=True, help="Open the pages where there is one.")
@click.option("--till-port", default=3001, type=PORT, help="Port of the till (3001).")
@click.option("--jira-port", default=8090, type=PORT, help="Port of the Jira sandbox (8090).")
@host_option
@port_option
@data_option
def demo(
    *,
    once: bool,
    browser: bool,
    till_port: int,
    jira_port: int,
    host: str | None,
    port: int | None,
    data: Path | None,
) -> None:
    """Run the product with a shop that fails on purpose, its logs shipped, and a Jira sandbox."""
    if once:
        from stacklens.cli import demo_once

        demo_once.demo_once(os.environ)
        return
    from stacklens.cli import demo as demo_command
    from stacklens.cli import options

    environ = options.with_options(os.environ, host=host, port=port, data=data)
    ports = demo_command.Ports(till_port, jira_port)
    demo_command.demo(environ, ports, browser=browser)


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--to", "address", required=True, metavar="URL", help="The server's address.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the positions in the files.",
)
def ship(files: tuple[str, ...], address: str, state: Path | None) -> None:
    """Follow log files and send their new lines to a server."""
    from stacklens.cli import ship as ship_command

    ship_command.ship(files, address, state, os.environ)


@cli.command("jira-sandbox")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen (127.0.0.1).")
@click.option("--port", default=8090, type=PORT, help="Port (8090).")
@data_option
def jira_sandbox(host: str, port: int, data: Path | None) -> None:
    """Run a small Jira to try tickets out on."""
    from stacklens.cli import sandbox

    sandbox.serve(host, port, data)


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document of the product."""
    from stacklens.cli import roles as roles_command

    click.echo(roles_command.openapi())


@cli.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    click.echo(installed("stacklens"))
