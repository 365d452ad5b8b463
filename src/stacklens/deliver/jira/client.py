"""The few calls of Jira Cloud's REST API v3 that we use, each sent exactly once.

A call never raises for what Jira or the network does: its outcome is a value that says whether
the call may be repeated. Bodies and credentials are never logged.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Self
from urllib.parse import quote, urlsplit

import httpx

from stacklens.alerts.tickets import ISSUE_KEY
from stacklens.deliver.jira.answer import Answer, reason, retry_after
from stacklens.deliver.jira.outcome import (
    CannotTell,
    Created,
    CreateOutcome,
    Found,
    NotSent,
    RateLimited,
    Refused,
    SearchOutcome,
    Unknown,
)

PROJECT_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]*")

ANSWER_LIMIT: Final = 1_048_576
"""Bytes of an answer that are read; ours are a few hundred."""

_NOTHING_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_HITS: Final = 20


@dataclass(frozen=True, slots=True)
class JiraSite:
    """Where tickets go and who makes them. `base_url` has no path at its end but the context's."""

    base_url: str
    user: str
    project: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for an address or a project that cannot be right."""
        if not _is_site(self.base_url):
            raise ValueError("JIRA_BASE_URL looks like https://your-site.atlassian.net")
        if not PROJECT_KEY.fullmatch(self.project):
            raise ValueError("JIRA_PROJECT_KEY looks like SHOP: capital letters and digits")

    def browse_url(self, key: str) -> str:
        """The page of an issue, for people."""
        return f"{self.base_url.rstrip('/')}/browse/{quote(key, safe='')}"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a call may take. `total` bounds everything, a trickling answer included."""

    connect: float = 5.0
    answer: float = 15.0
    total: float = 20.0


class JiraClient:
    """One site, one account. Opened with `JiraClient.open`, which closes it again."""

    def __init__(self, site: JiraSite, http: httpx.AsyncClient, timing: Timing) -> None:
        self.site = site
        self._http = http
        self._timing = timing
        self._account: str | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, site: JiraSite, timing: Timing | None = None) -> AsyncIterator[Self]:
        """A client for `site`; the connection is closed on leaving."""
        times = timing or Timing()
        async with httpx.AsyncClient(
            base_url=site.base_url,
            auth=httpx.BasicAuth(site.user, site.token),
            # identity: a few bytes of gzip cannot become a gigabyte of answer.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(times.answer, connect=times.connect),
            follow_redirects=False,
            # A kept connection that the other side closes meanwhile fails after our bytes are
            # out: an `unknown` that a new connection for each call avoids.
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as http:
            yield cls(site, http, times)

    async def create_issue(self, request: Mapping[str, object]) -> CreateOutcome:
        """Send the create request once and say what is known afterwards."""
        try:
            answer = await self._send("POST", "/rest/api/3/issue", request)
        except _NOTHING_SENT as error:
            return NotSent(f"Jira cannot be reached: {_words(error)}")
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            return Unknown(f"Jira did not answer: {_words(error)}")
        return self._created(answer)

    def _created(self, answer: Answer) -> CreateOutcome:
        """The retry table: what is neither a clear yes nor a clear no is unknown."""
        told = self._reason(answer)
        if httpx.codes.is_success(answer.status):
            return self._issue(answer.json_object()) or Unknown(told)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(retry_after(answer), told)
        if answer.status == HTTPStatus.REQUEST_TIMEOUT or httpx.codes.is_server_error(
            answer.status
        ):
            return Unknown(told)
        return Refused(told)

    def _issue(self, issue: object) -> Created | None:
        match issue:
            case {"id": str(issue_id), "key": str(key)} if ISSUE_KEY.fullmatch(key):
                return Created(issue_id, key, self.site.browse_url(key))
            case _:
                return None

    async def find_by_label(self, label: str) -> SearchOutcome:
        """Issues of the project that carry `label`, as far as Jira's search has seen them.

        Search is open to anonymous callers and then finds nothing, so an answer counts only when
        Jira says in it that it knows us.
        """
        query = {
            "jql": f'project = "{self.site.project}" AND labels = "{label}" ORDER BY created ASC',
            "fields": ["labels"],
            "maxResults": _HITS,
        }
        try:
            account = await self._own_account()
            answer = await self._send("POST", "/rest/api/3/search/jql", query)
        except _NoAccountError as error:
            return CannotTell(str(error), error.retry_after)
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            return CannotTell(f"Jira did not answer the search: {_words(error)}")
        return self._found(answer, label, account)

    def _found(self, answer: Answer, label: str, account: str) -> SearchOutcome:
        issues = answer.json_object().get("issues")
        if answer.status != httpx.codes.OK or not isinstance(issues, list):
            return CannotTell(self._reason(answer), retry_after(answer, default=0.0))
        if answer.headers.get("x-aaccountid") != account:
            return CannotTell("Jira searched without knowing us: are user and token right?")
        hits = [hit for issue in issues if (hit := self._hit(issue, label))]
        # Ids are given out in order: the oldest has the lowest number.
        return Found(tuple(sorted(hits, key=lambda hit: (len(hit.issue_id), hit.issue_id))))

    def _hit(self, issue: object, label: str) -> Created | None:
        match issue:
            case {"fields": {"labels": [*labels]}} if label in labels:
                return self._issue(issue)
            case _:
                return None

    async def _own_account(self) -> str:
        """Our account id, asked for once; raises _NoAccountError when Jira does not tell it."""
        if self._account is None:
            answer = await self._send("GET", "/rest/api/3/myself")
            account = answer.json_object().get("accountId")
            if answer.status != httpx.codes.OK or not isinstance(account, str):
                raise _NoAccountError(self._reason(answer), retry_after(answer, default=0.0))
            self._account = account
        return self._account

    def _reason(self, answer: Answer) -> str:
        return reason(answer, hide=self.site.token)

    async def _send(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Answer:
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        async with (
            asyncio.timeout(self._timing.total),
            self._http.stream(method, path, content=content, headers=headers) as response,
        ):
            return Answer(response.status_code, response.headers, await _read(response))


async def _read(response: httpx.Response) -> bytes:
    """The first ANSWER_LIMIT bytes of the body as they travelled."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= ANSWER_LIMIT:
            break
    return bytes(body[:ANSWER_LIMIT])


def _is_site(url: str) -> bool:
    """An http(s) address with a host, and nothing secret or odd in it."""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and port_is_right


class _NoAccountError(Exception):
    """Jira did not say who we are."""

    def __init__(self, told: str, wait: float) -> None:
        super().__init__(told)
        self.retry_after = wait


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
