"""One process under the supervisor: started, watched, restarted with a growing pause, stopped."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from patrol.clock import Clock
from patrol_bringup.log_file import LogFile
from patrol_bringup.processes import ProcessRow
from patrol_ros.pulse import PULSE_VARIABLE, PulseListener

_log = logging.getLogger("supervisor")
ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
REFUSED = 2  # exit status of a process with bad settings (patrol_ros.process)
STEP_AT_MOST_S = 1.0  # of silence, for a supervisor that was itself kept from listening


class Child:
    """A process of the table; `step` is called often, `signal_now` when it shall end."""

    def __init__(
        self,
        row: ProcessRow,
        command: list[str],
        environment: dict[str, str],
        log_file: Path,
        clock: Clock,
        echo: Callable[[str], None] | None = None,
    ) -> None:
        self.row = row
        self.restarts = 0
        self.last_status: int | None = None
        self._command, self._environment = command, environment
        self._log, self._clock, self._echo = LogFile(log_file), clock, echo
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._pulse: PulseListener | None = None
        self._has_begun = False  # it has been heard
        self._silent_s = 0.0
        self._listened_s = 0.0
        self._failures = 0
        self._due_s: float | None = None
        self._copier: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it now, in a process group of its own."""
        self._pulse = PulseListener()
        self._process = subprocess.Popen(
            self._command,
            env={**self._environment, PULSE_VARIABLE: str(self._pulse.theirs)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a terminal's Ctrl-C reaches the supervisor alone
            pass_fds=(self._pulse.theirs,),
        )
        self._pulse.hand_over()
        self._started_s = self._listened_s = self._clock.monotonic_s()
        self._has_begun, self._silent_s = False, 0.0
        self._due_s = None
        self._copier = threading.Thread(target=self._copy_log, args=(self._process,), daemon=True)
        self._copier.start()
        _log.info("process_started name=%s pid=%d", self.row.name, self._process.pid)

    def _copy_log(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._log.write(line)
            if self._echo is not None:
                text = line.decode(errors="replace").rstrip()
                self._echo(f"{self.row.name}: {text}")

    def step(self) -> None:
        """Notice a death or a long silence, and start again when its pause is over."""
        now_s = self._clock.monotonic_s()
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                self._listen(now_s)
                return
            self._mourn(status, now_s)
        if self._due_s is not None and now_s >= self._due_s:
            self.restarts += 1
            self.start()

    def _listen(self, now_s: float) -> None:
        """Kill a process whose executor has turned no more for longer than the row allows."""
        assert self._pulse is not None
        passed_s, self._listened_s = now_s - self._listened_s, now_s
        if self._pulse.heard():
            self._has_begun, self._silent_s = True, 0.0
            return
        self._silent_s += min(passed_s, STEP_AT_MOST_S)
        patience_s = self.row.silent_within_s if self._has_begun else self.row.begin_within_s
        if self._silent_s > patience_s:
            _log.error("process_hangs name=%s silent_s=%.1f", self.row.name, self._silent_s)
            self._silent_s = 0.0
            self.kill_group()

    def _forget(self) -> None:
        if self._pulse is not None:
            self._pulse.close()
        self._process = self._pulse = None

    def _mourn(self, status: int, now_s: float) -> None:
        self.kill_group()
        policy, alive_s = self.row.restart, now_s - self._started_s
        self._forget()
        self.last_status = status
        was_asked = status == 0  # `patrol_ros.process` ends so after a signal alone
        is_first = was_asked or alive_s >= policy.stable_after_s
        self._failures = 1 if is_first else self._failures + 1
        delay_s = policy.delay_s(self._failures)
        self._due_s = now_s + delay_s
        _log.warning(
            "process_died name=%s status=%d alive_s=%.1f restart_in_s=%.2f",
            *(self.row.name, status, alive_s, delay_s),
        )

    @property
    def refusal(self) -> str | None:
        """The last line of a process that would not start with these settings, else None."""
        if self.last_status != REFUSED or self.restarts > 0:
            return None
        return self.last_line or "refused its settings"

    @property
    def last_line(self) -> str:
        """The last thing that a process which has ended said; empty where it said nothing."""
        if self._copier is not None:
            self._copier.join(1.0)
        return self._log.last_line().removeprefix("sunra: ")

    def signal_now(self, number: signal.Signals) -> None:
        """Send a signal to the process (KILL: to its whole group); nothing where it is gone."""
        if self._process is None:
            return
        if number == signal.SIGKILL:
            self.kill_group()
        elif self._process.poll() is None:
            self._process.send_signal(number)

    def kill_group(self) -> None:
        """Kill whatever the process has left behind in its group."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within a time."""
        if self._process is None:
            return True
        try:
            self.last_status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self.kill_group()
        _log.info("process_stopped name=%s status=%d", self.row.name, self.last_status)
        self._forget()
        return True

    def stop(self) -> None:
        """INT, then TERM, then KILL, each after the row's patience."""
        self._due_s = None
        for number in ESCALATION:
            self.signal_now(number)
            if self.wait(self.row.stop_within_s):
                return
            _log.warning("process_deaf name=%s signal=%s", self.row.name, number.name)


def python_command(arguments: list[str], parameters_file: Path) -> list[str]:
    """The command line of a process of nodes."""
    return [
        *(sys.executable, "-m", "patrol_ros.process", *arguments),
        *("--ros-args", "--params-file", str(parameters_file), "--disable-rosout-logs"),
    ]
