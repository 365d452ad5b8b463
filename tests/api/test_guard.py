"""Who may reach the API at all, and what every answer carries."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Message, Receive, Scope, Send

from api.alerting import a_finding, record
from api.serving import BUILD, MakeApp, client_of
from stacklens.api.app import Door, create_app
from stacklens.api.edge import SECURITY_HEADERS, Edge
from stacklens.api.guard import MAX_BODY_BYTES
from stacklens.auth.authenticator import Authenticator
from stacklens.db.session import connect

OPEN = Authenticator(None)
GET_LIST = ("GET", "/api/alerts")
SIGN_IN = ("POST", "/api/session")
KEY = {"key": "x"}


async def send(client: httpx.AsyncClient, method: str, path: str, **headers: str) -> httpx.Response:
    return await client.request(
        method, path, headers=headers, json=KEY if method == "POST" else None
    )


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"],
    )
    async def test_loopback_names_are_ours(self, client: httpx.AsyncClient, host: str) -> None:
        assert (await send(client, *GET_LIST, Host=host)).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "",
            "[::2]",
            "[",
            ":",
        ],
    )
    @pytest.mark.parametrize("path", ["/api/alerts", "/health", "/ready", "/", "/openapi.json"])
    async def test_others_are_refused(
        self, client: httpx.AsyncClient, host: str, path: str
    ) -> None:
        answer = await send(client, "GET", path, Host=host)
        assert answer.status_code == 421
        assert answer.json()["status"] == 421

    async def test_names_that_were_allowed_are_ours(self, make_app: MakeApp) -> None:
        door = Door(OPEN, hosts=["Lens.example:8443", "10.0.0.7"])
        async with client_of(make_app(door=door)) as client:
            for host in ("lens.example", "LENS.example:80", "10.0.0.7:8000"):
                assert (await send(client, *GET_LIST, Host=host)).status_code == 200
            assert (await send(client, *GET_LIST, Host="x.lens.example")).status_code == 421

    async def test_two_hosts_are_none(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/health", headers=[("Host", "localhost"), ("Host", "evil")])
        assert answer.status_code == 400


class TestOtherSites:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": ""},
            {"Origin": "http://localhost:3001"},
            {"Origin": "http://localhost:8000.evil.example"},
            {"Origin": "http://["},
        ],
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [SIGN_IN, GET_LIST, ("DELETE", "/api/session"), ("POST", "/"), ("GET", "/openapi.json")],
    )
    async def test_they_can_neither_read_nor_write(
        self, client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
    ) -> None:
        answer = await send(client, method, path, **headers)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_they_may_link_to_the_page(self, client: httpx.AsyncClient) -> None:
        answer = await send(
            client, "GET", "/", **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"},
            {"Origin": "https://localhost:8000"},
        ],
    )
    async def test_our_page_and_programs_pass(
        self, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        assert (await send(client, *SIGN_IN, **headers)).status_code == 204

    async def test_our_address_behind_a_proxy_passes(self, make_app: MakeApp) -> None:
        door = Door(OPEN, origins=["https://Lens.example"])
        async with client_of(make_app(door=door)) as client:
            ours = await send(client, *SIGN_IN, Origin="https://lens.example")
            theirs = await send(client, *SIGN_IN, Origin="https://evil.example")
        assert (ours.status_code, theirs.status_code) == (204, 403)


class TestBodies:
    async def test_one_that_says_it_is_too_large_is_refused_unread(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post("/api/session", content=b"x" * (MAX_BODY_BYTES + 1))
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_one_that_grows_too_large_is_refused(self, client: httpx.AsyncClient) -> None:
        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b" " * 1024

        answer = await client.post(
            "/api/session", content=endless(), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413
        assert answer.json()["detail"] == f"a body here has at most {MAX_BODY_BYTES} bytes"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 422),
            (b"{", 422),
            (b'{"key": "\xff"}', 400),
            (b"[" * 60_000, 400),
            (b"NaN", 422),
            (b"[]", 422),
            (b"null", 422),
            (b'"key"', 422),
            (b'{"key": 1}', 422),
            (b'{"key": ""}', 422),
            (b'{"key": "\\ud800"}', 422),
            (b'{"key": "x", "more": 1}', 422),
            (b'{"key": "%s"}' % (b"x" * 1025), 422),
        ],
    )
    async def test_a_bad_one_gets_a_clear_answer(
        self, client: httpx.AsyncClient, body: bytes, status: int
    ) -> None:
        answer = await client.post(
            "/api/session", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["status"]) == (status, status)

    async def test_a_form_is_no_way_in(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/api/session", data=KEY)
        assert answer.status_code == 422

    async def test_routes_that_bound_their_own_are_left_alone(self) -> None:
        router = APIRouter()

        @router.post("/api/logs")
        async def take_in(request: Request) -> int:
            return len(await request.body())

        app = create_app(Door(OPEN), [], build=BUILD, bounded=[router])
        async with client_of(app) as client:
            answer = await client.post("/api/logs", content=b"x" * 1_000_000)
        assert answer.json() == 1_000_000


class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/api/alerts", 200),
            ("GET", "/", 200),
            ("GET", "/api/nothing", 404),
            ("GET", "/nothing", 404),
            ("POST", "/nothing", 404),
            ("PUT", "/api/session", 405),
            ("HEAD", "/api/alerts", 405),
            ("GET", "/api/alerts/", 404),
            ("GET", "/api/alerts?limit=0", 422),
        ],
    )
    async def test_has_the_security_headers_and_an_id(
        self, client: httpx.AsyncClient, method: str, path: str, status: int
    ) -> None:
        answer = await client.request(method, path)
        assert answer.status_code == status
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert len(answer.headers["x-request-id"]) == 32
        if status >= 400 and method != "HEAD":
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
            assert answer.json()["instance"] == path.partition("?")[0]

    async def test_nothing_inline_may_run(self) -> None:
        policy = SECURITY_HEADERS["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy

    async def test_answers_of_the_api_are_not_kept(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/api/session")).headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("given", ["a-sane.id:1", "x" * 64])
    async def test_keeps_the_id_that_was_sent(self, client: httpx.AsyncClient, given: str) -> None:
        answer = await client.get("/health", headers={"X-Request-ID": given})
        assert answer.headers["x-request-id"] == given

    @pytest.mark.parametrize("given", ["", "x" * 65, "<script>", "a b"])
    async def test_replaces_an_id_that_is_not_sane(
        self, client: httpx.AsyncClient, given: str
    ) -> None:
        answer = await client.get("/health", headers={"X-Request-ID": given})
        assert answer.headers["x-request-id"] != given

    async def test_a_wrong_method_names_all_right_ones(self, client: httpx.AsyncClient) -> None:
        answer = await client.put("/api/session")
        assert answer.headers["allow"] == "DELETE, GET, POST"
        assert answer.headers["content-type"] == "application/problem+json"


class TestFailures:
    async def test_of_ours_are_logged_and_not_shown(
        self, make_app: MakeApp, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = make_app()

        @app.get("/api/broken")
        async def broken() -> None:
            raise KeyError("a secret detail")

        async with client_of(app) as client:
            answer = await client.get("/api/broken", headers={"X-Request-ID": "find-me"})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["request_id"] == "find-me"
        [line] = [seen for seen in caplog.records if seen.levelno == logging.ERROR]
        logged: Any = line
        assert logged.fields["request_id"] == "find-me"
        assert "a secret detail" in logged.fields["error"]

    async def test_after_the_answer_began_are_logged_too(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        sent: list[str] = []

        async def half(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise KeyError("in the middle")

        async def receive() -> Message:
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message["type"])

        scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
        await Edge(half)(scope, receive, send)
        assert sent == ["http.response.start"]
        assert [line.getMessage() for line in caplog.records] == ["request_failed"]

    async def test_that_are_the_client_going_away_are_not_ours(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def read(scope: Scope, receive: Receive, _send: Send) -> None:
            await Request(scope, receive).body()

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(_message: Message) -> None:
            raise AssertionError

        scope = {"type": "http", "path": "/", "method": "POST", "headers": []}
        await Edge(read)(scope, receive, send)
        assert caplog.records == []

    async def test_a_database_that_does_not_answer_is_503(self, make_app: MakeApp) -> None:
        away = connect("postgresql://nobody@127.0.0.1:1/nothing")
        async with client_of(make_app(engine=away)) as client:
            for path in ("/api/alerts", "/api/status", "/api/quarantine"):
                answer = await client.get(path)
                assert answer.status_code == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert int(answer.headers["retry-after"]) > 0


class TestKey:
    async def test_everything_but_the_open_paths_needs_it(
        self, make_app: MakeApp, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        app = make_app(key="secret")
        open_paths = {"/health", "/ready", "/api/session"}
        async with client_of(app) as nobody, client_of(app, Authorization="Bearer secret") as us:
            for path, item in app.openapi()["paths"].items():
                for method in set(item) - {"parameters"}:
                    address = path.replace("{alert_id}", str(one))
                    answer = await nobody.request(method, address, json=KEY)
                    assert (answer.status_code == 401) == (
                        path not in open_paths or (method, path) == ("post", "/api/session")
                    ), (method, path)
                    known = await us.request(method, address, json=KEY)
                    assert known.status_code != 401 or path in open_paths
            answer = await nobody.get("/openapi.json")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert (await us.get("/openapi.json")).status_code == 200
            assert (await nobody.get("/")).status_code == 200

    async def test_nothing_is_said_about_an_alert_without_it(
        self, make_app: MakeApp, engine: AsyncEngine
    ) -> None:
        [one] = await record(engine, a_finding())
        async with client_of(make_app(key="secret")) as nobody:
            there = await nobody.post(f"/api/alerts/{one}/resolve")
            absent = await nobody.post(f"/api/alerts/{'0' * 36}/resolve")
        # An id that no alert can have is 404 for everybody: that says nothing.
        assert (there.status_code, absent.status_code) == (401, 404)
