"""Hold one PostgreSQL server as a child, and stop it when whoever started us is gone.

Run as `python -I -S guard.py UID GID PROGRAM ARGUMENT…` with a pipe as standard input. The end of
that pipe is the sign to stop: the kernel closes it however the other side dies, `kill -9` included.
The server's pid goes to standard output in one line; the exit code is the server's.

This process lives as long as the server does, so it imports next to nothing.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_STAY = -1
_FAST_SHUTDOWN, _IMMEDIATE_SHUTDOWN = signal.SIGINT, signal.SIGQUIT
FAST_SHUTDOWN_SECONDS = 30.0
_SIGNALS_TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: Sequence[str], *, patience: float = FAST_SHUTDOWN_SECONDS) -> int:
    """Run the server until it ends by itself or we are told to stop it.

    `arguments` are uid, gid (-1: stay who we are) and the server's command line. A fast shutdown
    has `patience` seconds, then the server must go at once and recovers at its next start.
    """
    uid, gid, *command = arguments
    guard = os.getpid()
    signals = _signals_as_bytes()
    # Held back until the child has given up our handlers, which would swallow them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS_TO_END)
    server = os.fork()
    if server == 0:  # pragma: no cover - becomes another program; coverage cannot look inside
        _become_server(int(uid), int(gid), command, guard)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS_TO_END)
    os.write(_STDOUT, b"%d\n" % server)
    return _watch(server, signals, patience)


def _signals_as_bytes() -> int:
    """A pipe that becomes readable when the server ends or somebody asks us to end."""
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    for number in (signal.SIGCHLD, *_SIGNALS_TO_END):
        signal.signal(number, lambda *_: None)
    return readable


def _become_server(  # pragma: no cover - see main
    uid: int, gid: int, command: list[str], guard: int
) -> None:
    try:
        for number in _SIGNALS_TO_END:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS_TO_END)
        # Found before the change of user: afterwards Python's own files may be out of reach.
        set_process_option = _prctl()
        if uid != _STAY:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        # After the change of user, which clears it. It covers the death of this guard.
        set_process_option(_PR_SET_PDEATHSIG, int(_FAST_SHUTDOWN))
        if os.getppid() != guard:
            os._exit(1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), _STDIN)
        os.dup2(_STDERR, _STDOUT)
        os.closerange(3, 1024)  # the folder lock among them: it is the guard's, not the server's
        os.execv(command[0], command)  # noqa: S606 - without a shell is what we want
    except OSError as error:
        os.write(_STDERR, f"{command[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def _prctl() -> Callable[[int, int], object]:  # pragma: no cover - see main
    if sys.platform != "linux":
        return lambda _option, _value: None
    # Imported in the child only: the guard would carry it for as long as the server runs.
    import ctypes  # noqa: PLC0415

    return ctypes.CDLL(None).prctl


def _watch(server: int, signals: int, patience: float) -> int:
    sources = [_STDIN, signals]
    insist_at: float | None = None
    while True:
        ended, status = os.waitpid(server, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        wait = None if insist_at is None else max(0.0, insist_at - time.monotonic())
        readable, _, _ = select.select(sources, [], [], wait)
        if insist_at is not None and time.monotonic() >= insist_at:
            os.kill(server, _IMMEDIATE_SHUTDOWN)
            insist_at = time.monotonic() + patience
        if _asked_to_stop(readable, signals) and insist_at is None:
            sources = [signals]
            os.kill(server, _FAST_SHUTDOWN)
            insist_at = time.monotonic() + patience


def _asked_to_stop(readable: Sequence[int], signals: int) -> bool:
    asked = _STDIN in readable and not os.read(_STDIN, 64)
    if signals in readable:
        asked |= any(number != signal.SIGCHLD for number in os.read(signals, 64))
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
