"""The hardware file (config/vehicles/*_hardware.yaml): which device is where, and what it does."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patrol.config import load_config
from patrol.errors import ConfigError
from patrol.vehicle import VehicleSpec
from patrol_base.hardware.dcon import CHANNELS

BAUD_RATES_BPS = (4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)
RECEIVER_PORTS = ("uart1", "uart2", "usb")


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")


def _check_channels(named: Sequence[tuple[str, int]], what: str) -> None:
    """Each names one of the relay board's channels, and no two the same."""
    for index, (name, channel) in enumerate(named):
        _in_range(name, channel, CHANNELS[0], CHANNELS[-1])
        for other, taken in named[:index]:
            if channel == taken:
                raise ValueError(f"{name}: {what} {channel} is {other}'s too")


@dataclass(frozen=True, slots=True)
class LineSpec:
    """The serial line of a device."""

    device: str
    baud_rate_bps: int

    def __post_init__(self) -> None:
        if not self.device.startswith("/"):
            raise ValueError(
                f"device: {self.device!r} is no absolute path, as /dev/serial/by-id/…"
            )
        if self.baud_rate_bps not in BAUD_RATES_BPS:
            allowed = ", ".join(map(str, BAUD_RATES_BPS))
            raise ValueError(f"baud_rate_bps: {self.baud_rate_bps} is none of: {allowed}")


@dataclass(frozen=True, slots=True)
class DriveChannel:
    """The motor of the rear axle, in closed-loop speed mode with an encoder."""

    channel: int
    gear_ratio: float  # turns of the motor for one of the wheel
    encoder_pulses_per_rev: int  # as the controller has it (EPPR); compared at the start
    reversed: bool = False

    def __post_init__(self) -> None:
        _in_range("channel", self.channel, 1, 3)
        _in_range("gear_ratio", self.gear_ratio, 0.1, 500)
        _in_range("encoder_pulses_per_rev", self.encoder_pulses_per_rev, 1, 32_767)


@dataclass(frozen=True, slots=True)
class SteeringChannel:
    """The steering actuator, in closed-loop relative position mode with an absolute sensor.

    Angles are of the virtual middle front wheel, left positive.
    """

    channel: int
    full_scale_rad: float  # the angle at the controller's 1000
    trim_rad: float = 0.0  # the angle at the controller's 0
    reversed: bool = False

    def __post_init__(self) -> None:
        _in_range("channel", self.channel, 1, 3)
        _in_range("full_scale_rad", self.full_scale_rad, 0.05, 1.5)
        _in_range("trim_rad", self.trim_rad, -0.2, 0.2)


@dataclass(frozen=True, slots=True)
class MotorControllerSpec(LineSpec):
    """A Roboteq controller: one channel drives, one steers."""

    watchdog_s: float  # of the controller itself (RWD): no command for so long, it stops
    drive: DriveChannel
    steering: SteeringChannel

    def __post_init__(self) -> None:
        LineSpec.__post_init__(self)  # `slots` makes the class anew, which `super()` does not know
        _in_range("watchdog_s", self.watchdog_s, 0.1, 0.5)
        if self.drive.channel == self.steering.channel:
            raise ValueError(f"steering: channel {self.drive.channel} is the drive's")


@dataclass(frozen=True, slots=True)
class BatteryPoint:
    """Charge at an open-circuit voltage."""

    voltage_v: float
    charge_pct: float

    def __post_init__(self) -> None:
        _in_range("voltage_v", self.voltage_v, 0, 1000)
        _in_range("charge_pct", self.charge_pct, 0, 100)


@dataclass(frozen=True, slots=True)
class BatterySpec:
    """How a voltage tells the charge; `curve` rises."""

    resistance_ohm: float  # voltage lost per ampere
    curve: tuple[BatteryPoint, ...]

    def __post_init__(self) -> None:
        _in_range("resistance_ohm", self.resistance_ohm, 0, 1)
        if len(self.curve) < 2:
            raise ValueError("curve: needs two points or more")
        for low, high in itertools.pairwise(self.curve):
            if not (low.voltage_v < high.voltage_v and low.charge_pct <= high.charge_pct):
                raise ValueError(f"curve: does not rise at {high.voltage_v:g} V")


@dataclass(frozen=True, slots=True)
class RelayRoles:
    """Which relay (1 to 4) does what."""

    motor_power: int
    light: int
    siren: int

    def __post_init__(self) -> None:
        names = ("motor_power", "light", "siren")
        _check_channels([(name, getattr(self, name)) for name in names], "relay")


