"""A built console, a fake server behind it, and Debian's Chromium in front of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from demo.prepare import build_console

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# No GPU, nothing fetched in the background; WebGL is drawn by the CPU.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)  # a busy machine is slow, not wrong


def _load(name: str) -> ModuleType:
    """A module beside this one, under its bare name, as when `fake_server.py` is run by hand."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _load_fake_server() -> ModuleType:
    names = (
        "plans", "maps", "world", "suppressions", "searches", "diversions", "looks", "weather",
    )  # fmt: skip
    for name in names:
        _load(f"fake_{name}")
    return _load("fake_server")


@pytest.fixture(scope="session")
def console_folder() -> Path:
    """fleet_server/console, built."""
    build_console()
    return HERE.parents[1] / "fleet_server" / "console"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; under CI its absence is a failure.

    Not for the whole session: while it is open, playwright's event loop runs in this thread, and
    no later test could run one of its own.
    """
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def server(console_folder: Path) -> Iterator[Any]:
    """A fresh fake server."""
    fake = _load_fake_server().FakeServer(console_folder / "dist")
    with fake.running():
        yield fake


@pytest.fixture
def page(browser: Browser, server: Any) -> Iterator[Page]:
    """A fresh browser window at the log-in page, in Korean; fails when a script threw."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="ko-KR", color_scheme="dark"
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    errors: list[str] = []
    foreign: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if "Content Security" in m.text else None)
    page.on("request", lambda r: foreign.append(r.url) if _is_foreign(r.url, server.url) else None)
    page.goto(server.url)
    yield page
    context.close()
    assert errors == []
    assert foreign == [], "the console must work without any other host"


@pytest.fixture
def console(page: Page) -> Page:
    """The control room, an operator logged in and the vehicles there."""
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "night-watch")
    page.click("button[type=submit]")
    expect(page.locator("[data-vehicle='sunra/goalie-01']")).to_be_visible()
    return page


def _is_foreign(url: str, own: str) -> bool:
    return url.startswith("http") and not url.startswith(own)
