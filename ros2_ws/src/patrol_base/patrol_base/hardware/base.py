"""BaseHardware: all devices of a vehicle as one base; decides when the motors may have power."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from navigation.types import AttentionOrder, AttentionReport, BaseStatus, ImuSample
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec
from patrol_base.hardware.attention import BaseAttention
from patrol_base.hardware.battery import BatteryGauge
from patrol_base.hardware.config import HardwareSpec, LineSpec
from patrol_base.hardware.device import DeviceReport, Driver
from patrol_base.hardware.gnss_receiver import GnssReceiver
from patrol_base.hardware.imu import Imu
from patrol_base.hardware.motor_controller import DriveOrder, MotorController, MotorReport
from patrol_base.hardware.port import Port, SerialPort
from patrol_base.hardware.radio import CorrectionsRadio
from patrol_base.hardware.relay_board import RelayBoard, RelayOrder, RelayReport
from patrol_base.hardware.ublox import ReceiverFix

DRIVE_MAX_AGE_S = TOPICS["/base/drive"].max_age_s or 0.0
IMU_MAX_AGE_S = TOPICS["/imu/data"].max_age_s or 0.0
# Cycles, 0.3 s, for which an unknown circuit only silences the base: a program that was held up
# for a moment must not latch the vehicle. The motors are at zero from the first one on.
UNKNOWN_STEPS = 15
RELEASED = DriveOrder(0.0, 0.0, cut_power=True)
OpenPort = Callable[[str, int], Port]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What one cycle gives; `base` is None where speed, steering or the circuit are not known."""

    base: BaseStatus | None
    imu: ImuSample | None
    fixes: tuple[ReceiverFix, ...]
    attention: AttentionReport | None = None

    def shifted(self, by_s: float) -> Outputs:
        """The same on another clock, which reads `by_s` more."""
        return Outputs(
            self.base and self.base.shifted(by_s),
            self.imu and replace(self.imu, stamp_s=self.imu.stamp_s + by_s),
            tuple(
                replace(received, fix=replace(received.fix, stamp_s=received.fix.stamp_s + by_s))
                for received in self.fixes
            ),
            self.attention and replace(self.attention, stamp_s=self.attention.stamp_s + by_s),
        )


class BaseHardware:
    """Steps every driver; `step` once a cycle (50 Hz), `drive` whenever an order came.

    Its clock must never jump: watchdogs run on it.

    The motors have power while orders come, none of which asks for it to be cut, the motor
    controller answers and the circuit reads closed; they turn once the contactor reads closed
    too. There is no base status before speed, steering, circuit, tilt and charge were all known
    once. From then on a circuit that is not known counts as open, and a tilt that is not known is
    no number: the gate latches on both.
    """

    def __init__(
        self, spec: HardwareSpec, vehicle: VehicleSpec, open_port: OpenPort = SerialPort
    ) -> None:
        def port(line: LineSpec) -> Port:
            return open_port(line.device, line.baud_rate_bps)

        self._spec = spec
        self._motors = MotorController(port(spec.motor_controller), spec.motor_controller, vehicle)
        self._relays = RelayBoard(port(spec.relay_board), spec.relay_board)
        self._imu = Imu(port(spec.imu), spec.imu)
        self._gnss = GnssReceiver(port(spec.gnss), spec.gnss)
        radio = spec.gnss.corrections
        self._radio = CorrectionsRadio(port(radio)) if radio is not None else None
        self._battery = BatteryGauge(spec.battery)
        self._order = RELEASED
        self._order_s = -math.inf
        self._tilt: ImuSample | None = None
        self._circuit_known = False
        self._unknown_steps = 0
        self._is_stopped = True  # the circuit reads open, or cannot be read
        self._may_turn = False  # the circuit reads closed and the contactor too
        self._attention = BaseAttention(spec.speaker)

    @property
    def devices(self) -> tuple[Driver, ...]:
        """Every driver."""
        devices = (self._motors, self._relays, self._imu, self._gnss)
        return devices if self._radio is None else (*devices, self._radio)

    def drive(self, order: DriveOrder, now_s: float) -> None:
        """Take an order; it counts for `DRIVE_MAX_AGE_S`, to cut the power until the next."""
        self._order, self._order_s = order, now_s

    def attend(self, order: AttentionOrder, now_s: float) -> None:
        """What to show and to say; it counts until it is stale."""
        self._attention.take(order, now_s)

    def step(self, now_s: float) -> Outputs:
        """One cycle of every device."""
        silent_s = now_s - self._order_s
        cut = self._order.cut_power or silent_s > self._spec.power_off_after_s
        obeys = self._may_turn and silent_s <= DRIVE_MAX_AGE_S
        order = RELEASED if cut else self._order if obeys else None
        motors = self._motors.step(order, now_s)
        powered = not cut and motors is not None and not self._is_stopped
        shown = self._attention.step(now_s)
        relays = self._relays.step(RelayOrder(powered, shown.beacon, shown.siren), now_s)
        self._is_stopped = relays is None or relays.emergency_stop
        self._may_turn = relays is not None and relays.motor_power and not self._is_stopped
        sample = self._imu.step(now_s)
        self._tilt = sample or self._tilt
        fixes = self._gnss.step(now_s)
        for frame in self._radio.step(now_s) if self._radio is not None else ():
            self._gnss.correct(frame, now_s)
        told = self._attention.report(relays, now_s)
        return Outputs(self._status(motors, relays, now_s), sample, tuple(fixes), told)

    def reports(self, now_s: float) -> tuple[DeviceReport, ...]:
        """How it stands with every device."""
        return tuple(device.report(now_s) for device in self.devices)

    def close(self, now_s: float) -> None:
        """Stand, cut the power, fall silent, let go of every port."""
        self._attention.close()
        for device in self.devices:
            device.close(now_s)

    def _status(
        self, motors: MotorReport | None, relays: RelayReport | None, now_s: float
    ) -> BaseStatus | None:
        self._circuit_known |= relays is not None
        self._unknown_steps = 0 if relays is not None else self._unknown_steps + 1
        if motors is None or 0 < self._unknown_steps <= UNKNOWN_STEPS:
            return None
        if math.isfinite(motors.battery_v) and math.isfinite(motors.battery_a):
            self._battery.add(motors.battery_v, motors.battery_a, now_s)
        tilt = self._tilt
        if not self._circuit_known or tilt is None or math.isnan(self._battery.charge_pct):
            return None
        if now_s - tilt.stamp_s > IMU_MAX_AGE_S:
            tilt = None
        return BaseStatus(
            stamp_s=motors.stamp_s,
            speed_mps=motors.speed_mps,
            steering_rad=motors.steering_rad,
            battery_pct=self._battery.charge_pct,
            charging=relays is not None and relays.charging,
            bumped=relays is not None and relays.bumped,
            emergency_stop=relays is None or relays.emergency_stop or motors.emergency_stop,
            roll_rad=math.nan if tilt is None else tilt.roll_rad,
            pitch_rad=math.nan if tilt is None else tilt.pitch_rad,
            motion=None if tilt is None else self._imu.motion,
        )
