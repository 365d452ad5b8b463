"""`stacklens demo`: the product, a shop that fails on purpose, its logs shipped, a Jira sandbox."""

import asyncio
import os
import shutil
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import stacklens
from stacklens.cli.options import read_settings
from stacklens.cli.ports import must_be_free
from stacklens.cli.product import our_program, start_product
from stacklens.cli.supervisor import KeptProgram, Program, Say, Supervisor, SupervisorError
from stacklens.cli.terminal import Failure, failing_clearly, say
from stacklens.db.embedded_errors import EmbeddedPostgresError
from stacklens.jira_sandbox.sandbox import DEFAULT_PROJECT, Account

_HOST = "127.0.0.1"
_SHOP = Path(stacklens.__file__).parents[2] / "demo-pos-app"


@dataclass(frozen=True)
class Ports:
    """Where the demo's own programs listen; 0 takes a free one."""

    till: int
    jira: int


@dataclass(frozen=True)
class Addresses:
    """Where everything can be reached, as http://host:port."""

    till: str
    console: str
    jira: str


def demo(environ: Mapping[str, str], ports: Ports, *, browser: bool) -> None:
    """Run it until SIGINT or SIGTERM; raises Failure when something cannot run."""
    ours = without(environ, "JIRA_")
    settings = read_settings(ours)
    must_be_free(settings.http.host, settings.http.port, "another one with --port")
    must_be_free(_HOST, ports.till, "another one with --till-port")
    must_be_free(_HOST, ports.jira, "another one with --jira-port")
    folder = settings.database.data / "demo"
    with failing_clearly(SupervisorError, EmbeddedPostgresError):
        asyncio.run(_demo(ours, folder, ports, browser=browser))


async def _demo(environ: Mapping[str, str], folder: Path, ports: Ports, *, browser: bool) -> None:
    async with Supervisor(say) as supervisor:
        addresses = await start_demo(supervisor, environ, folder, ports, say)
        say(f"stacklens: ready {addresses.console}")
        say(_table(addresses, folder))
        if browser and _has_display(environ):
            for address in (addresses.console, addresses.till):
                await asyncio.to_thread(webbrowser.open, address)
        await supervisor.until_stopped()


async def start_demo(
    supervisor: Supervisor,
    environ: Mapping[str, str],
    folder: Path,
    ports: Ports,
    output: Say,
) -> Addresses:
    """Start it all; logs, positions and tickets go to `folder`.

    Raises Failure, EmbeddedPostgresError and SupervisorError.
    """
    shop, logs = shop_program(environ, folder / "logs", ports.till), folder / "logs/combined.log"
    sandbox = our_program(
        "jira",
        *("jira-sandbox", "--port", str(ports.jira), "--data", str(folder / "jira")),
        environ=environ,
    )
    jira = await supervisor.add(KeptProgram(sandbox, output))
    with_jira = {**past_the_proxy(environ), **jira_environ(jira)}
    settings = read_settings(with_jira)
    console = await start_product(supervisor, settings, with_jira, output)
    till = await supervisor.add(KeptProgram(shop, output))
    shipper = our_program(
        "ship",
        *("ship", str(logs), "--to", console, "--state", str(folder / "ship")),
        environ=environ,
    )
    await supervisor.add(KeptProgram(shipper, output))
    return Addresses(till=till, console=console, jira=jira)


def without(environ: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    """The environment without some variables: a demo must not touch anybody's real Jira."""
    return {name: value for name, value in environ.items() if not name.startswith(prefixes)}


def past_the_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which this machine is reached without anybody's proxy."""
    names = ("NO_PROXY", "no_proxy")
    return {**environ, **{name: f"{environ.get(name, '')},{_HOST}".strip(",") for name in names}}


def jira_environ(address: str) -> dict[str, str]:
    """What points the product at the sandbox."""
    account = Account()
    return {
        "JIRA_BASE_URL": address,
        "JIRA_USER": account.user,
        "JIRA_TOKEN": account.token,
        "JIRA_PROJECT_KEY": DEFAULT_PROJECT,
    }


def shop_program(environ: Mapping[str, str], logs: Path, port: int, shop: Path = _SHOP) -> Program:
    """The shop of this checkout; raises Failure when it, or Node, is not there."""
    server = shop / "dist" / "server.js"
    if not server.is_file() or not (shop / "node_modules").is_dir():
        raise Failure(f"the shop is not built ({server}): run `make setup` in a checkout first")
    node = shutil.which("node", path=environ.get("PATH"))
    if node is None:
        raise Failure("the shop needs Node 20 or newer: install it, or run `stacklens up`")
    settings = {"HOST": _HOST, "PORT": str(port), "LOG_DIR": str(logs)}
    return Program("shop", (node, str(server)), {**environ, **settings})


def _table(addresses: Addresses, folder: Path) -> str:
    rows = [
        ("till", addresses.till, "sell something; the mouse has no price"),
        ("console", addresses.console, "the alert, a blink later"),
        ("jira", addresses.jira, "the tickets (a sandbox)"),
        ("files", str(folder.parent), "Ctrl-C stops everything, what is here stays"),
    ]
    width = max(len(where) for _, where, _ in rows)
    return "\n".join(["", *(f"  {name:<8} {where:<{width}}  {text}" for name, where, text in rows)])


def _has_display(environ: Mapping[str, str]) -> bool:
    if sys.platform == "darwin" or os.name == "nt":
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
