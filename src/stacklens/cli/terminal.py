"""What a command tells the person who started it: lines, and clear failures."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, ClassVar

import click


def say(line: str) -> None:
    """Print at once: whoever reads a pipe waits for the word "ready".

    When nobody reads any more, everything goes on without a word.
    """
    try:
        click.echo(line)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Failure(click.ClickException):
    """Ends the command with exit code 1 and its message, one line for each problem."""

    def show(self, file: IO[Any] | None = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"stacklens: {line}", file=file, err=file is None)


class SettingsFailure(Failure):
    """The same for settings that are wrong, with the exit code of a wrong command line."""

    exit_code: ClassVar[int] = 2


@contextmanager
def failing_clearly(*expected: type[Exception], failure: type[Failure] = Failure) -> Iterator[None]:
    """Turn the expected errors, whose text is meant for people, into a Failure."""
    try:
        yield
    except expected as error:
        raise failure(str(error)) from error
