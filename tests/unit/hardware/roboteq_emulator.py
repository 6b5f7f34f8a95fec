"""A Roboteq controller with a motor and a steering actuator (User Manual V2.0, 8 July 2019)."""

from __future__ import annotations

from pathlib import Path

from tests.unit.hardware.pty_line import Emulator

RPM_PER_S = 20_000.0
EMERGENCY_STOP = 16


class RoboteqEmulator(Emulator):
    """Channel 1 drives, channel 2 steers; echoes until told not to, as shipped."""

    def __init__(self, path: Path, baud_rate_bps: int = 115_200) -> None:
        self.modes, self.pulses = [1, 2], [1024, 0]
        self.commands: list[str] = []
        self.battery_v, self.battery_a = 53.0, 4.0
        self.stop_input = False
        self.has_power = True  # of the motors
        super().__init__(path, baud_rate_bps)

    def switched_on(self) -> None:
        self.watchdog_ms, self.echoes = 1000, True
        self.wanted_rpm = self.position = 0
        self.rpm = 0.0
        self.stopped = False
        self._line = b""
        self._commanded_s: float | None = None
        self._last_s: float | None = None

    @property
    def flags(self) -> int:
        return EMERGENCY_STOP if self.stopped or self.stop_input else 0

    def answer(self, heard: bytes, now_s: float) -> bytes:
        self.move(now_s)
        self._line += heard
        *lines, self._line = self._line.split(b"\r")
        said = [self._reply(line.decode("ascii", "replace"), now_s) for line in lines]
        return (heard if self.echoes else b"") + b"".join(said)

    def move(self, now_s: float) -> None:
        """The motor follows; the watchdog stops it, and any command sets it going again."""
        last_s, self._last_s = self._last_s, now_s
        silent = self._commanded_s is None or (
            self.watchdog_ms and now_s - self._commanded_s > self.watchdog_ms / 1000
        )
        turns = self.has_power and not silent and not self.flags
        step = RPM_PER_S * (now_s - (last_s if last_s is not None else now_s))
        wanted = self.wanted_rpm if turns else 0
        self.rpm += max(-step, min(step, wanted - self.rpm))

    def _reply(self, line: str, now_s: float) -> bytes:
        if not line:
            return b""
        kind, name, *values = line[0], *line[1:].split()
        if kind == "!":
            self.commands.append(line)
            self._commanded_s = now_s
            return b"+\r" if self._command(name, [int(v) for v in values]) else b"-\r"
        if kind == "^" and name in ("RWD", "ECHOF"):
            if name == "RWD":
                self.watchdog_ms = int(values[0])
            else:
                self.echoes = values[0] != "1"
            return b"+\r"
        text = self._text(kind, name)
        return b"-\r" if text is None else f"{name}={text}\r".encode()

    def _command(self, name: str, values: list[int]) -> bool:
        if name == "S" and values[0] == 1:
            self.wanted_rpm = values[1]
        elif name == "G" and values[0] == 2:
            self.position = values[1]
        elif name == "EX":
            self.stopped = True
        elif name == "MG":
            self.stopped = False
        else:
            return False
        return True

    def _text(self, kind: str, name: str) -> str | None:
        return {
            "~RWD": f"{self.watchdog_ms}",
            "~MMOD": ":".join(map(str, self.modes)),
            "~EPPR": ":".join(map(str, self.pulses)),
            "?FID": "Roboteq v2.0 FBL2360 07/08/2019",
            "?TRN": "RCB500:FBL2360",
            "?S": f"{round(self.rpm)}:0",
            "?F": f"0:{self.position}",
            "?V": f"120:{round(self.battery_v * 10)}:4990",
            "?BA": f"{round(self.battery_a * 10)}:0",
            "?FF": f"{self.flags}",
        }.get(kind + name)
