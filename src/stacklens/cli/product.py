"""`stacklens up`: the database and the roles of the product under one supervisor."""

import asyncio
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from stacklens.cli.database import KeptPostgres
from stacklens.cli.options import read_settings
from stacklens.cli.ports import must_be_free
from stacklens.cli.supervisor import KeptProgram, Program, Say, Supervisor, SupervisorError
from stacklens.cli.terminal import failing_clearly, say
from stacklens.db.embedded_errors import EmbeddedPostgresError
from stacklens.settings import Settings


def our_program(name: str, *arguments: str, environ: Mapping[str, str]) -> Program:
    """A command of ours as a program of its own; -P: nothing in the present folder is imported."""
    return Program(name, (sys.executable, "-P", "-m", "stacklens", *arguments), environ)


def up(environ: Mapping[str, str]) -> None:
    """Run the product until SIGINT or SIGTERM; raises Failure when it cannot run."""
    settings = read_settings(environ)
    must_be_free(settings.http.host, settings.http.port, "another one with --port")
    with failing_clearly(SupervisorError, EmbeddedPostgresError):
        asyncio.run(_up(settings, environ))


async def _up(settings: Settings, environ: Mapping[str, str]) -> None:
    async with Supervisor(say) as supervisor:
        url = await start_product(supervisor, settings, environ, say)
        say(f"stacklens: ready {url}")
        await supervisor.until_stopped()


async def start_product(
    supervisor: Supervisor, settings: Settings, environ: Mapping[str, str], output: Say
) -> str:
    """Start database, worker and api, in this order; the address that the api serves.

    Raises EmbeddedPostgresError and SupervisorError.
    """
    children = dict(environ)
    if settings.database.url is None:
        database = settings.database
        postgres = KeptPostgres(database.data, database.bindir, output)
        children["POSTGRES_URL"] = await supervisor.add(postgres)
    worker = our_program("worker", "run", "consumer", "deliver", environ=children)
    await supervisor.add(KeptProgram(worker, output))
    at_door = dict(children)
    api = our_program("api", "run", "ingest", "api", environ=at_door)
    url = await supervisor.add(KeptProgram(api, output))
    # A free port is chosen once: after a crash the api is back where people look for it.
    at_door["STACKLENS_PORT"] = str(urlsplit(url).port)
    return url
