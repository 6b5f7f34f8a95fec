"""Child processes of the demonstration: started with a log file, ended INT, TERM, KILL."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from patrol.errors import SunraError

STOP_PATIENCE_S = 8.0


def end_on_signals() -> None:
    """Ctrl-C and TERM raise KeyboardInterrupt, so that whatever was started is ended.

    A shell's background job inherits an ignored SIGINT, and so would everything started here.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


class DemoError(SunraError):
    """The demonstration cannot start or go on; the message names the log to read."""


class Child:
    """One command (`sunra`, unless another is named) in its own process group, output in `log`."""

    def __init__(
        self, name: str, arguments: list[str], log: Path, program: str | None = None
    ) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [program or str(Path(sys.executable).with_name("sunra")), *arguments]
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    @property
    def pid(self) -> int:
        """The command's process id."""
        return self._process.pid

    def check(self) -> None:
        """Raises DemoError, with the log's last line, when the command has ended."""
        status = self._process.poll()
        if status is not None:
            raise DemoError(f"{self.name} ended with status {status}: {self._last_line()}")

    def wait_success(self, limit_s: float = 60.0) -> None:
        """Until the command ends; raises DemoError unless its status is 0."""
        try:
            status = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise DemoError(f"{self.name}: not done after {limit_s:.0f} s") from None
        if status != 0:
            raise DemoError(f"{self.name} ended with status {status}: {self._last_line()}")

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"{lines[-1]} (log: {self.log})" if lines else f"log {self.log} is empty"

    def stop(self) -> None:
        """End the command and everything it started; returns when all are gone."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_PATIENCE_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what outlived its parent


def wait_for(what: str, missing: Callable[[], str], children: list[Child], limit_s: float) -> None:
    """Poll until nothing is `missing`; raises DemoError when a child ends or the limit passes."""
    deadline_s = time.monotonic() + limit_s
    while lacks := missing():
        for child in children:
            child.check()
        if time.monotonic() > deadline_s:
            logs = ", ".join(str(child.log) for child in children)
            where = f"; logs: {logs}" if logs else ""
            raise DemoError(f"{what}: not ready after {limit_s:.0f} s: {lacks}{where}")
        time.sleep(0.2)
