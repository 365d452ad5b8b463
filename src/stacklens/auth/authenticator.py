"""One key for everything, and the session that a browser gets for it."""

import hmac
from hashlib import sha256
from typing import Final

from stacklens.auth.principal import LOCAL, Principal, PrincipalKind

SESSION_S: Final = 14 * 24 * 3600
"""How long a browser stays signed in."""

_PURPOSE: Final = b"stacklens session 1 "
"""What is signed begins with this: a signature made for anything else is none here."""


class Authenticator:
    """Turns what a request carries into a principal.

    With no key everybody is let in: the settings allow that on loopback only.
    """

    def __init__(self, key: str | None) -> None:
        """`key` is the one bearer key, None for open; raises ValueError when it is empty."""
        if key is not None and not key:
            raise ValueError("the API key is empty")
        self._key = None if key is None else key.encode("utf-8", "surrogatepass")

    @property
    def required(self) -> bool:
        """Whether a key must be shown."""
        return self._key is not None

    def principal(
        self, *, authorization: str | None, session: str | None, now: float
    ) -> Principal | None:
        """Who sends this `Authorization` header and session cookie at `now` (epoch seconds).

        A wrong bearer key is not made good by a valid cookie: whoever names a key means it.
        """
        if self._key is None:
            return Principal(LOCAL, PrincipalKind.OPEN)
        if authorization is not None:
            scheme, _, given = authorization.partition(" ")
            named = scheme.lower() == "bearer" and _same(given.strip(), self._key)
            return Principal(LOCAL, PrincipalKind.KEY) if named else None
        if session is not None and _is_session(session, self._key, now):
            return Principal(LOCAL, PrincipalKind.SESSION)
        return None

    def sign_in(self, key: str, now: float) -> str | None:
        """A session token good for SESSION_S seconds from `now`; None when the key is wrong.

        Without a key there is nothing to sign in to: the token is empty.
        """
        if self._key is None:
            return ""
        if not _same(key, self._key):
            return None
        expiry = str(int(now) + SESSION_S)
        return f"{expiry}.{_sign(expiry, self._key)}"


def _same(given: str, key: bytes) -> bool:
    # Digests are compared, so that not even the key's length shows in the time it takes.
    shown = sha256(given.encode("utf-8", "surrogatepass")).digest()
    return hmac.compare_digest(shown, sha256(key).digest())


def _is_session(token: str, key: bytes, now: float) -> bool:
    expiry, _, signature = token.partition(".")
    # The signature is judged first: nothing about a forged token is believed, not its expiry.
    return _same(signature, _sign(expiry, key).encode()) and now < int(expiry)


def _sign(expiry: str, key: bytes) -> str:
    return hmac.new(key, _PURPOSE + expiry.encode("utf-8", "surrogatepass"), sha256).hexdigest()
