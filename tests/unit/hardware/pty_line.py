"""A device at the far end of a pseudo-terminal: plugged, unplugged, at a wrong speed, or dumb."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import termios
import threading
import tty
from abc import ABC, abstractmethod
from enum import Enum
from pathlib import Path

from patrol_base.hardware.port import SerialPort

ARRIVES_WITHIN_S = 0.05  # the kernel carries bytes over on its own time
SCRAMBLED = bytes((0xF8, 0x80, 0x1E, 0x00))  # what another speed makes of anything


class CountedPort(SerialPort):
    """Tells the emulator how much is on its way, so that nobody has to guess how long to wait."""

    def __init__(self, device: str, baud_rate_bps: int, emulator: Emulator) -> None:
        super().__init__(device, baud_rate_bps)
        self._emulator = emulator

    def write(self, data: bytes) -> None:
        super().write(data)
        self._emulator.owed += len(data)


class Behaviour(Enum):
    """What stands at the far end."""

    NORMAL = "answers as its manual says"
    ECHO = "sends back what it hears and nothing else"
    MUTE = "says nothing"


class Emulator(ABC):
    """Serves one device; `path` stays the same while the device is unplugged and plugged again.

    It may be plugged and unplugged while another thread serves it.
    """

    def __init__(self, path: Path, baud_rate_bps: int) -> None:
        self._lock = threading.Lock()
        self.path = path
        self.behaviour = Behaviour.NORMAL
        self.garbage = b""  # before whatever is said
        self.owed = 0  # bytes that the driver has written and that are not heard yet
        self.halves = False  # every word comes in two halves, a cycle apart
        self.speed = getattr(termios, f"B{baud_rate_bps}")
        self._half = b""
        self._ends: tuple[int, int] | None = None
        self.plug()

    def plug(self) -> None:
        """Appear under the path, as if switched on."""
        ends = pty.openpty()
        tty.setraw(ends[1])
        os.set_blocking(ends[0], False)
        with self._lock:
            self.path.unlink(missing_ok=True)
            self.path.symlink_to(os.ttyname(ends[1]))
            self._ends, self._half, self.owed = ends, b"", 0
            self.switched_on()

    def unplug(self) -> None:
        """Vanish."""
        with self._lock:
            if self._ends is not None:
                self.path.unlink()
                for end in self._ends:
                    os.close(end)
                self._ends = None

    def serve(self, now_s: float) -> None:
        """Hear what was written and say what there is to say."""
        with self._lock:
            if self._ends is not None:
                self._serve(self._ends, now_s)

    def _serve(self, ends: tuple[int, int], now_s: float) -> None:
        near, far = ends
        heard = self._receive(near)
        said = self._says(heard, termios.tcgetattr(far)[5] == self.speed, now_s)
        if said:
            with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on a real line
                os.write(near, said)
            select.select([far], [], [], ARRIVES_WITHIN_S)

    def _says(self, heard: bytes, is_right_speed: bool, now_s: float) -> bytes:
        if not is_right_speed:
            return SCRAMBLED if heard or self.says_unasked(now_s) else b""
        if self.behaviour is Behaviour.ECHO:
            return heard
        if self.behaviour is Behaviour.MUTE:
            return b""
        said = self.answer(heard, now_s) + self.says_unasked(now_s)
        return self._cut(self.garbage + said if said else b"")

    def _cut(self, said: bytes) -> bytes:
        if not self.halves:
            return said
        middle = len(said) // 2
        said, self._half = self._half + said[:middle], said[middle:]
        return said

    def _receive(self, near: int) -> bytes:
        heard = b""
        while True:
            wait_s = ARRIVES_WITHIN_S if len(heard) < self.owed else 0.0
            if not select.select([near], [], [], wait_s)[0]:
                self.owed = 0
                return heard
            heard += os.read(near, 65536)

    @abstractmethod
    def switched_on(self) -> None:
        """What a device forgets when it was without power."""

    @abstractmethod
    def answer(self, heard: bytes, now_s: float) -> bytes:
        """The answer to what was heard."""

    def says_unasked(self, now_s: float) -> bytes:
        """What the device sends by itself."""
        return b""
