"""What Jira promises and StackLens relies on: the sandbox, and a real site where one is given.

A real site takes part when STACKLENS_TEST_JIRA_URL, _USER, _TOKEN and _PROJECT are set; use a
project for tests, because the tickets stay there.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from conditions import eventually
from jira_support import jira_sandbox
from stacklens.deliver.jira.adf import Node
from stacklens.deliver.jira.client import JiraClient, JiraSite
from stacklens.deliver.jira.issue import TicketFacts, create_request
from stacklens.deliver.jira.outcome import CannotTell, Created, Found, Refused

REAL = "STACKLENS_TEST_JIRA_URL"
SITES = ["sandbox", *(["real"] if os.environ.get(REAL) else [])]

SEARCH_LAG_S = 180.0
"""How long a real site's search may take to show a new ticket."""


@dataclass(frozen=True)
class Jira:
    site: JiraSite
    client: JiraClient

    async def get(self, path: str) -> httpx.Response:
        """A plain GET, beside the client under test."""
        auth = (self.site.user, self.site.token)
        async with httpx.AsyncClient(base_url=self.site.base_url, auth=auth) as http:
            return await http.get(path)


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[JiraSite]:
    if request.param == "real":
        names = ("URL", "USER", "PROJECT", "TOKEN")
        yield JiraSite(*(os.environ[f"STACKLENS_TEST_JIRA_{name}"] for name in names))
    else:
        with jira_sandbox(lag=0.2) as sandbox:
            yield sandbox.site()


@pytest.fixture
async def jira(site: JiraSite) -> AsyncIterator[Jira]:
    async with JiraClient.open(site) as client:
        yield Jira(site, client)


def a_tag() -> str:
    return f"stacklens-{uuid4().hex[:16]}"


def a_request(site: JiraSite, tag: str, **values: object) -> Node:
    now = datetime.now(UTC)
    facts: dict[str, object] = {
        "alert_id": uuid4(),
        "episode": 1,
        "issue_code": "PRICE_MISSING",
        "title": "Product p2 has no price",
        "severity": "critical",
        "service": "pos-demo",
        "env": "test",
        "group": {"product_id": "p2"},
        "count": 2,
        "first_seen": now,
        "last_seen": now,
        "suggested_fix": "Update product pricing in database.",
        "confidence": 95,
        "regression": False,
        "raw_log": json.dumps({"action": "create_order"}, indent=2),
    }
    link = "https://stacklens.example/alerts/1"
    ticket = TicketFacts(**(facts | values))  # type: ignore[arg-type]
    return create_request(ticket, project=site.project, tag=tag, console_url=link)


def with_field(request: Node, name: str, value: object) -> Node:
    fields = request["fields"]
    assert isinstance(fields, dict)
    return request | {"fields": fields | {name: value}}


async def found(jira: Jira, tag: str) -> Sequence[Created]:
    seen = await jira.client.find_by_label(tag)
    assert isinstance(seen, Found), seen
    return seen.hits


async def test_a_created_issue_has_what_was_sent(jira: Jira) -> None:
    tag = a_tag()
    made = await jira.client.create_issue(a_request(jira.site, tag))
    assert isinstance(made, Created)
    answer = await jira.get(f"/rest/api/3/issue/{made.key}?properties=stacklens")
    issue = answer.json()
    assert issue["id"] == made.issue_id
    assert issue["fields"]["summary"] == "StackLens Alert: PRICE_MISSING"
    assert issue["fields"]["issuetype"]["name"] == "Bug"
    assert set(issue["fields"]["labels"]) == {"stacklens", tag}
    assert issue["fields"]["status"]["statusCategory"]["key"] == "new"
    assert issue["properties"]["stacklens"]["intent"] == tag
    assert issue["fields"]["description"]["type"] == "doc"
    assert made.url == jira.site.browse_url(made.key)


async def test_a_created_issue_is_found_by_its_label_in_the_end(jira: Jira) -> None:
    tag = a_tag()
    made = await jira.client.create_issue(a_request(jira.site, tag))

    async def hits() -> Sequence[Created]:
        return await found(jira, tag)

    assert list(await eventually(hits, within=SEARCH_LAG_S)) == [made]


async def test_a_label_that_nobody_uses_finds_nothing_for_sure(jira: Jira) -> None:
    assert await jira.client.find_by_label(a_tag()) == Found(())


async def test_several_issues_with_one_label_come_oldest_first(jira: Jira) -> None:
    tag = a_tag()
    made = [await jira.client.create_issue(a_request(jira.site, tag)) for _ in range(2)]

    async def both() -> bool:
        return list(await found(jira, tag)) == made

    await eventually(both, within=SEARCH_LAG_S)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "", "suggested_fix": "", "raw_log": "", "service": "", "group": {}},
        {"title": "\x1b[31mred\x00 <script>alert(1)</script>\r\n\u202eevil"},
        {"issue_code": "A" * 400 + "\nB", "raw_log": "日本語 \U0001f600 \ud800\n" * 20_000},
        {"suggested_fix": "line\n" * 5_000, "group": {f"f{n}": "v" * 900 for n in range(40)}},
    ],
    ids=["empty", "hostile", "long", "wide"],
)
async def test_whatever_stands_in_an_alert_jira_takes_it(
    jira: Jira, values: dict[str, object]
) -> None:
    made = await jira.client.create_issue(a_request(jira.site, a_tag(), **values))
    assert isinstance(made, Created), made


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("summary", "two\nlines", "summary: The summary is invalid"),
        ("summary", "x" * 256, "summary: Summary can't exceed 255 characters"),
        ("description", "plain text", "description: Operation value must be an Atlassian Document"),
        ("labels", ["a b"], "contains spaces"),
        ("project", {"key": "NOSUCHPROJECT"}, "project: "),
        ("issuetype", {"name": "No such type"}, "issuetype: "),
    ],
)
async def test_what_jira_refuses_is_told_in_its_own_words(
    jira: Jira, field: str, value: object, words: str
) -> None:
    request = with_field(a_request(jira.site, a_tag()), field, value)
    refused = await jira.client.create_issue(request)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("Jira answered 400: ")
    assert words in refused.reason


async def test_a_wrong_token_makes_no_issue_and_proves_no_absence(site: JiraSite) -> None:
    wrong = JiraSite(site.base_url, site.user, site.project, "wrong-token")
    async with JiraClient.open(wrong) as client:
        refused = await client.create_issue(a_request(site, a_tag()))
        assert isinstance(refused, Refused)
        assert "401" in refused.reason
        assert "JIRA_TOKEN" in refused.reason
        assert isinstance(await client.find_by_label(a_tag()), CannotTell)
