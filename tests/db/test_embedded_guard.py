"""The guard alone, holding a program that is not PostgreSQL."""

import signal
import subprocess
import sys
from pathlib import Path

from conditions import eventually_sync

HOLD = """
import sys
from stacklens.db.guard import main
sys.exit(main(["-1", "-1", *sys.argv[2:]], patience=float(sys.argv[1])))
"""
STUBBORN = "trap 'echo asked' INT; echo up; while :; do sleep 0.05; done"


def hold(*command: str, patience: float = 20.0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(patience), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said_pid(guard: subprocess.Popen[str]) -> int:
    assert guard.stdout
    return int(guard.stdout.readline())


def test_the_exit_code_of_the_server_is_the_guards() -> None:
    with hold("/bin/sh", "-c", "exit 3") as guard:
        assert guard.wait(10) == 3


def test_a_program_that_cannot_be_run_is_named() -> None:
    with hold("/no/such/program") as guard:
        assert guard.wait(10) == 127
        assert guard.stderr
        assert "/no/such/program" in guard.stderr.read()


def test_the_end_of_standard_input_interrupts_the_server() -> None:
    with hold("/bin/sleep", "60") as guard:
        said_pid(guard)
        assert guard.stdin
        guard.stdin.write("noise is not the end\n")
        guard.stdin.flush()
        assert guard.poll() is None
        guard.stdin.close()
        assert guard.wait(10) == 128 + signal.SIGINT


def test_a_polite_signal_to_the_guard_does_the_same() -> None:
    with hold("/bin/sleep", "60") as guard:
        said_pid(guard)
        guard.terminate()
        assert guard.wait(10) == 128 + signal.SIGINT


def test_a_server_that_does_not_stop_is_made_to() -> None:
    with hold("/bin/sh", "-c", STUBBORN, patience=0.2) as guard:
        server = said_pid(guard)
        assert guard.stderr
        assert guard.stderr.readline() == "up\n"
        assert guard.stdin
        guard.stdin.close()
        assert guard.wait(10) == 128 + signal.SIGQUIT
        assert guard.stderr.readline() == "asked\n"
    eventually_sync(lambda: not Path(f"/proc/{server}").exists())
