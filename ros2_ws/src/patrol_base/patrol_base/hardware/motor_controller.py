"""MotorController: drives and steers through a Roboteq controller, and reads it back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.vehicle import VehicleSpec
from patrol_base.hardware import roboteq
from patrol_base.hardware.config import MotorControllerSpec
from patrol_base.hardware.device import Driver
from patrol_base.hardware.lines import LineReader
from patrol_base.hardware.link import LinkTiming
from patrol_base.hardware.port import Port

SILENT_AFTER_S = 0.15
SETUP_EVERY_S = 0.2
RELEASE_WITHIN_S = 0.5  # from `!MG` to a cleared emergency-stop flag
# One of these a step beside speed and position, so each at least every 0.12 s at 50 Hz.
_SLOW = (
    roboteq.query("FF"),
    roboteq.query("V"),
    roboteq.query("FF"),
    roboteq.query("BA"),
    roboteq.query("FF"),
    roboteq.read_setting("RWD"),
)
# Of the answer to `?V`: internal, battery, 5 V supply.
_BATTERY = 2
_IDENTITY = (roboteq.query("FID"), roboteq.query("TRN"))


@dataclass(frozen=True, slots=True)
class MotorReport:
    """What the controller measures; `stamp_s` is when the older of speed and steering came."""

    stamp_s: float
    speed_mps: float
    steering_rad: float
    battery_v: float  # NaN where it is not known yet
    battery_a: float
    emergency_stop: bool  # the controller's own input, not our command


@dataclass(frozen=True, slots=True)
class DriveOrder:
    """What the base shall do; `cut_power`: release the motors too."""

    speed_mps: float
    steering_rad: float
    cut_power: bool = False


class MotorController(Driver):
    """Sends a speed and an angle each step; nothing before the controller is what it should be.

    The controller's own watchdog stops it when no command comes. After that, any command at all
    sets the motors going at the old speed (manual, RWD), so the first word on an opened line is
    always speed zero.
    """

    name = "motor_controller"

    def __init__(self, port: Port, spec: MotorControllerSpec, vehicle: VehicleSpec) -> None:
        self._spec = spec
        self._rpm_per_mps = 60 * spec.drive.gear_ratio / (2 * math.pi * vehicle.wheel_radius_m)
        self._expected = _expected_settings(spec)
        super().__init__(port, LinkTiming(SILENT_AFTER_S))

    def _begin(self) -> None:
        self._lines = LineReader()
        self._problems: dict[str, str] = {}  # of each setting that was read; empty: none
        self._values: dict[str, tuple[tuple[int, ...], float]] = {}
        self._setup_s = -math.inf
        self._steps = 0
        self._to_release = True  # an emergency stop of ours may stand, from before or from now
        self._released_s = -math.inf
        self._refused = 0

    @property
    def _is_set_up(self) -> bool:
        return self._problems.keys() == self._expected.keys() and not any(self._problems.values())

    def step(self, order: DriveOrder | None, now_s: float) -> MotorReport | None:
        """One cycle: read, answer, command (`None`: stand). None while it is not known well."""
        data = self._poll(now_s)
        for line in self._lines.feed(data):
            self._take(roboteq.parse_line(line), now_s)
        if self._is_set_up:
            self._command(order, now_s)
        elif now_s - self._setup_s >= SETUP_EVERY_S:
            self._set_up(now_s)
        return self._report(now_s)

    def _readings(self) -> dict[str, str]:
        readings = {"refused_commands": str(self._refused)}
        drive, steering = self._spec.drive.channel, self._spec.steering.channel
        for label, name, channel, scale in (
            ("battery_v", "V", _BATTERY, 10),
            ("drive_a", "BA", drive, 10),
            ("drive_rpm", "S", drive, 1),
            ("steering_permille", "F", steering, 1),
        ):
            value = self._value(name, channel)
            if value is not None:
                readings[label] = f"{value[0] / scale:g}"
        if "FF" in self._values:
            readings["faults"] = self._faults().name or "none"
        return readings

    def close(self, now_s: float) -> None:
        """Stand still and let go of the port."""
        self._link.send(self._standstill(), now_s)
        super().close(now_s)

    def _standstill(self) -> bytes:
        return roboteq.set_speed(self._spec.drive.channel, 0)

    def _set_up(self, now_s: float) -> None:
        self._setup_s = now_s
        watchdog = roboteq.write_setting("RWD", _watchdog_ms(self._spec))
        silence = roboteq.write_setting("ECHOF", 1)
        # The first carriage return ends whatever half a line the controller has.
        self._link.send(b"\r" + self._standstill() + silence + watchdog, now_s)
        asked = [roboteq.read_setting(name) for name in self._expected]
        self._link.send(b"".join((*asked, *_IDENTITY)), now_s)

    def _command(self, order: DriveOrder | None, now_s: float) -> None:
        self._steps += 1
        words = []
        if order is not None and order.cut_power:
            words += [self._standstill(), roboteq.EMERGENCY_STOP]
            self._to_release = True
        else:
            words += self._drive(order)
            if order is not None and (self._to_release or self._is_stopped_by_flag()):
                words.append(roboteq.RELEASE)  # behind a speed, so that no old one comes back
                self._released_s = now_s if self._to_release else self._released_s
                self._to_release = False
        words += [roboteq.query("S"), roboteq.query("F"), _SLOW[self._steps % len(_SLOW)]]
        self._link.send(b"".join(words), now_s)

    def _drive(self, order: DriveOrder | None) -> list[bytes]:
        if order is None or not (
            math.isfinite(order.speed_mps) and math.isfinite(order.steering_rad)
        ):
            return [self._standstill()]
        drive, steering = self._spec.drive, self._spec.steering
        sign = -1 if drive.reversed else 1
        angle = (order.steering_rad - steering.trim_rad) / steering.full_scale_rad
        return [
            roboteq.set_speed(drive.channel, sign * order.speed_mps * self._rpm_per_mps),
            roboteq.go_to(steering.channel, -angle if steering.reversed else angle),
        ]

    def _is_stopped_by_flag(self) -> bool:
        return bool(self._faults() & roboteq.Fault.EMERGENCY_STOP)

    def _take(self, said: roboteq.Answer | roboteq.Signal, now_s: float) -> None:
        if said is roboteq.Signal.ECHO:
            self._link.echoed()
        elif said is roboteq.Signal.REFUSED:
            self._refused += 1
        elif isinstance(said, roboteq.Answer):
            self._answered(said, now_s)

    def _answered(self, answer: roboteq.Answer, now_s: float) -> None:
        if answer.name in ("FID", "TRN"):
            self._identity[answer.name] = answer.text
        elif not answer.values:
            return
        elif answer.name in self._expected:
            self._check(answer)
        else:
            self._values[answer.name] = (answer.values, now_s)
        self._link.heard(now_s)

    def _check(self, answer: roboteq.Answer) -> None:
        found = dict(enumerate(answer.values, start=1))  # by channel
        self._problems[answer.name] = "; ".join(
            f"{answer.name} is {answer.text}: {meaning} must be {wanted}"
            for channel, wanted, meaning in self._expected[answer.name]
            if found.get(channel) != wanted
        )
        self._link.refusal = "; ".join(filter(None, self._problems.values()))

    def _value(self, name: str, channel: int) -> tuple[int, float] | None:
        values, stamp_s = self._values.get(name, ((), -math.inf))
        return (values[channel - 1], stamp_s) if len(values) >= channel else None

    def _faults(self) -> roboteq.Fault:
        value = self._value("FF", 1)
        return roboteq.Fault(value[0] & 0xFF if value else 0)

    def _report(self, now_s: float) -> MotorReport | None:
        rpm = self._value("S", self._spec.drive.channel)
        position = self._value("F", self._spec.steering.channel)
        if rpm is None or position is None or "FF" not in self._values or not self._is_set_up:
            return None
        stamp_s = min(rpm[1], position[1])
        if now_s - stamp_s > SILENT_AFTER_S:
            return None
        drive, steering = self._spec.drive, self._spec.steering
        speed = rpm[0] / self._rpm_per_mps
        angle = position[0] / roboteq.FULL_SCALE * steering.full_scale_rad
        voltage, current = self._value("V", _BATTERY), self._values.get("BA")
        flagged = self._is_stopped_by_flag() and not self._to_release
        return MotorReport(
            stamp_s=stamp_s,
            speed_mps=-speed if drive.reversed else speed,
            steering_rad=(-angle if steering.reversed else angle) + steering.trim_rad,
            battery_v=voltage[0] / 10 if voltage else math.nan,
            battery_a=sum(current[0]) / 10 if current else math.nan,
            emergency_stop=flagged and now_s - self._released_s > RELEASE_WITHIN_S,
        )


def _watchdog_ms(spec: MotorControllerSpec) -> int:
    return round(spec.watchdog_s * 1000)


def _expected_settings(
    spec: MotorControllerSpec,
) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """Setting → (channel, value, what it is) for each channel that matters."""
    drive, steering = spec.drive, spec.steering
    return {
        "RWD": ((1, _watchdog_ms(spec), "the watchdog (ms)"),),
        "MMOD": (
            (drive.channel, roboteq.CLOSED_LOOP_SPEED, "the drive's closed-loop speed mode"),
            (
                steering.channel,
                roboteq.CLOSED_LOOP_POSITION_RELATIVE,
                "the steering's closed-loop relative position mode",
            ),
        ),
        "EPPR": ((drive.channel, drive.encoder_pulses_per_rev, "the drive's encoder pulses"),),
    }
