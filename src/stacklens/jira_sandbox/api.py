"""The calls of Jira Cloud's REST API v3 that the sandbox offers."""

import json
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from stacklens.jira_sandbox.faults import Call
from stacklens.jira_sandbox.fields import (
    check_create,
    issue_type,
    priority,
    project_key,
    property_fits,
)
from stacklens.jira_sandbox.jql import JqlError, Query
from stacklens.jira_sandbox.misbehave import misbehave, unauthorized
from stacklens.jira_sandbox.sandbox import ACCOUNT_ID, Sandbox
from stacklens.jira_sandbox.shapes import (
    Json,
    fields_page,
    issue_json,
    issue_types_page,
    user_json,
)
from stacklens.jira_sandbox.store import Issue, NewIssue

MOST_HITS = 5_000
MOST_FETCHED = 100
_NO_ISSUE = "Issue does not exist or you do not have permission to see it."
_NO_JSON = "There was an error parsing JSON. Check that your request body is valid."


class JiraRefusal(Exception):  # noqa: N818 -- Jira says no; nothing is in error
    """An answer that ends the call: status and Jira's error collection."""

    def __init__(
        self, status: int, *messages: str, errors: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(*messages)
        self.status = status
        self.body: Json = {"errorMessages": list(messages), "errors": dict(errors or {})}


def refused(_request: Request, refusal: Exception) -> Response:
    """The exception handler for JiraRefusal."""
    if not isinstance(refusal, JiraRefusal):
        raise refusal
    return JSONResponse(refusal.body, refusal.status)


class Api:
    """The routes, over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.router = APIRouter(prefix="/rest/api/3")
        add = self.router.add_api_route
        add("/issue", self.create, methods=["POST"])
        add("/issue/bulkfetch", self.bulk_fetch, methods=["POST"])
        add("/issue/createmeta/{project}/issuetypes", self.issue_types)
        add("/issue/createmeta/{project}/issuetypes/{type_id}", self.issue_fields)
        add("/issue/{id_or_key}", self.get)
        add("/issue/{id_or_key}/properties", self.property_keys)
        add("/issue/{id_or_key}/properties/{name}", self.get_property)
        add("/issue/{id_or_key}/properties/{name}", self.put_property, methods=["PUT"])
        add("/search/jql", self.search, methods=["POST"])
        add("/myself", self.myself)
        add("/serverInfo", self.server_info)

    async def create(self, request: Request) -> Response:
        """Create an issue."""
        body = await request.body()
        return await self._answer(request, Call.CREATE, lambda: self._create(request, body))

    def _create(self, request: Request, body: bytes) -> Response:
        asked = _json_object(body)
        if errors := check_create(asked, self._sandbox.projects):
            raise JiraRefusal(400, *errors.messages, errors=errors.errors)
        issue = self._sandbox.store.create(_new_issue(asked), self._sandbox.clock())
        site = _site(request)
        made: Json = {
            "id": str(issue.id),
            "key": issue.key,
            "self": f"{site}/rest/api/3/issue/{issue.id}",
        }
        return self._json(made, 201)

    async def search(self, request: Request) -> Response:
        """Search; open to anybody, and whoever is not known finds nothing."""
        body = await request.body()
        if not self._knows(request):
            return JSONResponse({"isLast": True, "issues": []})
        return await self._answer(request, Call.SEARCH, lambda: self._search(request, body))

    def _search(self, request: Request, body: bytes) -> Response:
        asked = _json_object(body)
        try:
            found = self._sandbox.search(Query(str(asked.get("jql", ""))))
        except JqlError as error:
            raise JiraRefusal(400, str(error)) from error
        limit = asked.get("maxResults", 50)
        if not isinstance(limit, int) or not 0 <= limit <= MOST_HITS:
            raise JiraRefusal(400, "The value for 'maxResults' is invalid.")
        issues = [self._shown(request, issue, asked, default=["id"]) for issue in found[:limit]]
        return self._json({"isLast": len(found) <= limit, "issues": issues})

    async def bulk_fetch(self, request: Request) -> Response:
        """Up to 100 issues by id or key; the unknown ones are told apart."""
        body = await request.body()
        return await self._answer(request, Call.ANY, lambda: self._bulk_fetch(request, body))

    def _bulk_fetch(self, request: Request, body: bytes) -> Response:
        asked = _json_object(body)
        wanted = _strings(asked.get("issueIdsOrKeys"))
        if not 1 <= len(wanted) <= MOST_FETCHED:
            raise JiraRefusal(400, "issueIdsOrKeys must have between 1 and 100 entries.")
        found = {name: self._sandbox.store.get(name) for name in dict.fromkeys(wanted)}
        issues = [
            self._shown(request, issue, asked, default=["*navigable"])
            for issue in found.values()
            if issue is not None
        ]
        unknown = [{"id": name, "errorMessage": _NO_ISSUE} for name in found if not found[name]]
        return self._json({"issues": issues, "issueErrors": unknown})

    async def get(
        self, request: Request, id_or_key: str, fields: str = "*all", properties: str = ""
    ) -> Response:
        """One issue."""
        asked: Json = {"fields": fields.split(","), "properties": properties.split(",")}
        return await self._answer(
            request,
            Call.ANY,
            lambda: self._json(
                self._shown(request, self._issue(id_or_key), asked, default=["*all"])
            ),
        )

    async def property_keys(self, request: Request, id_or_key: str) -> Response:
        """The names of an issue's properties."""
        return await self._answer(request, Call.ANY, lambda: self._keys(request, id_or_key))

    def _keys(self, request: Request, id_or_key: str) -> Response:
        issue = self._issue(id_or_key)
        place = f"{_site(request)}/rest/api/3/issue/{issue.id}/properties"
        names = self._sandbox.store.properties(issue)
        return self._json({"keys": [{"key": name, "self": f"{place}/{name}"} for name in names]})

    async def get_property(self, request: Request, id_or_key: str, name: str) -> Response:
        """One property of an issue."""
        return await self._answer(request, Call.ANY, lambda: self._property(id_or_key, name))

    def _property(self, id_or_key: str, name: str) -> Response:
        properties = self._sandbox.store.properties(self._issue(id_or_key))
        if name not in properties:
            raise JiraRefusal(404, f"The property with key '{name}' does not exist.")
        return self._json({"key": name, "value": properties[name]})

    async def put_property(self, request: Request, id_or_key: str, name: str) -> Response:
        """Set a property: 201 when it is new, else 200."""
        body = await request.body()
        return await self._answer(request, Call.ANY, lambda: self._put(id_or_key, name, body))

    def _put(self, id_or_key: str, name: str, body: bytes) -> Response:
        value = _json(body)
        if not property_fits(value):
            raise JiraRefusal(400, "The property value must be JSON of at most 32,768 characters.")
        is_new = self._sandbox.store.put_property(self._issue(id_or_key), name, value)
        return self._json({}, 201 if is_new else 200)

    async def issue_types(self, request: Request, project: str) -> Response:
        """What can be created in a project."""
        return await self._answer(
            request, Call.ANY, lambda: self._meta(project, issue_types_page())
        )

    async def issue_fields(self, request: Request, project: str, type_id: str) -> Response:  # noqa: ARG002 -- all types have the same fields here
        """The fields of the create screen."""
        return await self._answer(request, Call.ANY, lambda: self._meta(project, fields_page()))

    def _meta(self, project: str, page: Json) -> Response:
        if project not in self._sandbox.projects:
            raise JiraRefusal(400, f"No project could be found with key '{project}'.")
        return self._json(page)

    async def myself(self, request: Request) -> Response:
        """Who is asking."""
        who = user_json(self._sandbox.account, _site(request))
        return await self._answer(request, Call.ANY, lambda: self._json(who))

    async def server_info(self, request: Request) -> Response:
        """What this is; the title says that it is a sandbox."""
        info: Json = {
            "baseUrl": _site(request),
            "version": "1001.0.0-SNAPSHOT",
            "deploymentType": "Cloud",
            "serverTime": self._sandbox.clock().isoformat(timespec="milliseconds"),
            "serverTitle": "StackLens Jira sandbox",
        }
        return self._json(info)

    async def _answer(self, request: Request, call: Call, work: Callable[[], Response]) -> Response:
        if not self._knows(request):
            return unauthorized()
        fault = self._sandbox.faults.strike(call)
        return work() if fault is None else await misbehave(fault, self._sandbox, request, work)

    def _knows(self, request: Request) -> bool:
        return self._sandbox.account.matches(request.headers.get("authorization"))

    def _issue(self, id_or_key: str) -> Issue:
        issue = self._sandbox.store.get(id_or_key)
        if issue is None:
            raise JiraRefusal(404, _NO_ISSUE)
        return issue

    def _shown(self, request: Request, issue: Issue, asked: Json, *, default: list[str]) -> Json:
        names = [name for name in _strings(asked.get("properties")) if name]
        stored = self._sandbox.store.properties(issue) if names else {}
        return issue_json(
            issue,
            _site(request),
            fields=_strings(asked.get("fields")) or default,
            properties={name: stored[name] for name in names if name in stored} if names else None,
        )

    def _json(self, body: Json, status: int = 200) -> Response:
        return JSONResponse(body, status, {"X-AAccountId": ACCOUNT_ID})


def _new_issue(asked: Json) -> NewIssue:
    """The issue that a checked request asks for."""
    fields = _object(asked.get("fields"))
    return NewIssue(
        project=project_key(fields) or "",
        type_id=issue_type(fields) or "",
        priority_id=priority(fields),
        summary=str(fields.get("summary")),
        description=_object(fields["description"]) if fields.get("description") else None,
        labels=_strings(fields.get("labels")),
        properties=_properties(asked.get("properties")),
    )


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _properties(entries: object) -> Json:
    listed = entries if isinstance(entries, list) else []
    return {entry["key"]: entry["value"] for entry in listed}


def _strings(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _json_object(body: bytes) -> Json:
    value = _json(body)
    if not isinstance(value, dict):
        raise JiraRefusal(400, _NO_JSON)
    return value


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise JiraRefusal(400, _NO_JSON) from error


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")
