"""The sandbox as a program: its door, its controls, its pages, its memory."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from jira_support import AUTH, SandboxProcess, jira_sandbox
from stacklens.jira_sandbox.server import PortTakenError, serve

HOSTILE = '<script>alert(1)</script> & "quotes"'


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxProcess]:
    with jira_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def jira(running: SandboxProcess) -> Iterator[httpx.Client]:
    running.reset()
    with httpx.Client(base_url=running.url, auth=AUTH) as client:
        yield client


def new_issue(**fields: object) -> dict[str, object]:
    usual = {
        "project": {"key": "SHOP"},
        "issuetype": {"name": "Bug"},
        "summary": "StackLens Alert: PRICE_MISSING",
    }
    return {"fields": usual | fields}


def create(jira: httpx.Client, **fields: object) -> str:
    answer = jira.post("/rest/api/3/issue", json=new_issue(**fields))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


def refusal(jira: httpx.Client, body: object) -> dict[str, object]:
    answer = jira.post("/rest/api/3/issue", json=body)
    assert answer.status_code == 400
    told: dict[str, object] = answer.json()
    return told


@pytest.mark.parametrize(
    "authorization",
    [None, "Basic", "Basic !!!", "Bearer x", "Basic ZGVtb0BleGFtcGxlLmNvbTp3cm9uZw=="],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/rest/api/3/issue"),
        ("GET", "/rest/api/3/issue/SHOP-1"),
        ("GET", "/rest/api/3/myself"),
        ("GET", "/sandbox/faults"),
        ("POST", "/sandbox/faults"),
        ("DELETE", "/sandbox/faults"),
        ("PUT", "/sandbox/behaviour"),
        ("POST", "/sandbox/reset"),
    ],
)
def test_whoever_is_not_the_account_is_turned_away(
    running: SandboxProcess, method: str, path: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = httpx.request(method, running.url + path, headers=headers, content=b"{}")
    assert answer.status_code == 401
    assert answer.text == "Client must be authenticated to access this resource."


def test_a_stranger_may_search_and_finds_nothing(
    running: SandboxProcess, jira: httpx.Client
) -> None:
    create(jira)
    body = {"jql": "project = SHOP"}
    answer = httpx.post(f"{running.url}/rest/api/3/search/jql", json=body)
    assert answer.json() == {"isLast": True, "issues": []}
    assert "x-aaccountid" not in answer.headers


def test_another_host_name_is_refused(running: SandboxProcess) -> None:
    answer = httpx.get(running.url, headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"project": {"key": "NOPE"}}, {"project": "valid project is required"}),
        ({"project": "SHOP"}, {"project": "valid project is required"}),
        ({"issuetype": {"id": "7"}}, {"issuetype": "valid issue type is required"}),
        ({"priority": {"name": "Huge"}}, {"priority": "The priority selected is invalid."}),
        ({"summary": None}, {"summary": "You must specify a summary of the issue."}),
        ({"summary": "  "}, {"summary": "You must specify a summary of the issue."}),
        ({"summary": 7}, {"summary": "Operation value must be a string"}),
        ({"labels": "x"}, {"labels": "data was not an array"}),
        ({"labels": ["a b"]}, {"labels": "The label 'a b' contains spaces which is invalid."}),
        (
            {"colour": "red"},
            {
                "colour": "Field 'colour' cannot be set. It is not on the appropriate screen, "
                "or unknown."
            },
        ),
        (
            {
                "description": {
                    "version": 1,
                    "type": "doc",
                    "content": [
                        {"type": "paragraph", "content": [{"type": "text", "text": "x" * 33_000}]}
                    ],
                }
            },
            {
                "description": "The entered text is too long. It exceeds the allowed limit of "
                "32,767 characters."
            },
        ),
    ],
)
def test_each_wrong_field_is_refused_in_jiras_words(
    jira: httpx.Client, fields: dict[str, object], errors: dict[str, str]
) -> None:
    assert refusal(jira, new_issue(**fields)) == {"errorMessages": [], "errors": errors}


def test_a_label_that_is_too_long_is_refused(jira: httpx.Client) -> None:
    errors = refusal(jira, new_issue(labels=["x" * 256]))["errors"]
    assert "exceeds the maximum length" in str(errors)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Specify a 'fields' object."),
        ([], "There was an error parsing JSON."),
        (new_issue(description={"version": 2, "type": "doc", "content": []}), "INVALID_INPUT"),
        (new_issue() | {"properties": {}}, "Issue properties must be an array."),
        (new_issue() | {"properties": [{"key": "a"}]}, "An issue property needs a key"),
        (new_issue() | {"properties": [{"key": "a", "value": "x" * 40_000}]}, "32,768"),
    ],
)
def test_a_wrong_request_is_refused_as_a_whole(
    jira: httpx.Client, body: object, message: str
) -> None:
    assert message in str(refusal(jira, body)["errorMessages"])


def test_what_is_not_json_is_refused(jira: httpx.Client) -> None:
    for content in (b"{", b"[" * 100_000, b"\xff"):
        answer = jira.post("/rest/api/3/issue", content=content)
        assert answer.status_code == 400
        assert "error parsing JSON" in answer.text


def search(jira: httpx.Client, jql: str, **more: object) -> httpx.Response:
    return jira.post("/rest/api/3/search/jql", json={"jql": jql, **more})


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = SHOP", ["SHOP-2", "SHOP-1"]),
        ('project = "shop" ORDER BY created ASC', ["SHOP-1", "SHOP-2"]),
        ("project = SHOP order by created desc", ["SHOP-2", "SHOP-1"]),
        ("labels = 'Red' AND project = SHOP", ["SHOP-1"]),
        ("labels != red", ["SHOP-2"]),
        ("key = shop-2", ["SHOP-2"]),
        ('labels = "a\\"b"', []),
    ],
)
def test_search_understands_as_much_jql_as_we_need(
    jira: httpx.Client, jql: str, keys: list[str]
) -> None:
    create(jira, labels=["red"])
    create(jira, labels=["blue"])
    assert [issue["key"] for issue in search(jira, jql).json()["issues"]] == keys


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("", "Unbounded JQL queries are not allowed here."),
        ("order by created", "Unbounded JQL"),
        ("assignee = me", "Expecting a clause near 'assignee'"),
        ("project = SHOP OR project = B", "Expecting 'AND' but got 'OR'"),
        ("project = SHOP AND", "Expecting a clause after 'AND'"),
        ('project = "SHOP', "unexpected character at 9"),
    ],
)
def test_search_refuses_the_jql_that_it_does_not_know(
    jira: httpx.Client, jql: str, words: str
) -> None:
    answer = search(jira, jql)
    assert answer.status_code == 400
    assert words in answer.json()["errorMessages"][0]


def test_search_gives_ids_only_unless_asked_for_more(jira: httpx.Client) -> None:
    create(jira, labels=["red"])
    (bare,) = search(jira, "project = SHOP").json()["issues"]
    assert "fields" not in bare
    (full,) = search(jira, "project = SHOP", fields=["labels"]).json()["issues"]
    assert full["fields"] == {"labels": ["red"]}
    answer = search(jira, "project = SHOP", maxResults=0).json()
    assert answer == {"isLast": False, "issues": []}
    assert search(jira, "project = SHOP", maxResults="many").status_code == 400


def test_search_lags_as_long_as_it_is_told(running: SandboxProcess, jira: httpx.Client) -> None:
    running.lag(600)
    create(jira)
    assert search(jira, "project = SHOP").json()["issues"] == []
    running.lag(0)
    assert len(search(jira, "project = SHOP").json()["issues"]) == 1


def test_an_issue_is_found_by_id_and_by_key_in_any_case(jira: httpx.Client) -> None:
    key = create(jira, priority={"id": "2"})
    issue = jira.get(f"/rest/api/3/issue/{key.lower()}").json()
    assert issue == jira.get(f"/rest/api/3/issue/{issue['id']}").json()
    assert issue["fields"]["priority"]["name"] == "High"
    assert jira.get("/rest/api/3/issue/SHOP-99").status_code == 404
    assert jira.get("/rest/api/3/issue/SHOP-99").json()["errorMessages"] == [
        "Issue does not exist or you do not have permission to see it."
    ]


def test_properties_are_kept_and_replaced(jira: httpx.Client) -> None:
    place = f"/rest/api/3/issue/{create(jira)}/properties"
    assert jira.put(f"{place}/a", json={"n": 1}).status_code == 201
    assert jira.put(f"{place}/a", json={"n": 2}).status_code == 200
    assert jira.get(f"{place}/a").json() == {"key": "a", "value": {"n": 2}}
    assert [entry["key"] for entry in jira.get(place).json()["keys"]] == ["a"]
    assert jira.get(f"{place}/b").status_code == 404
    assert jira.put(f"{place}/a", json="").status_code == 400


def test_bulk_fetch_tells_the_unknown_ones_apart(jira: httpx.Client) -> None:
    key = create(jira)
    body = {"issueIdsOrKeys": [key, key, "SHOP-99"], "fields": ["summary"]}
    answer = jira.post("/rest/api/3/issue/bulkfetch", json=body).json()
    assert [issue["key"] for issue in answer["issues"]] == [key]
    assert [error["id"] for error in answer["issueErrors"]] == ["SHOP-99"]
    none = jira.post("/rest/api/3/issue/bulkfetch", json={"issueIdsOrKeys": []})
    assert none.status_code == 400


def test_createmeta_is_for_known_projects(jira: httpx.Client) -> None:
    assert jira.get("/rest/api/3/issue/createmeta/SHOP/issuetypes").status_code == 200
    assert jira.get("/rest/api/3/issue/createmeta/NOPE/issuetypes").status_code == 400


def test_faults_wait_in_order_and_can_be_cleared(
    running: SandboxProcess, jira: httpx.Client
) -> None:
    running.fault("error_before", times=2)
    running.fault("html", call="search")
    assert [f["kind"] for f in jira.get("/sandbox/faults").json()] == [
        "error_before",
        "error_before",
        "html",
    ]
    assert search(jira, "project = SHOP").headers["content-type"].startswith("text/html")
    assert running.faults_left() == 2
    assert jira.delete("/sandbox/faults").status_code == 204
    assert running.faults_left() == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sandbox/faults", {"kind": "unheard"}),
        ("POST", "/sandbox/faults", {"kind": "html", "odd": 1}),
        ("POST", "/sandbox/faults", {"kind": "html", "times": 0}),
        ("POST", "/sandbox/faults", {"kind": "html", "status": 7}),
        ("PUT", "/sandbox/behaviour", {"search_lag": "long"}),
    ],
)
def test_a_control_that_is_wrong_is_refused(
    jira: httpx.Client, method: str, path: str, body: dict[str, object]
) -> None:
    assert jira.request(method, path, json=body).status_code == 422


def paragraph(*content: dict[str, object]) -> dict[str, object]:
    return {"type": "paragraph", "content": list(content)}


def text(value: str, *marks: Mapping[str, object]) -> dict[str, object]:
    return {"type": "text", "text": value, "marks": list(marks)}


def test_the_ticket_page_shows_what_came_as_text_only(
    running: SandboxProcess, jira: httpx.Client
) -> None:
    link = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
    good = {"type": "link", "attrs": {"href": "https://stacklens.example/?a=1&b=2"}}
    blocks = [
        {"type": "heading", "attrs": {"level": 2}, "content": [text("What happened")]},
        {"type": "heading", "attrs": {"level": 6}, "content": [text("Small")]},
        {"type": "panel", "attrs": {"panelType": "error"}, "content": [paragraph(text(HOSTILE))]},
        paragraph(text("evil", link), text("good", good), {"type": "hardBreak"}),
        paragraph(text("bold", {"type": "strong"})),
        {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph()]}]},
        {"type": "rule"},
        {"type": "codeBlock", "content": [{"type": "text", "text": HOSTILE}]},
    ]
    document = {"version": 1, "type": "doc", "content": blocks}
    key = create(jira, summary=HOSTILE, labels=["<b>"], description=document)
    answer = httpx.get(f"{running.url}/browse/{key}")
    page = answer.text
    assert answer.status_code == 200
    assert "This is not Jira" in page
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
    assert "javascript:" not in page
    assert 'href="https://stacklens.example/?a=1&amp;b=2"' in page
    for part in ("<h4>What happened</h4>", "<h6>Small</h6>", "<strong>bold</strong>", "<hr>"):
        assert part in page
    assert '<div class="panel error">' in page
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_a_ticket_without_description_has_a_page(
    running: SandboxProcess, jira: httpx.Client
) -> None:
    assert httpx.get(f"{running.url}/browse/{create(jira)}").status_code == 200


def test_the_list_shows_all_tickets_newest_first(
    running: SandboxProcess, jira: httpx.Client
) -> None:
    assert "None yet" in httpx.get(running.url).text
    create(jira)
    assert "1 ticket," in httpx.get(running.url).text
    create(jira)
    page = httpx.get(running.url).text
    assert page.index("/browse/SHOP-2") < page.index("/browse/SHOP-1")


def test_a_ticket_that_is_not_there_has_no_page(running: SandboxProcess) -> None:
    answer = httpx.get(f"{running.url}/browse/<b>")
    assert answer.status_code == 404
    assert "No ticket &lt;b&gt;" in answer.text


def test_the_style_sheet_is_served(running: SandboxProcess) -> None:
    answer = httpx.get(f"{running.url}/sandbox/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text


def test_with_a_data_folder_tickets_survive_kill_9(tmp_path: Path) -> None:
    with jira_sandbox(data=tmp_path / "new" / "folder") as first:
        with httpx.Client(base_url=first.url, auth=AUTH) as jira:
            assert create(jira) == "SHOP-1"
        first.process.kill()
    with (
        jira_sandbox(data=tmp_path / "new" / "folder") as second,
        httpx.Client(base_url=second.url, auth=AUTH) as jira,
    ):
        assert second.keys() == []
        assert jira.get("/rest/api/3/issue/SHOP-1").status_code == 200
        assert create(jira) == "SHOP-2"


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"cannot listen on 127.0.0.1:{port} .*--port"):
            serve(port=port)


async def test_a_slow_fault_does_not_hold_up_the_end() -> None:
    with jira_sandbox() as sandbox:
        sandbox.fault("slow_before", seconds=60.0)
        async with httpx.AsyncClient(base_url=sandbox.url, auth=AUTH) as jira:
            asking = asyncio.create_task(jira.post("/rest/api/3/issue", json=new_issue()))
            async with httpx.AsyncClient(base_url=sandbox.url, auth=AUTH) as other:
                while (await other.get("/sandbox/faults")).json():
                    pass
            sandbox.process.terminate()
            assert await asyncio.to_thread(sandbox.process.wait, 5) is not None
            with pytest.raises(httpx.HTTPError):
                (await asking).raise_for_status()
