"""The key, and the session that stands for it."""

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message, Scope

from stacklens.auth.authenticator import SESSION_S, Authenticator
from stacklens.auth.http import (
    REQUEST_ID,
    Authentication,
    NotSignedInError,
    guard,
    request_id,
    who,
)
from stacklens.auth.principal import Principal, PrincipalKind

NOW = 1_800_000_000.0
KEY = "correct horse"


def asked(
    key: str | None, *, authorization: str | None = None, session: str | None = None
) -> Principal | None:
    return Authenticator(key).principal(authorization=authorization, session=session, now=NOW)


def test_without_a_key_everybody_is_local() -> None:
    assert asked(None) == Principal("local", PrincipalKind.OPEN)
    assert not Authenticator(None).required


def test_with_a_key_nobody_is_let_in_without_it() -> None:
    assert asked(KEY) is None
    assert Authenticator(KEY).required


@pytest.mark.parametrize("authorization", [f"Bearer {KEY}", f"bearer {KEY}", f"BEARER  {KEY} "])
def test_the_bearer_key_is_a_principal(authorization: str) -> None:
    assert asked(KEY, authorization=authorization) == Principal("local", PrincipalKind.KEY)


@pytest.mark.parametrize(
    "authorization",
    ["", KEY, f"Basic {KEY}", "Bearer", "Bearer wrong", f"Bearer {KEY}x", "Bearer \udc80"],
)
def test_anything_else_is_nobody(authorization: str) -> None:
    assert asked(KEY, authorization=authorization) is None


def test_a_key_may_have_any_characters() -> None:
    assert asked("schlüssel-🔑", authorization="Bearer schlüssel-🔑") is not None


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Authenticator("")


class TestSession:
    def test_it_lasts_as_long_as_it_says_and_no_longer(self) -> None:
        authenticator = Authenticator(KEY)
        token = authenticator.sign_in(KEY, NOW)
        session = Principal("local", PrincipalKind.SESSION)
        for later, principal in ((0, session), (SESSION_S - 1, session), (SESSION_S, None)):
            found = authenticator.principal(authorization=None, session=token, now=NOW + later)
            assert found == principal

    def test_a_wrong_key_gives_none(self) -> None:
        assert Authenticator(KEY).sign_in("wrong", NOW) is None

    def test_where_no_key_is_needed_there_is_no_token(self) -> None:
        assert Authenticator(None).sign_in("anything", NOW) == ""

    def test_it_ends_when_the_key_changes(self) -> None:
        token = Authenticator(KEY).sign_in(KEY, NOW)
        assert asked("another key", session=token) is None

    def test_its_end_cannot_be_moved(self) -> None:
        token = Authenticator(KEY).sign_in(KEY, NOW)
        assert token is not None
        expiry, signature = token.split(".")
        assert asked(KEY, session=f"{int(expiry) + 1}.{signature}") is None

    @pytest.mark.parametrize(
        "token", ["", ".", "x", "9999999999", "9999999999.", "é.é", "x.\udc80"]
    )
    def test_a_made_up_one_is_nobody(self, token: str) -> None:
        assert asked(KEY, session=token) is None

    def test_the_token_does_not_hold_the_key(self) -> None:
        assert KEY not in str(Authenticator(KEY).sign_in(KEY, NOW))

    def test_a_wrong_bearer_key_is_not_made_good_by_it(self) -> None:
        token = Authenticator(KEY).sign_in(KEY, NOW)
        assert asked(KEY, authorization="Bearer wrong", session=token) is None


async def connection(*headers: tuple[bytes, bytes], kind: str = "http") -> HTTPConnection:
    """A request with these headers, after the middleware has seen it."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        seen.append(scope)

    async def receive() -> Message:
        raise AssertionError

    async def send(_message: Message) -> None:
        raise AssertionError

    authentication = Authentication(app, authenticator=Authenticator(KEY), clock=lambda: NOW)
    await authentication({"type": kind, "headers": list(headers)}, receive, send)
    return HTTPConnection({**seen[0], "type": "http"})


async def test_the_guard_lets_a_principal_through() -> None:
    request = await connection((b"authorization", f"Bearer {KEY}".encode()))
    assert (await guard(request)).kind is PrincipalKind.KEY


async def test_the_guard_stops_everybody_else() -> None:
    with pytest.raises(NotSignedInError):
        await guard(await connection())


@pytest.mark.parametrize(
    "others", ["", "theme=dark; ", 'quoted="a b"; ', 'odd={"a":1}; ', "a,b=1;", "\xff; "]
)
async def test_the_session_is_found_among_other_cookies(others: str) -> None:
    token = Authenticator(KEY).sign_in(KEY, NOW)
    request = await connection((b"cookie", f"{others}stacklens_session={token}".encode("latin-1")))
    assert who(request)() == Principal("local", PrincipalKind.SESSION)


@pytest.mark.parametrize(
    "cookie", [b"", b"theme=dark", b"\xff\xfe", b"stacklens_session", b"a[]=1; ;;=", b"a\x00=1"]
)
async def test_cookies_of_others_are_nobody(cookie: bytes) -> None:
    assert who(await connection((b"cookie", cookie)))() is None


async def test_a_request_has_the_id_that_the_edge_gave_it() -> None:
    assert request_id(HTTPConnection({"type": "http", REQUEST_ID: "find-me"})) == "find-me"


async def test_a_lifespan_passes_untouched() -> None:
    assert "stacklens.who" not in (await connection(kind="lifespan")).scope