@dataclass(frozen=True, slots=True)
class InputRoles:
    """Which inputs (1 to 4) are what."""

    emergency_stop: tuple[int, ...]  # each closed while all is well; one open one stops
    charging: int  # closed while charging current flows
    bumper: int | None = None  # of all safety edges in series: closed while none is pressed

    def __post_init__(self) -> None:
        if not self.emergency_stop:
            raise ValueError("emergency_stop: names no input")
        named = [("emergency_stop", channel) for channel in self.emergency_stop]
        named.append(("charging", self.charging))
        if self.bumper is not None:
            named.append(("bumper", self.bumper))
        _check_channels(named, "input")


@dataclass(frozen=True, slots=True)
class RelayBoardSpec(LineSpec):
    """An ICP DAS I-7060 or M-7060 on RS-485, DCON protocol."""

    address: int
    watchdog_s: float  # of the board itself: not heard of for so long, its relays fall open
    relays: RelayRoles
    inputs: InputRoles
    checksum: bool = False

    def __post_init__(self) -> None:
        LineSpec.__post_init__(self)
        _in_range("address", self.address, 0, 255)
        _in_range("watchdog_s", self.watchdog_s, 0.3, 2.0)


@dataclass(frozen=True, slots=True)
class ImuSpec(LineSpec):
    """An Xsens MTi; the mounting turns the sensor's axes into the vehicle's (roll, pitch, yaw)."""

    mounting_roll_rad: float = 0.0
    mounting_pitch_rad: float = 0.0
    mounting_yaw_rad: float = 0.0

    def __post_init__(self) -> None:
        LineSpec.__post_init__(self)
        for name in ("mounting_roll_rad", "mounting_pitch_rad", "mounting_yaw_rad"):
            _in_range(name, getattr(self, name), -math.pi, math.pi)


@dataclass(frozen=True, slots=True)
class GnssSpec(LineSpec):
    """A u-blox receiver of generation 9 or later."""

    receiver_port: str  # the receiver's own name of the line: uart1, uart2, usb
    rate_hz: float = 5.0
    latency_s: float = 0.1  # from the moment of the fix to its arrival
    corrections: LineSpec | None = None  # RTCM 3, as of a radio modem

    def __post_init__(self) -> None:
        LineSpec.__post_init__(self)
        if self.receiver_port not in RECEIVER_PORTS:
            allowed = ", ".join(RECEIVER_PORTS)
            raise ValueError(f"receiver_port: {self.receiver_port!r} is none of: {allowed}")
        _in_range("rate_hz", self.rate_hz, 1, 10)
        _in_range("latency_s", self.latency_s, 0, 0.5)


@dataclass(frozen=True, slots=True)
class SpeakerSpec:
    """A program that speaks the UTF-8 text it reads, and then ends with 0."""

    command: tuple[str, ...]
    at_most_s: float = 45.0  # for one announcement

    def __post_init__(self) -> None:
        if not self.command or not self.command[0]:
            raise ValueError("command: names no program")
        _in_range("at_most_s", self.at_most_s, 1, 55)


@dataclass(frozen=True, slots=True)
class HardwareSpec:
    """All devices of a vehicle."""

    motor_controller: MotorControllerSpec
    relay_board: RelayBoardSpec
    imu: ImuSpec
    gnss: GnssSpec
    battery: BatterySpec
    speaker: SpeakerSpec | None = None
    power_off_after_s: float = 1.0  # /base/drive silent for so long: the motors' power is cut

    def __post_init__(self) -> None:
        _in_range("power_off_after_s", self.power_off_after_s, 0.2, 5.0)
        devices = [line.device for line in self.lines]
        for device in devices:
            if devices.count(device) > 1:
                raise ValueError(f"device: {device} is named twice")

    @property
    def lines(self) -> tuple[LineSpec, ...]:
        """Every serial line."""
        lines = (self.motor_controller, self.relay_board, self.imu, self.gnss)
        radio = self.gnss.corrections
        return lines if radio is None else (*lines, radio)


def load_hardware(path: Path, vehicle: VehicleSpec) -> HardwareSpec:
    """A hardware file for a vehicle; raises ConfigError."""
    spec = load_config(path, HardwareSpec)
    steering = spec.motor_controller.steering
    if steering.full_scale_rad - abs(steering.trim_rad) < vehicle.max_steering_rad:
        raise ConfigError(
            f"{path}: full_scale_rad: {steering.full_scale_rad:g} does not reach "
            f"{vehicle.name}'s max_steering_rad of {vehicle.max_steering_rad:g} to either side"
        )
    return spec
