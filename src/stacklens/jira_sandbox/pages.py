"""The sandbox's pages for people: all tickets, and one ticket. Plainly no real Jira."""

import json
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from stacklens.jira_sandbox.adf_page import render
from stacklens.jira_sandbox.fields import ISSUE_TYPES, PRIORITIES
from stacklens.jira_sandbox.sandbox import Sandbox
from stacklens.jira_sandbox.store import Issue

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
MOST_LISTED: Final = 500
_STYLE: Final = Path(__file__).with_name("style.css")

_LAYOUT: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/sandbox/style.css">
</head>
<body>
<header><p><strong>Jira sandbox</strong> <span>of StackLens. This is not Jira: nothing here
leaves this machine.</span></p><nav><a href="/">All tickets</a></nav></header>
<main>
{body}
</main>
</body>
</html>
"""


class Pages:
    """The page routes, over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.router = APIRouter()
        self.router.add_api_route("/", self.index)
        self.router.add_api_route("/browse/{key}", self.ticket)
        self.router.add_api_route("/sandbox/style.css", self.style)

    async def index(self) -> Response:
        """All tickets, newest first."""
        return _page("Tickets - Jira sandbox", _list(self._sandbox.store.newest_first()))

    async def ticket(self, key: str) -> Response:
        """One ticket."""
        issue = self._sandbox.store.get(key)
        if issue is None:
            gone = f"<h1>No ticket {escape(key[:60])}</h1><p>The sandbox has no such ticket.</p>"
            return _page("No such ticket - Jira sandbox", gone, 404)
        body = _ticket(issue, self._sandbox.store.properties(issue))
        return _page(f"{issue.key} {issue.summary} - Jira sandbox", body)

    async def style(self) -> Response:
        """The style sheet."""
        return Response(_STYLE.read_bytes(), media_type="text/css")


def _page(title: str, body: str, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_LAYOUT.format(title=escape(title), body=body), status, headers)


def _list(issues: list[Issue]) -> str:
    if not issues:
        return "<h1>Tickets</h1><p>None yet. Create one from an alert in StackLens.</p>"
    rows = "".join(
        f'<tr><td><a href="/browse/{escape(issue.key)}">{escape(issue.key)}</a></td>'
        f"<td>{escape(issue.summary)}</td><td>{_lozenge()}</td>"
        f"<td>{issue.created:%Y-%m-%d %H:%M:%S} UTC</td></tr>"
        for issue in issues[:MOST_LISTED]
    )
    head = "<tr><th>Key</th><th>Summary</th><th>Status</th><th>Created</th></tr>"
    count = f"{len(issues)} ticket{'' if len(issues) == 1 else 's'}"
    return (
        f"<h1>Tickets</h1><p>{count}, newest first.</p>"
        f'<table class="tickets"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    )


def _ticket(issue: Issue, properties: dict[str, object]) -> str:
    labels = " ".join(f'<span class="label">{escape(label)}</span>' for label in issue.labels)
    stored = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(json.dumps(value))}</code></dd>"
        for name, value in properties.items()
    )
    return (
        f'<p class="key">{escape(issue.project)} / {escape(issue.key)}</p>'
        f"<h1>{escape(issue.summary)}</h1>"
        f'<div class="ticket"><section aria-label="Description">{render(issue.description)}'
        '</section><aside aria-label="Details"><dl>'
        f"<dt>Status</dt><dd>{_lozenge()}</dd>"
        f"<dt>Type</dt><dd>{escape(ISSUE_TYPES[issue.type_id])}</dd>"
        f"<dt>Priority</dt><dd>{escape(PRIORITIES[issue.priority_id])}</dd>"
        f"<dt>Labels</dt><dd>{labels or 'none'}</dd>"
        f"<dt>Created</dt><dd>{issue.created:%Y-%m-%d %H:%M:%S} UTC</dd>"
        f"</dl><h2>Properties</h2><dl>{stored or '<dd>none</dd>'}</dl></aside></div>"
    )


def _lozenge() -> str:
    return '<span class="status">To Do</span>'
