"""Alerts over HTTP: the list, one of them, and what a person does with it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from stacklens.alerts import query, stream, verbs
from stacklens.api.alert_id import EXAMPLE_ID, AlertId, no_such_alert
from stacklens.api.answers import Described, json_response, problems, with_headers
from stacklens.api.clock import utc_now
from stacklens.api.paging import next_page
from stacklens.api.problems import MEDIA_TYPE, Problem, ProblemError
from stacklens.api.tickets import Ticket
from stacklens.auth.http import Caller
from stacklens.domain.alert import Severity, Status, Verb

_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_VERSION: Final = re.compile(r'(?:W/)?"([0-9]{1,18})"|([0-9]{1,18})', re.ASCII)


class AlertRow(BaseModel):
    """An alert. Every member is always there; times are RFC 3339 in UTC."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "issue_code": "PRICE_MISSING",
                    "severity": "critical",
                    "suggested_fix": "Update product pricing in database. "
                    "Check for data migration issues.",
                    "automation_possible": False,
                    "confidence": 95,
                    "raw_log": {"action": "create_order", "error_code": "PRICE_MISSING"},
                    "status": "NEW",
                    "jira_issue_key": None,
                    "jira_url": None,
                    "ticket_state": None,
                    "created_at": "2026-11-22T16:35:00.123456Z",
                    "title": "Product price is null",
                    "service": "pos-demo",
                    "env": "production",
                    "group": {"product_id": "p2"},
                    "fingerprint": "1:9f86d081884c7d659a2feaa0c55ad015",
                    "count": 3,
                    "first_seen": "2026-11-22T16:35:00.100000Z",
                    "last_seen": "2026-11-22T16:36:12.500000Z",
                    "episode": 1,
                    "regression": False,
                    "version": 1,
                    "seq": 17,
                    "acknowledged_at": None,
                    "resolved_at": None,
                }
            ]
        }
    )

    id: UUID
    issue_code: str
    severity: Severity
    suggested_fix: str
    automation_possible: bool
    confidence: int = Field(ge=0, le=100, description="In percent.")
    raw_log: dict[str, Any] = Field(
        description="The event that opened this episode, shortened where it is very long."
    )
    status: Status
    jira_issue_key: str | None
    jira_url: str | None
    ticket_state: Literal["pending", "created", "failed", "unknown"] | None
    created_at: datetime
    title: str
    service: str
    env: str
    group: dict[str, Any] = Field(description="The fields, and their values, that repeats share.")
    fingerprint: str = Field(
        pattern="^[0-9]+:[0-9a-f]+$", description="Its version, then the identity of the alert."
    )
    count: int = Field(ge=1, description="How often it happened, over all episodes.")
    first_seen: datetime
    last_seen: datetime
    episode: int = Field(ge=1, description="Raised each time it happens again after Resolve.")
    regression: bool = Field(description="Whether it came back after it had been resolved.")
    version: int = Field(ge=1, description="Raised by every change, not by counts; for If-Match.")
    seq: int = Field(ge=0, description="Its number in the stream, raised by every update.")
    acknowledged_at: datetime | None
    resolved_at: datetime | None


class Change(BaseModel):
    """What happened to the alert, and who did it."""

    id: int
    at: datetime
    kind: str = Field(examples=["acknowledged"])
    actor: str = Field(description='A person, or "system".', examples=["local"])
    episode: int
    detail: dict[str, Any]


class Sample(BaseModel):
    """One of the newest events of the alert, and its place in the event log."""

    partition: int
    offset: int
    event_time: datetime
    arrival_time: datetime
    event: dict[str, Any]


class AlertDetail(AlertRow):
    """An alert with its history, its newest events and its ticket."""

    changes: list[Change] = Field(description="Oldest first.")
    samples: list[Sample] = Field(description="Newest first, at most 10.")
    ticket: Ticket | None


class AlertProblem(Problem):
    """A change that was not made, with the alert as it stands."""

    alert: AlertRow


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be searched for")
    return text


def _moment(text: object) -> object:
    # A `+` in a query string is a space to everybody; say so instead of guessing.
    if isinstance(text, str) and not _RFC3339.fullmatch(text):
        raise ValueError("a time looks like 2026-11-22T16:35:00Z; + must be sent as %2B")
    return text


Plain = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]


class AlertsQuery(BaseModel):
    """What a list is narrowed to. Several values of one filter: any of them."""

    model_config = ConfigDict(extra="forbid")

    status: list[Status] = Field(default=[], max_length=20)
    severity: list[Severity] = Field(default=[], max_length=20)
    issue_code: list[Plain] = Field(default=[], max_length=100)
    service: list[Plain] = Field(default=[], max_length=100)
    q: Plain = Field(
        default="", description="Words that must all occur in id, title, code, fix, service, …"
    )
    since: Annotated[datetime, BeforeValidator(_moment)] | None = Field(
        default=None, description="Only what was last seen at this time or later (RFC 3339)."
    )
    limit: int = Field(default=100, ge=1, le=500)
    cursor: Annotated[str, Field(pattern=f"^{query.CURSOR}$")] | None = Field(
        default=None, description="From the Link header of the page before."
    )


