"""Log in, log out, users, health, audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fleet_server.api.models import AuditView, HealthView, Login, NewUser, SessionView, UserView
from fleet_server.api.security import COOKIE, Auditing, LoggedIn, ManagingUsers, Running, token_of
from fleet_server.store.audit import select_audit

router = APIRouter()


@router.get("/health")
async def health(services: Running) -> HealthView:
    """Whether the server works; needs no log-in."""
    return services.health()


@router.post("/session")
async def log_in(
    login: Login, request: Request, response: Response, services: Running
) -> SessionView:
    """A new session: as a cookie, and as a token for programs."""
    address = request.client.host if request.client else "unknown"
    token, user = await services.accounts.log_in(login.username, login.password, address)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(services.accounts.lifetime_s),
        httponly=True,
        samesite="strict",
        secure=services.secure_cookie,
        path="/",
    )
    return SessionView(user=user.view(), token=token)


@router.get("/session", response_model_exclude_none=True)
async def who(user: LoggedIn) -> SessionView:
    """Who is logged in."""
    return SessionView(user=user.view())


@router.delete("/session", status_code=204)
async def log_out(request: Request, response: Response, user: LoggedIn, services: Running) -> None:
    """End the session."""
    await services.accounts.log_out(token_of(request) or "", user.username)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/users")
async def users(_user: ManagingUsers, services: Running) -> list[UserView]:
    """Everybody who may log in."""
    return await services.accounts.views()


@router.post("/users", status_code=201)
async def add_user(new: NewUser, user: ManagingUsers, services: Running) -> UserView:
    """Let somebody else log in."""
    return await services.accounts.add(new, user.username)


@router.get("/audit")
async def audit(
    _user: Auditing, services: Running, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[AuditView]:
    """Who did what, newest first."""
    rows = await services.database.read(select_audit, limit)
    return [
        AuditView(
            time=row["time_s"],
            username=row["username"],
            action=row["action"],
            subject=row["subject"],
            details=row["details"],
        )
        for row in rows
    ]
