"""Signing in from the page: the key once, then a cookie that scripts cannot read."""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from stacklens.api.answers import problems
from stacklens.api.problems import ProblemError
from stacklens.auth.authenticator import SESSION_S, Authenticator
from stacklens.auth.http import SESSION_COOKIE, who


class JiraState(BaseModel):
    """Whether tickets can be made."""

    configured: bool


class Session(BaseModel):
    """Who is asking, and what the page must know before anything else."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authenticated": True,
                    "required": True,
                    "principal": "local",
                    "build": "0.1.0",
                    "jira": {"configured": True},
                }
            ]
        }
    )

    authenticated: bool
    required: bool = Field(description="Whether a key is needed on this server.")
    principal: str | None
    build: str = Field(description="Changes with every version of the server and the page.")
    jira: JiraState


class SignIn(BaseModel):
    """The key."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=1024, examples=["the API key"])]


class SessionRoutes:
    """GET, POST and DELETE /api/session: open to everybody."""

    def __init__(
        self,
        authenticator: Authenticator,
        *,
        build: str,
        jira_configured: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` tells the time in epoch seconds."""
        self._authenticator = authenticator
        self._build = build
        self._jira = JiraState(configured=jira_configured)
        self._clock = clock

    def router(self) -> APIRouter:
        """The routes, for the app."""
        router = APIRouter(tags=["session"])
        path = "/api/session"
        router.add_api_route(path, self.get_session, response_model=Session)
        router.add_api_route(
            path,
            self.sign_in,
            methods=["POST"],
            status_code=204,
            response_class=Response,
            response_description="Signed in; the answer sets the session cookie.",
            responses=problems(
                status_400="The body cannot be read.",
                status_401="The key is wrong.",
                status_422="The body is no key.",
            ),
        )
        router.add_api_route(
            path,
            self.sign_out,
            methods=["DELETE"],
            status_code=204,
            response_class=Response,
            response_description="Signed out; the answer takes the cookie back.",
        )
        return router

    async def get_session(self, request: Request) -> Session:
        """Whether a key is needed, and whether this browser has one."""
        principal = who(request)()
        return Session(
            authenticated=principal is not None,
            required=self._authenticator.required,
            principal=None if principal is None else principal.name,
            build=self._build,
            jira=self._jira,
        )

    async def sign_in(self, request: Request, given: SignIn) -> Response:
        """Exchange the key for a session cookie."""
        token = self._authenticator.sign_in(given.key, self._clock())
        if token is None:
            raise ProblemError(401, "this is not the key of this server")
        response = Response(status_code=204)
        if token:
            response.set_cookie(
                SESSION_COOKIE,
                token,
                max_age=SESSION_S,
                httponly=True,
                samesite="strict",
                secure=_is_https(request),
            )
        return response

    async def sign_out(self, request: Request) -> Response:
        """Forget the session cookie."""
        response = Response(status_code=204)
        response.delete_cookie(
            SESSION_COOKIE,
            httponly=True,
            samesite="strict",
            secure=_is_https(request),
        )
        return response


def _is_https(request: Request) -> bool:
    # Behind a proxy that ends TLS only the browser knows; the guard has found its Origin to be us.
    origin = request.headers.get("origin", "")
    return request.url.scheme == "https" or origin.startswith("https://")
