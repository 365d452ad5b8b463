"""`stacklens demo --once`: the demo on scratch data, one round through it, and an end."""

import asyncio
import tempfile
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from stacklens.cli.demo import Ports, start_demo, without
from stacklens.cli.demo_round import RoundFailedError, Steps, go_round
from stacklens.cli.supervisor import Supervisor, SupervisorError
from stacklens.cli.terminal import Failure, failing_clearly, say
from stacklens.db.embedded_errors import EmbeddedPostgresError

_WHOLE_SECONDS = 120.0
_LINES_KEPT = 40

# What would make the scratch product somebody's real one.
_NOT_INHERITED = ("STACKLENS_", "JIRA_", "POSTGRES_", "KAFKA_", "REDIS_")


def demo_once(environ: Mapping[str, str]) -> None:
    """Do the round, printing each step with its milliseconds; raises Failure when it goes wrong."""
    with tempfile.TemporaryDirectory(prefix="stacklens-demo-") as scratch:
        output: deque[str] = deque(maxlen=_LINES_KEPT)
        try:
            with failing_clearly(SupervisorError, EmbeddedPostgresError, RoundFailedError):
                asyncio.run(_once(environ, Path(scratch), output))
        except Failure:
            for line in output:
                say(line)
            raise


async def _once(environ: Mapping[str, str], scratch: Path, output: deque[str]) -> None:
    ours = {
        **without(environ, *_NOT_INHERITED),
        "STACKLENS_DATA": str(scratch / "data"),
        "STACKLENS_PORT": "0",
    }
    finished = False
    async with Supervisor(output.append) as supervisor:
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                steps = Steps(say)
                addresses = await start_demo(
                    supervisor, ours, scratch, Ports(till=0, jira=0), output.append
                )
                steps.done("everything is up")
                await go_round(addresses, steps)
        except TimeoutError:
            raise Failure(f"the round took longer than {_WHOLE_SECONDS:.0f} s") from None
        finished = True
    if not finished:
        raise Failure("stopped before the round was over")
    say("the whole round happened")
