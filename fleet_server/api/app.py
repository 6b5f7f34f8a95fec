"""The web application: the API under /api/v1, the console at /."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from fleet_server.api import errors
from fleet_server.api.routes import (
    dispatch,
    fleet,
    incidents,
    live,
    maps,
    person_searches,
    session,
    signals,
    suppressions,
    weather,
)
from fleet_server.api.security import guard
from fleet_server.api.services import Services

PREFIX = "/api/v1"
CONSOLE_DIR = Path(__file__).parent.parent / "console" / "dist"
NO_CONSOLE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sunra</title>
<p>The fleet server runs; its console is not built. Build it with <code>sunra prepare</code>,
then load this page again. The API is under <a href="/api/v1/health">/api/v1</a>.</p></html>
"""


def program_version() -> str:
    """The installed distribution's version."""
    try:
        return version("sunra")
    except PackageNotFoundError:
        return "unknown"


def create_api(services: Services, console_dir: Path = CONSOLE_DIR) -> FastAPI:
    """The application over running services."""
    app = FastAPI(
        title="Sunra fleet server",
        version=program_version(),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page loads scripts from outside; the server works air-gapped
        redoc_url=None,
    )
    app.state.services = services
    errors.install(app)
    app.middleware("http")(guard)
    api = APIRouter(prefix=PREFIX)
    for module in (
        session, fleet, maps, dispatch, incidents, suppressions, person_searches, live, weather,
        signals,
    ):  # fmt: skip
        api.include_router(module.router)
    app.include_router(api)
    if (console_dir / "index.html").is_file():
        app.mount("/", StaticFiles(directory=console_dir, html=True), name="console")
    else:
        app.get("/", include_in_schema=False, response_class=HTMLResponse)(_no_console)
    return app


async def _no_console() -> HTMLResponse:
    return HTMLResponse(NO_CONSOLE)