async def if_match(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The version that the caller has seen: `3`, `"3"`, `W/"3"`, or `*`.',
            json_schema_extra={"pattern": r'^(\*|[0-9]{1,18}|(W/)?"[0-9]{1,18}")$'},
        ),
    ] = None,
) -> int | None:
    """The version a change is conditional on, None for any."""
    if given is None or given == "*":
        return None
    found = _VERSION.fullmatch(given)
    if found is None:
        raise ProblemError(
            422, "the request is not valid", errors=[("If-Match", 'write a version, as in "3"')]
        )
    return int(found[1] or found[2])


_LIST: Final[Described] = with_headers(
    200,
    "Newest first.",
    Link='The next page, as `<…>; rel="next"`; absent on the last page.',
    X_Total_Count="How many alerts match, on all pages.",
    X_Stream_Position="Open the live stream with `since` = this to miss nothing.",
)
_ONE: Final[Described] = with_headers(200, "The alert.", ETag="Its version, for If-Match.")
_MISSING: Final[Described] = problems(status_404="There is no such alert.")
_CHANGED: Final[Described] = {
    **_ONE,
    **_MISSING,
    409: {
        "description": "Not allowed from the present state, or the caller's version is stale.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/AlertProblem"}}},
    },
    **problems(status_422="If-Match is no version."),
}


class AlertRoutes:
    """GET /api/alerts, GET /api/alerts/{id}, and the verbs below it."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def router(self) -> APIRouter:
        """The routes, for the app."""
        router = APIRouter(tags=["alerts"])
        router.add_api_route(
            "/api/alerts",
            self.list_alerts,
            response_model=list[AlertRow],
            responses={**_LIST, **problems(status_422="A parameter is not valid.")},
        )
        one = "/api/alerts/{alert_id}"
        router.add_api_route(
            one, self.get_alert, response_model=AlertDetail, responses={**_ONE, **_MISSING}
        )
        for verb, endpoint in (
            (Verb.ACKNOWLEDGE, self.acknowledge_alert),
            (Verb.RESOLVE, self.resolve_alert),
            (Verb.REOPEN, self.reopen_alert),
        ):
            router.add_api_route(
                f"{one}/{verb}",
                endpoint,
                methods=["POST"],
                response_model=AlertRow,
                responses=_CHANGED,
            )
        return router

    async def list_alerts(
        self, request: Request, wanted: Annotated[AlertsQuery, Query()], _caller: Caller
    ) -> Response:
        """Alerts, newest first, a page at a time."""
        narrowed = query.Filter(
            status=wanted.status,
            severity=wanted.severity,
            issue_code=wanted.issue_code,
            service=wanted.service,
            q=wanted.q,
            since=wanted.since,
        )
        after = None if wanted.cursor is None else query.Cursor.decode(wanted.cursor)
        async with self._engine.connect() as connection:
            # Before the rows: what changes in between is then sent once more, never left out.
            position = await stream.position(connection)
            page = await query.list_alerts(connection, narrowed, limit=wanted.limit, after=after)
        headers = {"X-Total-Count": str(page.total), "X-Stream-Position": str(position)}
        if page.following is not None:
            headers["Link"] = f'<{next_page(request, page.following.encode())}>; rel="next"'
        return json_response(page.rows, headers=headers)

    async def get_alert(self, alert_id: AlertId, _caller: Caller) -> Response:
        """One alert with its changes, its newest events and its ticket."""
        async with self._engine.connect() as connection:
            detail = await query.alert_detail(connection, alert_id)
        if detail is None:
            raise no_such_alert()
        return _row_response(detail)

    async def acknowledge_alert(
        self, alert_id: AlertId, version: Annotated[int | None, Depends(if_match)], caller: Caller
    ) -> Response:
        """Say that somebody is looking after it; from NEW."""
        return await self._apply(Verb.ACKNOWLEDGE, alert_id, version, caller)

    async def resolve_alert(
        self, alert_id: AlertId, version: Annotated[int | None, Depends(if_match)], caller: Caller
    ) -> Response:
        """Say that it is over; from NEW or ACKNOWLEDGED. If it happens again, it comes back."""
        return await self._apply(Verb.RESOLVE, alert_id, version, caller)

    async def reopen_alert(
        self, alert_id: AlertId, version: Annotated[int | None, Depends(if_match)], caller: Caller
    ) -> Response:
        """Make it NEW again, in the same episode; from ACKNOWLEDGED or RESOLVED."""
        return await self._apply(Verb.REOPEN, alert_id, version, caller)

    async def _apply(
        self, verb: Verb, alert_id: UUID, version: int | None, caller: Caller
    ) -> Response:
        async with self._engine.begin() as connection:
            outcome = await verbs.apply(
                connection,
                alert_id,
                verb,
                actor=caller.name,
                now=self._clock(),
                if_version=version,
            )
        return _outcome_response(verb, outcome)


def _outcome_response(verb: Verb, outcome: verbs.Outcome) -> Response:
    match outcome:
        case verbs.Done(row) | verbs.Unchanged(row):
            return _row_response(row)
        case verbs.NotAllowed(row):
            detail = f"an alert that is {row.status} does not let you {verb}"
            raise ProblemError(409, detail, members={"alert": row})
        case verbs.Stale(row):
            detail = f"the alert has changed meanwhile; it is at version {row.version}"
            raise ProblemError(409, detail, members={"alert": row})
        case verbs.Missing():
            raise no_such_alert()


def _row_response(row: query.AlertRow) -> Response:
    return json_response(row, headers={"ETag": f'"{row.version}"'})
