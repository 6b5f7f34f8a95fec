"""Speaker: a program that speaks what it reads, as `espeak-ng -v ko --stdin` does."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import subprocess

from navigation.types import Announcement, SpeechStatus
from patrol_base.hardware.config import SpeakerSpec

log = logging.getLogger(__name__)


class Speaker:
    """Says one announcement at a time; `step` every cycle, which never waits for the program."""

    def __init__(self, spec: SpeakerSpec) -> None:
        self._spec = spec
        self._program: subprocess.Popen[bytes] | None = None
        self._killed: list[subprocess.Popen[bytes]] = []  # not waited for: a driver may hang
        self._until_s = math.inf
        self.announcement_id = ""
        self.status, self.reason = SpeechStatus.NONE, ""

    def say(self, announcement: Announcement, now_s: float) -> None:
        """Begin to say it, in place of what is being said."""
        self.close()
        self.announcement_id, self.reason = announcement.announcement_id, ""
        self.status, self._until_s = SpeechStatus.SPEAKING, now_s + self._spec.at_most_s
        try:
            self._program = subprocess.Popen(
                self._spec.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            assert self._program.stdin is not None
            with self._program.stdin as stdin:  # a message is far smaller than a pipe
                stdin.write(announcement.text.encode())
        except OSError as error:
            self._fail(f"{self._spec.command[0]}: {error.strerror}")

    def step(self, now_s: float) -> None:
        """Note whether the program has ended, and end one that goes on for too long."""
        self._killed = [program for program in self._killed if program.poll() is None]
        if self._program is None:
            return
        code = self._program.poll()
        if code is not None:
            self._program = None
            if code == 0:
                self.status = SpeechStatus.DONE
            else:
                self._fail(f"{self._spec.command[0]}: ended with {code}")
        elif now_s > self._until_s:
            self._fail(f"{self._spec.command[0]}: not done within {self._spec.at_most_s:g} s")

    def _fail(self, reason: str) -> None:
        self.close()
        self.status, self.reason = SpeechStatus.FAILED, reason
        log.warning("announcement_failed id=%s why=%r", self.announcement_id, reason)

    def close(self) -> None:
        """Say nothing more."""
        program, self._program = self._program, None
        if program is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)  # and whatever it has started
            self._killed.append(program)
