"""Who asks, from where, and what a browser may do with the answer.

A session is a cookie that only this origin's pages send (SameSite=Strict) or a bearer token; a
request with a cookie and a foreign Origin is refused, so no other site can act for an operator.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from fleet_server.accounts import User
from fleet_server.api.errors import error_response
from fleet_server.api.services import Services
from fleet_server.errors import ForbiddenError
from fleet_server.store.patience import API_PATIENCE_S, PATIENCE_S

COOKIE = "sunra_session"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# MapLibre needs a blob worker and data/blob images; styles are set from script.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src blob:; "
    "img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def services_of(connection: HTTPConnection) -> Services:
    """The running server's services."""
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


def token_of(connection: HTTPConnection) -> str | None:
    """The session token: a bearer header before the cookie."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    return connection.cookies.get(COOKIE)


def same_origin(headers: Headers) -> bool:
    """Whether the page that asks is ours; programs send no Origin."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def current_user(request: Request) -> User:
    """Who is logged in; raises UnauthorizedError."""
    return await services_of(request).accounts.user_of(token_of(request))


def right(name: str) -> Callable[[User], Awaitable[User]]:
    """A dependency: the logged-in user, who has a right; raises ForbiddenError."""

    async def check(user: Annotated[User, Depends(current_user)]) -> User:
        if not user.may(name):
            raise ForbiddenError(f"role {user.role} may not do this", "forbidden")
        return user

    return check


LoggedIn = Annotated[User, Depends(current_user)]
AnyUser = Annotated[User, Depends(right("look"))]  # every person; no service account
Dispatching = Annotated[User, Depends(right("dispatch"))]
Judging = Annotated[User, Depends(right("judge"))]
Publishing = Annotated[User, Depends(right("maps"))]
Releasing = Annotated[User, Depends(right("release"))]
Auditing = Annotated[User, Depends(right("audit"))]
TellingSignals = Annotated[User, Depends(right("signals"))]
ManagingUsers = Annotated[User, Depends(right("users"))]
Running = Annotated[Services, Depends(services_of)]


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse foreign origins on anything that changes something; add the headers."""
    PATIENCE_S.set(API_PATIENCE_S)
    response: Response
    if request.method not in SAFE_METHODS and not same_origin(request.headers):
        response = error_response(403, "foreign_origin", "requests from another site are refused")
    else:
        response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
