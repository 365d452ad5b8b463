"""The commands, as far as no server is needed."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from running_product import stacklens
from stacklens.cli.main import cli
from stacklens.cli.options import with_options

COMMANDS = ("up", "run", "migrate", "demo", "ship", "jira-sandbox", "openapi", "version")


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command loads up to its end."""
    script = (
        "import sys\nfrom stacklens.cli.main import cli\n"
        f"try:\n    cli({list(arguments)!r}, prog_name='stacklens')\nexcept SystemExit: pass\n"
        "print('loaded', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_names_every_command_and_loads_nothing_but_click() -> None:
    shown = CliRunner().invoke(cli, ["--help"])
    assert all(command in shown.output for command in COMMANDS)
    loaded = imported_by("--help")
    assert "click" in loaded
    assert not loaded & {"asyncio", "httpx", "sqlalchemy", "fastapi", "stacklens.settings"}


def test_the_shipper_loads_nothing_of_the_server(tmp_path: Path) -> None:
    loaded = imported_by("ship", "x.log", "--to", "not an address", "--state", str(tmp_path))
    assert "stacklens.shipper.run" in loaded
    server = {"sqlalchemy", "fastapi", "pydantic", "psycopg", "uvicorn", "msgspec"}
    assert not loaded & (server | {"stacklens.db", "stacklens.wiring"})


def test_the_supervisor_loads_nothing_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    loaded = imported_by("up", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert "stacklens.cli.supervisor" in loaded
    assert not loaded & {"sqlalchemy", "fastapi", "pydantic", "psycopg", "uvicorn", "httpx"}


def test_the_command_line_wins_over_the_environment() -> None:
    environ = {"STACKLENS_PORT": "1", "STACKLENS_HOST": "::1", "OTHER": "x"}
    assert with_options(environ, host=None, port=2, data=Path("d")) == {
        "STACKLENS_PORT": "2",
        "STACKLENS_HOST": "::1",
        "STACKLENS_DATA": "d",
        "OTHER": "x",
    }


def test_version_is_the_installed_one() -> None:
    shown = CliRunner().invoke(cli, ["version"])
    assert shown.output.strip().count(".") == 2


def test_openapi_prints_the_document_of_ingest_and_api() -> None:
    shown = CliRunner().invoke(cli, ["openapi"])
    paths = json.loads(shown.output)["paths"]
    assert {"/api/logs/ingest", "/api/logs", "/api/alerts", "/health"} <= paths.keys()


def test_what_nobody_expected_keeps_its_trace_and_ends_with_a_line() -> None:
    script = (
        "import sys, click\nfrom stacklens.cli import main\n"
        "@main.cli.command()\ndef fall():\n"
        "    raise ExceptionGroup('two', [ValueError('the moon'), KeyError('sun')])\n"
        "sys.argv[1:] = ['fall']\nmain.main()"
    )
    done = python(script)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1] == "stacklens: failed unexpectedly: ValueError: the moon"


@pytest.mark.parametrize("command", ["migrate", "run"])
def test_a_role_without_a_database_is_told_what_to_set(command: str) -> None:
    refused = stacklens(command, *(["api"] if command == "run" else []))
    assert refused.returncode == 1
    assert refused.stderr.startswith("stacklens: POSTGRES_URL is not set")
    assert refused.stderr.count("\n") == 1


def test_a_role_whose_port_is_taken_says_so(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = stacklens("run", "api", "--port", port, POSTGRES_URL=database_url)
    assert refused.returncode == 1
    last = refused.stderr.splitlines()[-1]
    assert last.startswith(f"stacklens: cannot listen on 127.0.0.1, port {port} (Address already")
    assert "Traceback" not in refused.stderr


def test_migrate_does_its_work_twice(database_url: str) -> None:
    assert stacklens("migrate", POSTGRES_URL=database_url).returncode == 0


def test_an_unknown_role_is_refused() -> None:
    refused = CliRunner().invoke(cli, ["run", "cook"])
    assert refused.exit_code == 2
    assert "'cook' is not one of" in refused.output


def test_a_shipper_says_what_is_wrong_with_its_address(tmp_path: Path) -> None:
    refused = CliRunner().invoke(
        cli,
        ["ship", "x.log", "--to", "ftp://nowhere"],
        env={"STACKLENS_DATA": str(tmp_path)},
    )
    assert refused.exit_code == 1
    assert refused.output.startswith("stacklens: ")


def test_a_shipper_takes_the_key_from_a_file_or_says_that_it_cannot(tmp_path: Path) -> None:
    command = ["ship", "x.log", "--to", "http://127.0.0.1:1"]
    refused = CliRunner().invoke(cli, command, env={"STACKLENS_API_KEY_FILE": str(tmp_path / "no")})
    assert refused.exit_code == 2
    assert "STACKLENS_API_KEY_FILE cannot be read (No such file or directory)" in refused.output
    (tmp_path / "key").write_text("no\tkey\n")
    refused = CliRunner().invoke(
        cli,
        command,
        env={"STACKLENS_API_KEY_FILE": str(tmp_path / "key"), "XDG_DATA_HOME": str(tmp_path)},
    )
    assert refused.exit_code == 1
    assert "key" in refused.output


def test_the_sandbox_says_when_it_cannot_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(cli, ["jira-sandbox", "--data", str(tmp_path / "file" / "x")])
    assert refused.exit_code == 1
    assert "cannot be made (Not a directory): choose --data" in refused.output
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = CliRunner().invoke(cli, ["jira-sandbox", "--port", port])
    assert refused.exit_code == 1
    assert refused.output.startswith("stacklens: cannot listen on")


def test_a_tethered_program_that_is_not_there_is_told() -> None:
    script = "import os\nfrom stacklens.cli.tether import main\nmain([str(os.getppid()), 'no-x'])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "no-x cannot be run: No such file or directory\n"


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_a_program_whose_parent_is_already_dead_does_not_start() -> None:
    script = "from stacklens.cli.tether import main\nmain(['1', '/bin/echo', 'alive'])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
