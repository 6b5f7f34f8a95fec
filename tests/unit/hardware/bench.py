"""Every emulator on its pseudo-terminal, the drivers of the Goalie before them, one clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from patrol.vehicle import load_vehicle
from patrol_base.hardware.base import BaseHardware, Outputs
from patrol_base.hardware.config import HardwareSpec, load_hardware
from patrol_base.hardware.motor_controller import DriveOrder
from tests.unit.hardware.dcon_emulator import DconEmulator
from tests.unit.hardware.pty_line import CountedPort, Emulator
from tests.unit.hardware.radio_emulator import RadioEmulator
from tests.unit.hardware.roboteq_emulator import RoboteqEmulator
from tests.unit.hardware.ublox_emulator import UbloxEmulator
from tests.unit.hardware.xsens_emulator import XsensEmulator

VEHICLES = Path(__file__).parents[3] / "config" / "vehicles"
VEHICLE = load_vehicle(VEHICLES / "goalie.yaml")
HARDWARE = load_hardware(VEHICLES / "goalie_hardware.yaml", VEHICLE)
STEP_S = 0.02
START_S = 1000.0


def run(
    step: Callable[[float], object], emulators: list[Emulator], now_s: float, for_s: float
) -> float:
    """Cycles of a driver and its emulators; the time after them."""
    for _ in range(round(for_s / STEP_S)):
        now_s += STEP_S
        step(now_s)
        for emulator in emulators:
            emulator.serve(now_s)
    return now_s


def at(folder: Path) -> HardwareSpec:
    """The Goalie's hardware file with its devices in a folder."""
    radio = HARDWARE.gnss.corrections
    assert radio is not None
    radio = replace(radio, device=str(folder / "radio"))
    return replace(
        HARDWARE,
        motor_controller=replace(HARDWARE.motor_controller, device=str(folder / "motors")),
        relay_board=replace(HARDWARE.relay_board, device=str(folder / "relays")),
        imu=replace(HARDWARE.imu, device=str(folder / "imu")),
        gnss=replace(HARDWARE.gnss, device=str(folder / "gnss"), corrections=radio),
    )


def text_at(folder: Path) -> str:
    """The same as a file's text."""
    text = (VEHICLES / "goalie_hardware.yaml").read_text()
    for old, new in zip(HARDWARE.lines, at(folder).lines, strict=True):
        text = text.replace(old.device, new.device)
    return text


class Bench:
    """The whole base: `order` is given anew each cycle while it is not None."""

    def __init__(self, folder: Path) -> None:
        self.motors = RoboteqEmulator(folder / "motors")
        self.relays = DconEmulator(folder / "relays")
        self.imu = XsensEmulator(folder / "imu")
        self.gnss = UbloxEmulator(folder / "gnss")
        self.radio = RadioEmulator(folder / "radio")
        self.hardware = BaseHardware(at(folder), VEHICLE, self._port)
        self.order: DriveOrder | None = None
        self.outputs: list[Outputs] = []
        self.now_s = START_S

    def _port(self, device: str, baud_rate_bps: int) -> CountedPort:
        emulator = next(e for e in self.emulators if str(e.path) == device)
        return CountedPort(device, baud_rate_bps, emulator)

    @property
    def emulators(self) -> list[Emulator]:
        return [self.motors, self.relays, self.imu, self.gnss, self.radio]

    @property
    def last(self) -> Outputs:
        return self.outputs[-1]

    def run(self, for_s: float) -> list[Outputs]:
        """Let time pass; what came out meanwhile."""
        self.outputs = []
        self.now_s = run(self._step, self.emulators, self.now_s, for_s)
        return self.outputs

    def _step(self, now_s: float) -> None:
        self.motors.has_power = bool(self.relays.relays & 1)  # the contactor
        if self.order is not None:
            self.hardware.drive(self.order, now_s)
        self.outputs.append(self.hardware.step(now_s))

    def close(self) -> None:
        """End it."""
        self.hardware.close(self.now_s)
        for emulator in self.emulators:
            emulator.unplug()
