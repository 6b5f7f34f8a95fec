"""BaseHardware: all devices of a vehicle as one base; decides when the motors may have power."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from navigation.types import BaseStatus, ImuSample
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec
from patrol_base.hardware.battery import BatteryGauge
from patrol_base.hardware.config import HardwareSpec
from patrol_base.hardware.device import DeviceReport
from patrol_base.hardware.gnss_receiver import GnssReceiver
from patrol_base.hardware.imu import Imu
from patrol_base.hardware.link import Link, LinkTiming
from patrol_base.hardware.motor_controller import DriveOrder, MotorController, MotorReport
from patrol_base.hardware.port import Port, SerialPort
from patrol_base.hardware.relay_board import RelayBoard, RelayOrder, RelayReport
from patrol_base.hardware.ublox import ReceiverFix

DRIVE_MAX_AGE_S = TOPICS["/base/drive"].max_age_s or 0.0
IMU_MAX_AGE_S = TOPICS["/imu/data"].max_age_s or 0.0
CORRECTIONS_QUIET_S = 60.0  # a radio that says nothing for so long is opened again
# Cycles, 0.3 s, for which an unknown circuit only silences the base: a program that was held up
# for a moment must not latch the vehicle. The motors are at zero from the first one on.
UNKNOWN_STEPS = 15
OpenPort = Callable[[str, int], Port]


class Device(Protocol):
    """What every driver can do beside its `step`."""

    def report(self, now_s: float) -> DeviceReport:
        """How it stands with the device."""

    def close(self, now_s: float) -> None:
        """Leave the device safe and let go of its port."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What one cycle gives; `base` is None where speed, steering or the circuit are not known."""

    base: BaseStatus | None
    imu: ImuSample | None
    fixes: tuple[ReceiverFix, ...]

    def shifted(self, by_s: float) -> Outputs:
        """The same on another clock, which reads `by_s` more."""
        return Outputs(
            self.base and replace(self.base, stamp_s=self.base.stamp_s + by_s),
            self.imu and replace(self.imu, stamp_s=self.imu.stamp_s + by_s),
            tuple(
                replace(received, fix=replace(received.fix, stamp_s=received.fix.stamp_s + by_s))
                for received in self.fixes
            ),
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
        timing = LinkTiming(CORRECTIONS_QUIET_S, CORRECTIONS_QUIET_S)
        self._radio = Link(port(radio), timing) if radio is not None else None
        self._corrections: deque[bytes] = deque()
        self._battery = BatteryGauge(spec.battery)
        self._order: DriveOrder | None = None
        self._order_s = -math.inf
        self._tilt: ImuSample | None = None
        self._circuit_known = False
        self._unknown_steps = 0
        self._is_stopped = True  # the circuit reads open, or cannot be read
        self._may_turn = False  # the circuit reads closed and the contactor too
        self._lamps = RelayOrder()

    @property
    def devices(self) -> tuple[Device, ...]:
        """Every driver."""
        return self._motors, self._relays, self._imu, self._gnss

    def drive(self, order: DriveOrder, now_s: float) -> None:
        """Take an order; it counts for `DRIVE_MAX_AGE_S`."""
        self._order, self._order_s = order, now_s

    def set_light(self, is_on: bool) -> None:
        """Switch the warning light."""
        self._lamps = replace(self._lamps, light=is_on)

    def set_siren(self, is_on: bool) -> None:
        """Switch the siren."""
        self._lamps = replace(self._lamps, siren=is_on)

    def add_corrections(self, data: bytes) -> None:
        """Queue RTCM 3 bytes, cut anywhere, for the receiver."""
        self._corrections.append(data)

    def step(self, now_s: float) -> Outputs:
        """One cycle of every device."""
        silent_s = now_s - self._order_s
        order = self._order if silent_s <= DRIVE_MAX_AGE_S else None
        cut = silent_s > self._spec.power_off_after_s or (order is not None and order.cut_power)
        released = DriveOrder(0.0, 0.0, cut_power=True)
        motors = self._motors.step(released if cut else order if self._may_turn else None, now_s)
        powered = not cut and motors is not None and not self._is_stopped
        relays = self._relays.step(replace(self._lamps, motor_power=powered), now_s)
        self._is_stopped = relays is None or relays.emergency_stop
        self._may_turn = relays is not None and relays.motor_power and not self._is_stopped
        sample = self._imu.step(now_s)
        self._tilt = sample or self._tilt
        fixes = self._gnss.step(now_s)
        self._correct(now_s)
        return Outputs(self._status(motors, relays, now_s), sample, tuple(fixes))

    def reports(self, now_s: float) -> tuple[DeviceReport, ...]:
        """How it stands with every device."""
        return tuple(device.report(now_s) for device in self.devices)

    def close(self, now_s: float) -> None:
        """Stand, cut the power, let go of every port."""
        for device in self.devices:
            device.close(now_s)
        if self._radio is not None:
            self._radio.close()

    def _correct(self, now_s: float) -> None:
        if self._radio is not None:
            heard = self._radio.poll(now_s)
            if heard:
                self._radio.heard(now_s)
                self._corrections.append(heard)
        while self._corrections:
            self._gnss.add_corrections(self._corrections.popleft(), now_s)

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
            emergency_stop=relays is None or relays.emergency_stop or motors.emergency_stop,
            roll_rad=math.nan if tilt is None else tilt.roll_rad,
            pitch_rad=math.nan if tilt is None else tilt.pitch_rad,
        )


class LineSpec(Protocol):
    """What every device of the hardware file names."""

    @property
    def device(self) -> str:
        """The path of the serial device."""

    @property
    def baud_rate_bps(self) -> int:
        """Its speed."""
