"""Link: keeps a port open, knows when its device was last understood, and why it is not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from patrol_base.hardware.port import Port


class LinkState(StrEnum):
    """How it stands with a device."""

    CLOSED = "closed"  # the port cannot be opened
    SILENT = "silent"  # open, nothing arrives
    NOISE = "noise"  # bytes arrive, but no frame
    ECHO = "echo"  # only what was sent comes back
    REFUSED = "refused"  # it answers, but is not what the hardware file says
    READY = "ready"


_ADVICE = {
    LinkState.SILENT: "nothing arrives: powered, wired, right device?",
    LinkState.NOISE: "bytes arrive but no frame: wrong baud_rate_bps, or another device",
    LinkState.ECHO: "what is sent comes back, but no answer: is the device itself on the line?",
    LinkState.READY: "",
}


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """Seconds of a link's life; pauses between tries double from `first_pause_s`."""

    silent_after_s: float  # not understood for so long: not ready
    reopen_after_s: float = 2.0  # not understood for so long: close and open again
    first_pause_s: float = 0.1
    longest_pause_s: float = 1.0


class Link:
    """An open port, or the next try to open it. Never raises for what a device does."""

    def __init__(self, port: Port, timing: LinkTiming) -> None:
        self.openings = 0  # a driver that sees another number begins anew
        self.refusal = ""  # why a device that answers may not be used
        self._port, self._timing = port, timing
        self._is_open = False
        self._due_s = -math.inf
        self._pause_s = timing.first_pause_s
        self._opened_s = math.inf
        self._heard_s = -math.inf
        self._error = "not opened yet"
        self._strange = self._echoed = 0  # bytes and echoes since it was last understood

    def poll(self, now_s: float) -> bytes:
        """What arrived; opens the port where that is due. Empty while it is closed."""
        if now_s - max(self._heard_s, self._opened_s) > self._timing.reopen_after_s:
            self.close()  # an adapter that hangs may be well again once it is opened anew
        if not self._is_open and not self._open(now_s):
            return b""
        try:
            data = self._port.read()
        except OSError as error:
            self._lose(str(error), now_s)
            return b""
        self._strange += len(data)
        return data

    def send(self, data: bytes, now_s: float) -> bool:
        """Send bytes; False where the port is closed or has just been lost."""
        if not self._is_open:
            return False
        try:
            self._port.write(data)
        except OSError as error:
            self._lose(str(error), now_s)
            return False
        return True

    def heard(self, now_s: float) -> None:
        """A frame that only the right device sends has come."""
        self._heard_s = now_s
        self._pause_s = self._timing.first_pause_s
        self._strange = self._echoed = 0

    def echoed(self) -> None:
        """Something came that was sent by us."""
        self._echoed += 1

    def state(self, now_s: float) -> LinkState:
        """How it stands with the device now."""
        if not self._is_open:
            return LinkState.CLOSED
        if self.refusal:
            return LinkState.REFUSED
        if now_s - self._heard_s <= self._timing.silent_after_s:
            return LinkState.READY
        if self._echoed:
            return LinkState.ECHO
        return LinkState.NOISE if self._strange else LinkState.SILENT

    def reason(self, now_s: float) -> str:
        """What is wrong, for people; empty where nothing is."""
        state = self.state(now_s)
        if state is LinkState.CLOSED:
            return self._error
        return self.refusal if state is LinkState.REFUSED else _ADVICE[state]

    def close(self, *, discard: bool = True) -> None:
        """Let go of the port; `discard`: do not wait for what was sent."""
        self._port.close(discard=discard)
        self._is_open = False

    def _open(self, now_s: float) -> bool:
        if now_s < self._due_s:
            return False
        try:
            self._port.open()
        except OSError as error:
            self._lose(str(error), now_s)
            return False
        self._is_open, self._opened_s, self._heard_s = True, now_s, -math.inf
        self.openings += 1
        self.refusal = ""
        return True

    def _lose(self, error: str, now_s: float) -> None:
        self.close()
        self._error = error
        self._due_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, self._timing.longest_pause_s)
