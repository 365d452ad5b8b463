"""How a test or a demonstration tells the sandbox to misbehave or to lag."""

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from stacklens.jira_sandbox.faults import MOST_FAULTS, Fault
from stacklens.jira_sandbox.misbehave import unauthorized
from stacklens.jira_sandbox.sandbox import LONGEST_LAG_S, Sandbox


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds until search shows a new issue."""

    search_lag: float


class Control:
    """The routes under /sandbox/, for the sandbox's own account."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.router = APIRouter(prefix="/sandbox")
        add = self.router.add_api_route
        add("/faults", self.list_faults)
        add("/faults", self.add_fault, methods=["POST"])
        add("/faults", self.clear_faults, methods=["DELETE"])
        add("/behaviour", self.behave, methods=["PUT"])
        add("/reset", self.reset, methods=["POST"])

    async def list_faults(self, request: Request) -> Response:
        """The faults that still wait."""
        if not self._knows(request):
            return unauthorized()
        return _json(self._sandbox.faults.waiting())

    async def add_fault(self, request: Request) -> Response:
        """Add a fault, as faults.Fault describes it."""
        if not self._knows(request):
            return unauthorized()
        try:
            fault = msgspec.json.decode(await request.body(), type=Fault)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 422)
        if not 1 <= fault.times <= MOST_FAULTS or not 100 <= fault.status <= 599:  # noqa: PLR2004 -- HTTP
            return _json({"error": f"times is 1 to {MOST_FAULTS}, status 100 to 599"}, 422)
        self._sandbox.faults.add(fault)
        return _json(fault, 201)

    async def clear_faults(self, request: Request) -> Response:
        """Forget all faults."""
        if not self._knows(request):
            return unauthorized()
        self._sandbox.faults.clear()
        return Response(status_code=204)

    async def behave(self, request: Request) -> Response:
        """Set how long search lags."""
        if not self._knows(request):
            return unauthorized()
        try:
            behaviour = msgspec.json.decode(await request.body(), type=Behaviour)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 422)
        self._sandbox.search_lag = min(max(behaviour.search_lag, 0.0), LONGEST_LAG_S)
        return _json(behaviour)

    async def reset(self, request: Request) -> Response:
        """Begin anew: no tickets, no faults, no lag."""
        if not self._knows(request):
            return unauthorized()
        self._sandbox.faults.clear()
        self._sandbox.search_lag = 0.0
        self._sandbox.store.clear()
        return Response(status_code=204)

    def _knows(self, request: Request) -> bool:
        return self._sandbox.account.matches(request.headers.get("authorization"))


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
