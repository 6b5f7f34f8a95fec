"""An ICP DAS I-7060 (I-7000 DIO Manual, Rev B1.2): four relays, four inputs, a host watchdog."""

from __future__ import annotations

from pathlib import Path

from patrol_base.hardware.dcon import checksum
from tests.unit.hardware.pty_line import Emulator


class DconEmulator(Emulator):
    """Inputs read 1 while open; the host watchdog opens the relays and then ignores orders."""

    def __init__(self, path: Path, baud_rate_bps: int = 9600, *, sums: bool = False) -> None:
        self.module, self.address, self.sums = "7060", "01", sums
        self.open_inputs = 0b0100  # circuit closed, no charging current
        self.safe = self.power_on = 0b1111  # how nobody should leave it
        self.timed_out = False  # kept in its EEPROM
        self.stuck: int | None = None  # relays that read so whatever is written
        self.heard_commands: list[str] = []
        super().__init__(path, baud_rate_bps)

    def switched_on(self) -> None:
        self.relays = self.safe if self.timed_out else self.power_on
        self.watchdog_s = 0.0
        self._fed_s = 0.0
        self._line = b""

    def answer(self, heard: bytes, now_s: float) -> bytes:
        self.watch(now_s)
        self._line += heard
        *lines, self._line = self._line.split(b"\r")
        return b"".join(self._reply(line.decode("ascii", "replace"), now_s) for line in lines)

    def watch(self, now_s: float) -> None:
        """Open the relays when nobody says that the host is well."""
        if self.watchdog_s and now_s - self._fed_s > self.watchdog_s:
            self.timed_out, self.watchdog_s = True, 0.0
            self.relays = self.safe

    def _reply(self, line: str, now_s: float) -> bytes:
        if self.sums:
            line, check = line[:-2], line[-2:]
            if check != checksum(line):
                return b""
        if line == "~**":
            self._fed_s = now_s
            return b""
        if line[1:3] != self.address:
            return b""
        self.heard_commands.append(line)
        said = self._said(line[0], line[3:], now_s)
        return f"{said}{checksum(said) if self.sums else ''}\r".encode()

    def _said(self, kind: str, rest: str, now_s: float) -> str:
        done = f"!{self.address}"
        if kind == "@":
            return self._io(rest)
        if kind == "$":
            return done + {"M": self.module, "F": "B1.2"}.get(rest, "")
        if rest[0] == "3":
            self.watchdog_s = int(rest[2:], 16) / 10 if rest[1] == "1" else 0.0
            self._fed_s = now_s
            return done
        return done + self._setting(rest)

    def _io(self, rest: str) -> str:
        if not rest:
            return f">{self.open_inputs:02X}{self.relays:02X}"
        if self.timed_out:
            return "!"
        self.relays = int(rest, 16) if self.stuck is None else self.stuck
        return ">"

    def _setting(self, rest: str) -> str:
        if rest == "0":
            return "04" if self.timed_out else "00"
        if rest == "1":
            self.timed_out = False
        if rest == "2":
            return f"{round(self.watchdog_s * 10):02X}"
        if rest in ("4P", "4S"):
            return f"{self.power_on if rest[1] == 'P' else self.safe:02X}00"
        if rest == "5P":
            self.power_on = self.relays
        if rest == "5S":
            self.safe = self.relays
        return ""
