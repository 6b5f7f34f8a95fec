"""What a request can meet; `api.errors` maps each to one HTTP status."""

from __future__ import annotations

from patrol.errors import SunraError


class RequestError(SunraError):
    """A request that cannot be done; `code` is for programs."""

    def __init__(self, message: str, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class NotFoundError(RequestError):
    """There is no such thing."""


class ConflictError(RequestError):
    """It cannot be done now."""


class InvalidError(RequestError):
    """It can never be done as asked."""


class UnauthorizedError(RequestError):
    """Nobody is logged in."""


class ForbiddenError(RequestError):
    """The logged-in user may not."""


class TooManyError(RequestError):
    """Too many attempts."""


class UnavailableError(RequestError):
    """Something the request needs is down."""
