"""Become another program that dies with the process which started it.

Run as `python -I -S tether.py PARENT_PID PROGRAM ARGUMENT…`. Linux keeps the wish over the change
of program. Elsewhere this only runs the program: a parent that is killed leaves it behind.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: list[str]) -> None:
    """Replace this process; returns only by an exception."""
    parent, *command = arguments
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != int(parent):  # it died before the wish was made
            sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - without a shell is what we want
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
