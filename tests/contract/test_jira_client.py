"""The client against a Jira that goes wrong: each failure is told apart by what may follow."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from jira_support import HASTY, SandboxProcess, jira_sandbox
from stacklens.deliver.jira.client import ANSWER_LIMIT, JiraClient, JiraSite, Timing
from stacklens.deliver.jira.outcome import (
    CannotTell,
    Created,
    Found,
    NotSent,
    RateLimited,
    Refused,
    Unknown,
)

TAG = "stacklens-0123456789abcdef"
REQUEST = {
    "fields": {
        "project": {"key": "SHOP"},
        "issuetype": {"name": "Bug"},
        "summary": "StackLens Alert: PRICE_MISSING",
        "labels": ["stacklens", TAG],
    }
}


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxProcess]:
    with jira_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def jira(running: SandboxProcess) -> AsyncIterator[JiraClient]:
    async with JiraClient.open(running.site(), HASTY) as client:
        yield client


@pytest.mark.parametrize(
    ("fault", "kind", "words", "is_stored"),
    [
        ({"kind": "rate_limited"}, RateLimited, "429: Rate limit exceeded.", False),
        ({"kind": "rate_limited", "retry_after": None}, RateLimited, "429", False),
        ({"kind": "error_before"}, Unknown, "503: Internal server error", False),
        ({"kind": "error_after"}, Unknown, "503: Internal server error", True),
        ({"kind": "error_after", "status": 500}, Unknown, "500", True),
        ({"kind": "error_after", "status": 408}, Unknown, "408", True),
        ({"kind": "error_before", "status": 403}, Refused, "403", False),
        ({"kind": "close_before"}, Unknown, "did not answer", False),
        ({"kind": "close_after"}, Unknown, "did not answer", True),
        ({"kind": "slow_after", "seconds": 2.0}, Unknown, "did not answer: ReadTimeout", True),
        ({"kind": "garbage_after"}, Unknown, "201: not in the form that was expected", True),
        ({"kind": "html"}, Unknown, "200 with an HTML page", False),
        ({"kind": "login_redirect"}, Refused, "302 with a redirect", False),
        ({"kind": "unauthorized"}, Refused, "401: Client must be authenticated", False),
    ],
    ids=lambda value: str(value.get("kind")) if isinstance(value, dict) else "",
)
async def test_each_failure_of_create_says_whether_it_may_be_repeated(
    running: SandboxProcess,
    jira: JiraClient,
    fault: dict[str, object],
    kind: type[RateLimited | Unknown | Refused],
    words: str,
    is_stored: bool,
) -> None:
    before = len(running.keys())
    running.fault(**fault)  # type: ignore[arg-type]
    outcome = await jira.create_issue(REQUEST)
    assert isinstance(outcome, kind)
    assert words in outcome.reason
    assert len(running.keys()) - before == is_stored


async def test_a_wait_is_passed_on(running: SandboxProcess, jira: JiraClient) -> None:
    running.fault("rate_limited", retry_after=7)
    outcome = await jira.create_issue(REQUEST)
    assert isinstance(outcome, RateLimited)
    assert outcome.retry_after == 7.0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "anonymous"}, "without knowing us"),
        ({"kind": "html"}, "HTML page"),
        ({"kind": "login_redirect"}, "redirect"),
        ({"kind": "unauthorized"}, "401"),
        ({"kind": "error_before"}, "503"),
        ({"kind": "close_before"}, "did not answer the search"),
        ({"kind": "slow_before", "seconds": 2.0}, "did not answer the search"),
        ({"kind": "rate_limited", "retry_after": 9.0}, "429"),
    ],
    ids=lambda value: str(value["kind"]) if isinstance(value, dict) else "",
)
async def test_a_search_that_went_wrong_proves_nothing(
    running: SandboxProcess, jira: JiraClient, fault: dict[str, object], words: str
) -> None:
    running.fault(**fault, call="search")  # type: ignore[arg-type]
    outcome = await jira.find_by_label("stacklens-ffffffffffffffff")
    assert isinstance(outcome, CannotTell)
    assert words in outcome.reason
    assert outcome.retry_after == fault.get("retry_after", 0.0)


async def test_an_account_that_jira_does_not_tell_is_asked_for_again(
    running: SandboxProcess, jira: JiraClient
) -> None:
    running.fault("error_before", call="any")
    assert isinstance(await jira.find_by_label(TAG), CannotTell)
    assert isinstance(await jira.find_by_label(TAG), Found)


async def test_nothing_is_sent_where_nobody_listens(unused_tcp_port: int) -> None:
    site = JiraSite(f"http://127.0.0.1:{unused_tcp_port}", "u", "SHOP", "t")
    async with JiraClient.open(site, HASTY) as client:
        assert isinstance(await client.create_issue(REQUEST), NotSent)
        assert isinstance(await client.find_by_label(TAG), CannotTell)


async def test_nothing_is_sent_when_tls_fails(running: SandboxProcess) -> None:
    site = JiraSite(running.url.replace("http:", "https:"), "u", "SHOP", "t")
    async with JiraClient.open(site, HASTY) as client:
        outcome = await client.create_issue(REQUEST)
    assert isinstance(outcome, NotSent)


async def test_neither_token_nor_body_is_ever_logged(
    running: SandboxProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site = running.site()
    async with JiraClient.open(site) as client:
        await client.create_issue(REQUEST)
        await client.find_by_label(TAG)
    # "sandbox" is the token; in base64 with its user it begins like this.
    assert "ZGVtb0BleGFtcGxl" not in caplog.text
    assert "PRICE_MISSING" not in caplog.text
    assert site.token not in repr(site)


@asynccontextmanager
async def answering(*parts: bytes, pause: float = 0.0) -> AsyncIterator[JiraSite]:
    """A server that answers anything with `parts`, `pause` seconds before each."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                await asyncio.sleep(pause)
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass  # the client has read enough
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield JiraSite(f"http://127.0.0.1:{port}/jira/", "u", "SHOP", "t")


HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"


async def create(site: JiraSite, timing: Timing = HASTY) -> object:
    async with JiraClient.open(site, timing) as client:
        return await client.create_issue(REQUEST)


async def test_the_site_may_live_under_a_path() -> None:
    body = b'{"id": "10", "key": "SHOP-10"}'
    async with answering(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body) as site:
        made = await create(site)
    assert made == Created("10", "SHOP-10", f"{site.base_url}browse/SHOP-10")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"id": 10, "key": "SHOP-1"}', b'{"id": "10"}', b'{"id": "10", "key": "../x"}'],
)
async def test_a_created_without_a_usable_key_is_unknown(body: bytes) -> None:
    async with answering(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body) as site:
        assert isinstance(await create(site), Unknown)


async def test_an_endless_answer_is_read_only_so_far() -> None:
    chunk = b"%x\r\n" % ANSWER_LIMIT + b"x" * ANSWER_LIMIT + b"\r\n"
    async with answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 64) as site:
        assert isinstance(await create(site, Timing()), Unknown)


async def test_a_compressed_answer_is_not_unpacked() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
    async with answering(head + b"\x1f\x8b\x08") as site:
        outcome = await create(site)
    assert isinstance(outcome, Unknown)


async def test_an_answer_that_trickles_is_given_up() -> None:
    body = [b"1\r\nx\r\n"] * 1_000
    async with answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *body, pause=0.05) as site:
        outcome = await create(site)
    assert outcome == Unknown("Jira did not answer: TimeoutError")


async def test_what_is_no_http_is_unknown() -> None:
    async with answering(b"SSH-2.0-OpenSSH_9.6\r\n") as site:
        assert isinstance(await create(site), Unknown)


async def test_issues_of_other_labels_are_not_taken_for_ours() -> None:
    """Whatever stands there and ignores our query must not make us adopt a stranger's ticket."""
    body = (
        b'{"accountId": "me", "isLast": true, "issues": [{"id": "1", "key": "SHOP-1", "fields":'
        b' {"labels": ["other"]}}, {"id": "2"}, {"id": "3", "key": "SHOP-3", "fields":'
        b' {"labels": ["' + TAG.encode() + b'"]}}, 7]}'
    )
    head = b"HTTP/1.1 200 OK\r\nX-AAccountId: me\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with answering(head + body) as site, JiraClient.open(site, HASTY) as client:
        seen = await client.find_by_label(TAG)
    assert isinstance(seen, Found)
    assert [hit.key for hit in seen.hits] == ["SHOP-3"]


async def test_an_answer_for_another_account_proves_nothing() -> None:
    body = b'{"accountId": "me", "issues": []}'
    head = b"HTTP/1.1 200 OK\r\nX-AAccountId: you\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with answering(head + body) as site, JiraClient.open(site, HASTY) as client:
        assert isinstance(await client.find_by_label(TAG), CannotTell)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.atlassian.net",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x?a=b",
        "http://x:0x",
    ],
)
def test_an_address_that_cannot_be_right_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="JIRA_BASE_URL looks like"):
        JiraSite(url, "u", "SHOP", "t")


@pytest.mark.parametrize("project", ["", "shop", 'A" OR project = "B', "1A"])
def test_a_project_that_cannot_be_right_is_refused(project: str) -> None:
    with pytest.raises(ValueError, match="JIRA_PROJECT_KEY looks like"):
        JiraSite("https://shop.atlassian.net", "u", project, "t")
