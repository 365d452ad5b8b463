"""Issues, users and fields as Jira's API shows them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from stacklens.jira_sandbox.fields import ISSUE_TYPES, PRIORITIES
from stacklens.jira_sandbox.sandbox import ACCOUNT_ID, Account
from stacklens.jira_sandbox.store import Issue

Json = dict[str, object]

STATUS: Json = {
    "id": "10000",
    "name": "To Do",
    "statusCategory": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
}


def issue_json(
    issue: Issue,
    site: str,
    *,
    fields: Collection[str] | None,
    properties: Mapping[str, object] | None = None,
) -> Json:
    """An issue with the `fields` asked for (None: all), and properties where asked for."""
    shown = {name: value for name, value in _fields(issue).items() if _is_asked(name, fields)}
    bean: Json = {
        "expand": "",
        "id": str(issue.id),
        "self": f"{site}/rest/api/3/issue/{issue.id}",
        "key": issue.key,
    }
    if shown:
        bean["fields"] = shown
    if properties is not None:
        bean["properties"] = dict(properties)
    return bean


def _is_asked(name: str, fields: Collection[str] | None) -> bool:
    return fields is None or bool({name, "*all", "*navigable"} & set(fields))


def _fields(issue: Issue) -> Json:
    return {
        "project": {"id": "10000", "key": issue.project, "name": issue.project},
        "issuetype": {
            "id": issue.type_id,
            "name": ISSUE_TYPES[issue.type_id],
            "subtask": False,
        },
        "priority": {"id": issue.priority_id, "name": PRIORITIES[issue.priority_id]},
        "status": STATUS,
        "summary": issue.summary,
        "description": issue.description,
        "labels": list(issue.labels),
        "created": jira_time(issue.created),
        "updated": jira_time(issue.created),
    }


def jira_time(moment: datetime) -> str:
    """As Jira writes times: milliseconds, and a zone without a colon."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def user_json(account: Account, site: str) -> Json:
    """The account that the sandbox knows."""
    return {
        "self": f"{site}/rest/api/3/user?accountId={ACCOUNT_ID}",
        "accountId": ACCOUNT_ID,
        "accountType": "atlassian",
        "active": True,
        "displayName": "Sandbox user",
        "emailAddress": account.user,
        "timeZone": "Etc/UTC",
    }


def issue_types_page() -> Json:
    """The issue types that can be created."""
    types = [
        {"id": number, "name": name, "subtask": False, "hierarchyLevel": 0}
        for number, name in ISSUE_TYPES.items()
    ]
    return {"issueTypes": types, "startAt": 0, "maxResults": 50, "total": len(types)}


def fields_page() -> Json:
    """The fields of the create screen."""
    fields = [
        _field("project", "Project", "project", required=True),
        _field("issuetype", "Issue Type", "issuetype", required=True),
        _field("summary", "Summary", "string", required=True),
        _field("description", "Description", "string", required=False),
        {
            **_field("labels", "Labels", "array", required=False),
            "schema": {"type": "array", "items": "string", "system": "labels"},
        },
        {
            **_field("priority", "Priority", "priority", required=False),
            "hasDefaultValue": True,
            "allowedValues": [{"id": key, "name": name} for key, name in PRIORITIES.items()],
        },
    ]
    return {"fields": fields, "startAt": 0, "maxResults": 50, "total": len(fields)}


def _field(field_id: str, name: str, kind: str, *, required: bool) -> Json:
    return {
        "fieldId": field_id,
        "key": field_id,
        "name": name,
        "required": required,
        "hasDefaultValue": False,
        "operations": ["set"],
        "schema": {"type": kind, "system": field_id},
    }
