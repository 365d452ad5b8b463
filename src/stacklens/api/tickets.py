"""The ticket of an alert over HTTP: ask for it, and settle what became of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response

from stacklens.alerts import tickets
from stacklens.api.alert_id import EXAMPLE_ID, AlertId, no_such_alert
from stacklens.api.answers import Described, json_response, problems
from stacklens.api.clock import utc_now
from stacklens.api.problems import ProblemError
from stacklens.auth.http import Caller


@dataclass(frozen=True, slots=True)
class JiraSite:
    """What the API must know of Jira: where its issues are shown, and what is not set."""

    base_url: str
    missing: Sequence[str] = ()

    def browse(self, key: str) -> str:
        """Where people read the issue."""
        return f"{self.base_url.rstrip('/')}/browse/{key}"


class Ticket(BaseModel):
    """The ticket of one episode of an alert."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "alert_id": EXAMPLE_ID,
                    "episode": 1,
                    "state": "created",
                    "key": "SHOP-123",
                    "url": "https://example.atlassian.net/browse/SHOP-123",
                    "error": None,
                    "attempts": 1,
                    "requested_at": "2026-11-22T16:36:00.000000Z",
                    "updated_at": "2026-11-22T16:36:00.750000Z",
                    "next_attempt_at": None,
                }
            ]
        }
    )

    alert_id: UUID
    episode: int
    state: Literal["pending", "created", "failed", "unknown"]
    key: str | None
    url: str | None
    error: str | None = Field(description="What Jira said, in its own words.")
    attempts: int
    requested_at: datetime
    updated_at: datetime
    next_attempt_at: datetime | None = Field(description="When we go on by ourselves.")


class IssueLink(BaseModel):
    """An issue that somebody found in Jira."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[
        str, Field(pattern=rf"^{tickets.ISSUE_KEY.pattern}$", max_length=80, examples=["SHOP-123"])
    ]


_ALERT_MISSING: Final = "There is no such alert."
_ASKED: Final[Described] = problems(
    status_404=_ALERT_MISSING,
    status_409="Jira is not set up; the detail says which variables are missing.",
)
_SETTLED: Final[Described] = problems(
    status_404=_ALERT_MISSING,
    status_409="The state is not `unknown`, or Jira is not set up.",
)
_LINKED: Final[Described] = {
    **_SETTLED,
    **problems(status_400="The body cannot be read.", status_422="This is no issue key."),
}


@contextmanager
def _settling() -> Iterator[None]:
    try:
        yield
    except tickets.UnknownAlertError:
        raise no_such_alert() from None
    except tickets.TicketNotUnknownError as error:
        raise ProblemError(409, str(error)) from None


class TicketRoutes:
    """Everything below /api/alerts/{id}/ticket."""

    def __init__(
        self, engine: AsyncEngine, jira: JiraSite, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = engine
        self._jira = jira
        self._clock = clock

    def router(self) -> APIRouter:
        """The routes, for the app."""
        router = APIRouter(tags=["tickets"])
        path = "/api/alerts/{alert_id}/ticket"
        router.add_api_route(
            path,
            self.get_ticket,
            response_model=Ticket,
            responses=problems(status_404="There is no such alert, or nobody asked for a ticket."),
        )
        router.add_api_route(
            path,
            self.request_ticket,
            methods=["POST"],
            status_code=202,
            response_model=Ticket,
            response_description="Asked for; the ticket is made in the background.",
            responses={
                200: {"model": Ticket, "description": "It was asked for before."},
                **_ASKED,
            },
        )
        for step, endpoint, status, said, others in (
            ("look", self.look_again, 202, "Jira will be looked at again.", _SETTLED),
            ("create-anyway", self.create_anyway, 202, "It will be sent again.", _SETTLED),
            ("link", self.link_issue, 200, "This issue is the ticket now.", _LINKED),
        ):
            router.add_api_route(
                f"{path}/{step}",
                endpoint,
                methods=["POST"],
                status_code=status,
                response_model=Ticket,
                response_description=said,
                responses=others,
            )
        return router

    async def get_ticket(self, alert_id: AlertId, _caller: Caller) -> Response:
        """The ticket of the present episode."""
        async with self._engine.connect() as connection:
            ticket = await tickets.present_ticket(connection, alert_id)
        if ticket is None:
            raise ProblemError(404, "nobody has asked for a ticket for this alert yet")
        return json_response(ticket)

    async def request_ticket(self, alert_id: AlertId, caller: Caller) -> Response:
        """Ask for a ticket. Asking again never makes a second one."""
        self._must_be_set_up()
        with _settling():
            async with self._engine.begin() as connection:
                ticket, is_new = await tickets.request_ticket(
                    connection, alert_id, caller.name, self._clock()
                )
        return json_response(ticket, 202 if is_new else 200)

    async def look_again(self, alert_id: AlertId, _caller: Caller) -> Response:
        """Look in Jira again for a ticket whose fate is unknown."""
        self._must_be_set_up()
        with _settling():
            async with self._engine.begin() as connection:
                ticket = await tickets.look_again(connection, alert_id, self._clock())
        return json_response(ticket, 202)

    async def create_anyway(self, alert_id: AlertId, caller: Caller) -> Response:
        """Send it again although the first try may have made an issue."""
        self._must_be_set_up()
        with _settling():
            async with self._engine.begin() as connection:
                ticket = await tickets.create_anyway(
                    connection, alert_id, caller.name, self._clock()
                )
        return json_response(ticket, 202)

    async def link_issue(self, alert_id: AlertId, link: IssueLink, caller: Caller) -> Response:
        """Take an issue that is already in Jira as the ticket."""
        self._must_be_set_up()
        url = self._jira.browse(link.key)
        with _settling():
            async with self._engine.begin() as connection:
                ticket = await tickets.link_key(
                    connection, alert_id, link.key, url, caller.name, self._clock()
                )
        return json_response(ticket)

    def _must_be_set_up(self) -> None:
        if self._jira.missing:
            names = ", ".join(self._jira.missing)
            raise ProblemError(409, f"Jira is not set up; set {names} and start again")
