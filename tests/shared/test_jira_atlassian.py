"""Requests and answers against Atlassian's own OpenAPI text and document schema.

The two files are not part of this repository: STACKLENS_SHARED names the folder that has them,
else `../shared` beside the repository. `make test-shared` runs this folder.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.response.exceptions import DataValidationError

from jira_support import AUTH, SandboxProcess, jira_sandbox
from stacklens.deliver.jira import adf
from stacklens.deliver.jira.issue import TicketFacts, create_request, description
from stacklens.jira_sandbox.adf_check import problems

ROOT = Path(__file__).parents[2]
CONTRACTS = Path(os.environ.get("STACKLENS_SHARED", ROOT.parent / "shared")) / "contracts"
TAG = "stacklens-0123456789abcdef"


@pytest.fixture(scope="session")
def schema() -> jsonschema_rs.Draft4Validator:
    text = (CONTRACTS / "adf-schema.full.json").read_text("utf-8")
    return jsonschema_rs.Draft4Validator(json.loads(text))


@pytest.fixture(scope="session")
def openapi() -> OpenAPI:
    document = json.loads((CONTRACTS / "jira-cloud-v3.openapi.json").read_text("utf-8"))
    document["servers"] = [{"url": "/"}]
    return OpenAPI.from_dict(document)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with jira_sandbox() as running:
        yield running


NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from('\x00\x1b[31m\r\n\u202e\ud800\uffff<>&"\\')),
    max_size=80,
)


def facts(**values: object) -> TicketFacts:
    seen = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    usual: dict[str, object] = {
        "alert_id": UUID(int=1),
        "episode": 2,
        "issue_code": "PRICE_MISSING",
        "title": "Product p2 has no price",
        "severity": "critical",
        "service": "pos-demo",
        "env": "production",
        "group": {"product_id": "p2", "till_id": None},
        "count": 10_000,
        "first_seen": seen,
        "last_seen": seen,
        "suggested_fix": "Update product pricing in database.",
        "confidence": 95,
        "regression": True,
        "raw_log": '{\n    "price": null\n}',
    }
    return TicketFacts(**(usual | values))  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "title": NASTY,
            "service": NASTY,
            "severity": st.sampled_from(["critical", "warning", "info"]),
            "group": st.dictionaries(NASTY, st.one_of(st.none(), NASTY)),
            "suggested_fix": NASTY,
            "raw_log": NASTY,
            "regression": st.booleans(),
        }
    )
)
def test_every_description_is_valid_by_atlassians_schema(
    schema: jsonschema_rs.Draft4Validator, values: dict[str, object]
) -> None:
    document = description(facts(**values), "https://stacklens.example/alerts/1")
    schema.validate(document)


JSON_NODES = st.recursive(
    st.one_of(
        st.builds(
            lambda text, marks: {"type": "text", "text": text, **marks},
            st.sampled_from(["", "x"]),
            st.sampled_from(
                [
                    {},
                    {"marks": []},
                    {"marks": [{"type": "strong"}]},
                    {"marks": [{"type": "code"}]},
                    {"marks": [{"type": "code"}, {"type": "em"}]},
                    {"marks": [{"type": "link", "attrs": {"href": "https://x"}}]},
                    {"marks": [{"type": "link"}]},
                ]
            ),
        ),
        st.sampled_from([{"type": "hardBreak"}, {"type": "rule"}, {"type": "paragraph"}]),
    ),
    lambda children: st.builds(
        lambda kind, attrs, content: {"type": kind, **attrs, "content": content},
        st.sampled_from(
            [
                "paragraph",
                "heading",
                "codeBlock",
                "panel",
                "bulletList",
                "listItem",
                "table",
                "tableRow",
                "tableCell",
                "tableHeader",
                "blockquote",
            ]
        ),
        st.sampled_from(
            [
                {},
                {"attrs": {}},
                {"attrs": {"level": 3}},
                {"attrs": {"level": 7}},
                {"attrs": {"panelType": "info"}},
                {"attrs": {"language": "json"}},
            ]
        ),
        st.lists(children, max_size=3),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=400)
@given(st.lists(JSON_NODES, max_size=2))
def test_what_the_sandbox_takes_atlassian_takes_too(
    schema: jsonschema_rs.Draft4Validator, blocks: list[adf.Node]
) -> None:
    """Our own rules may be the stricter ones, never the laxer."""
    document = adf.doc(*blocks)
    if not problems(document):
        schema.validate(document)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "paragraph", "content": [{"type": "text", "text": ""}]},
        {"type": "heading", "attrs": {"level": 7}},
        {"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "table"}]},
        {"type": "text", "text": "bare"},
    ],
)
def test_the_schema_that_we_hold_ourselves_to_does_refuse(
    schema: jsonschema_rs.Draft4Validator, block: adf.Node
) -> None:
    assert not schema.is_valid(adf.doc(block))


def check(openapi: OpenAPI, answer: httpx.Response, *, with_answer: bool = True) -> httpx.Response:
    """Hold a request and its answer to Atlassian's text."""
    sent = answer.request
    asked = MockRequest(
        "http://localhost",
        sent.method.lower(),
        sent.url.path,
        args=dict(sent.url.params),
        headers={"Authorization": sent.headers["authorization"]},
        data=sent.content or None,
        content_type=sent.headers.get("content-type", "application/json"),
    )
    openapi.validate_request(asked)
    kind = answer.headers.get("content-type", "application/json")
    openapi.validate_response(
        asked, MockResponse(answer.content, answer.status_code, content_type=kind)
    )
    return answer


