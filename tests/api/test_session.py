"""Signing in from the page."""

import httpx
import pytest

from api.serving import BUILD, MakeApp, client_of
from stacklens.api.app import Door
from stacklens.api.tickets import JiraSite
from stacklens.auth.authenticator import SESSION_S, Authenticator


async def test_an_open_install_says_so(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/session")).json() == {
        "authenticated": True,
        "required": False,
        "principal": "local",
        "build": BUILD,
        "jira": {"configured": True},
    }


async def test_signing_in_where_no_key_is_needed_leaves_no_cookie(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/api/session", json={"key": "anything"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)


async def test_the_key_becomes_a_cookie_and_goes_again(make_app: MakeApp) -> None:
    app = make_app(key="secret", jira=JiraSite("", missing=["JIRA_BASE_URL"]))
    async with client_of(app) as client:
        before = (await client.get("/api/session")).json()
        assert (before["authenticated"], before["required"], before["principal"]) == (
            False,
            True,
            None,
        )
        assert before["jira"] == {"configured": False}
        assert (await client.get("/api/alerts")).status_code == 401

        signed_in = await client.post("/api/session", json={"key": "secret"})
        assert (signed_in.status_code, signed_in.content) == (204, b"")
        assert (await client.get("/api/session")).json()["principal"] == "local"
        assert (await client.get("/api/alerts")).status_code == 200

        assert (await client.delete("/api/session")).status_code == 204
        assert (await client.get("/api/alerts")).status_code == 401


async def test_a_wrong_key_is_a_problem_and_no_cookie(make_app: MakeApp) -> None:
    async with client_of(make_app(key="secret")) as client:
        answer = await client.post("/api/session", json={"key": "Secret"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers
    assert "Secret" not in answer.text


@pytest.mark.parametrize(
    ("origin", "is_secure"), [("http://localhost:8000", False), ("https://lens.example", True)]
)
async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    make_app: MakeApp, origin: str, *, is_secure: bool
) -> None:
    door = Door(Authenticator("secret"), origins=["https://lens.example"])
    async with client_of(make_app(door=door), Origin=origin) as client:
        for answer in (
            await client.post("/api/session", json={"key": "secret"}),
            await client.delete("/api/session"),
        ):
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            assert ("secure" in cookie.replace("samesite", "")) == is_secure
            assert "domain" not in cookie


async def test_the_cookie_lasts_as_long_as_the_session(make_app: MakeApp) -> None:
    async with client_of(make_app(key="secret")) as client:
        answer = await client.post("/api/session", json={"key": "secret"})
    assert f"max-age={SESSION_S}" in answer.headers["set-cookie"].lower()
