"""Domain errors → HTTP, in one place and one shape."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from fleet_server.api.models import ErrorBody, ErrorView
from fleet_server.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RequestError,
    TooManyError,
    UnauthorizedError,
    UnavailableError,
)
from fleet_server.wording import korean

log = logging.getLogger(__name__)

STATUS: dict[type[RequestError], int] = {
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidError: 422,
    TooManyError: 429,
    UnavailableError: 503,
}
HTTP_CODES = {404: "not_found", 405: "method_not_allowed"}


def error_response(
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    message_ko: str | None = None,
) -> JSONResponse:
    """The one shape of an error; its Korean is looked up where it is not given."""
    message_ko = message_ko or korean(message)
    body = ErrorBody(code=code, message=message, message_ko=message_ko, field=field)
    view = ErrorView(error=body)
    return JSONResponse(view.model_dump(exclude_none=True), status_code=status)


async def _on_request_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestError)
    return error_response(STATUS[type(error)], error.code, str(error), error.field)


async def _on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return error_response(
        422,
        "invalid",
        f"{field or 'request'}: {first['msg']}",
        field or None,
        f"{field or '요청'}: 맞지 않는 값입니다",
    )


async def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "error")
    return error_response(error.status_code, code, str(error.detail))


async def _on_bug(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed path=%s", request.url.path, exc_info=error)
    return error_response(500, "internal", "the server made a mistake; its log says more")


def install(app: FastAPI) -> None:
    """Answer every error in this shape."""
    app.add_exception_handler(RequestError, _on_request_error)
    for kind in STATUS:
        app.add_exception_handler(kind, _on_request_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)