@pytest.fixture
def jira(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, auth=AUTH) as client:
        yield client


@pytest.fixture
def created(openapi: OpenAPI, jira: httpx.Client) -> str:
    ticket = facts(alert_id=uuid4())
    request = create_request(ticket, project="SHOP", tag=TAG, console_url=None)
    answer = check(openapi, jira.post("/rest/api/3/issue", json=request))
    assert answer.status_code == 201
    return str(answer.json()["key"])


SEARCH = {
    "jql": f'project = "SHOP" AND labels = "{TAG}" ORDER BY created ASC',
    "fields": ["labels"],
    "maxResults": 20,
}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/rest/api/3/search/jql", SEARCH, 200),
        ("POST", "/rest/api/3/search/jql", SEARCH | {"properties": ["stacklens"]}, 200),
        ("GET", "/rest/api/3/myself", None, 200),
        ("GET", "/rest/api/3/serverInfo", None, 200),
        ("GET", "/rest/api/3/issue/{key}", None, 200),
        ("GET", "/rest/api/3/issue/{key}?fields=summary&properties=stacklens", None, 200),
        ("GET", "/rest/api/3/issue/{key}/properties", None, 200),
        ("GET", "/rest/api/3/issue/{key}/properties/stacklens", None, 200),
        ("PUT", "/rest/api/3/issue/{key}/properties/other", {"a": 1}, 201),
        ("POST", "/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": ["{key}", "SHOP-999"]}, 200),
        ("GET", "/rest/api/3/issue/createmeta/SHOP/issuetypes", None, 200),
        ("GET", "/rest/api/3/issue/createmeta/SHOP/issuetypes/10002", None, 200),
        ("POST", "/rest/api/3/issue", {"fields": {"summary": "no project"}}, 400),
    ],
)
def test_the_sandbox_talks_as_atlassians_text_says(
    openapi: OpenAPI,
    jira: httpx.Client,
    created: str,
    method: str,
    path: str,
    body: dict[str, object] | None,
    status: int,
) -> None:
    content = None if body is None else json.dumps(body).replace("{key}", created)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    answer = jira.request(method, path.format(key=created), content=content, headers=kind)
    assert answer.status_code == status, answer.text
    check(openapi, answer)


def test_the_check_does_refuse_what_is_not_in_the_text(
    openapi: OpenAPI, jira: httpx.Client, created: str
) -> None:
    answer = jira.get(f"/rest/api/3/issue/{created}/properties/stacklens")
    broken = httpx.Response(200, json={"key": 7, "odd": True}, request=answer.request)
    with pytest.raises(DataValidationError):
        check(openapi, broken)
