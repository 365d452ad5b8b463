"""`stacklens jira-sandbox`."""

from pathlib import Path

from stacklens.cli.terminal import Failure, failing_clearly
from stacklens.jira_sandbox.server import PortTakenError
from stacklens.jira_sandbox.server import serve as serve_sandbox


def serve(host: str, port: int, data: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; raises Failure when it cannot start."""
    if data is not None:
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"{data} cannot be made ({error.strerror}): choose --data") from error
    with failing_clearly(PortTakenError):
        serve_sandbox(host, port, data)
