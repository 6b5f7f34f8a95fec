"""The simulated base driver: ramps a command into steering angles and wheel speeds."""

from __future__ import annotations

import math

from patrol.vehicle import VehicleSpec
from simulation.types import DriveCommand

PARKED_MPS = 0.03  # below this with a zero command the brakes close
INTEGRAL_PS = 2.0  # speed controller: error to setpoint correction, 1/s
INTEGRAL_LIMIT_MPS = 0.35


def ackermann_angles(spec: VehicleSpec, steering_rad: float) -> tuple[float, float]:
    """Left and right wheel angle (rad) for an angle of the virtual middle wheel.

    cot(left) = cot(middle) - track / (2 wheelbase), right with + (Ackermann condition; Rajamani,
    Vehicle Dynamics and Control, 2nd ed., section 2.2).
    """
    curvature = math.tan(steering_rad) / spec.wheelbase_m
    half = spec.track_m / 2 * curvature
    tangent = spec.wheelbase_m * curvature
    return math.atan2(tangent, 1 - half), math.atan2(tangent, 1 + half)


def middle_angle(spec: VehicleSpec, left_rad: float, right_rad: float) -> float:
    """The virtual middle wheel's angle: of both wheels' tangents as each of them stands for it.

    Exact for wheels that `ackermann_angles` set; wheels that a kerb has pushed apart or together
    give an angle between the two.
    """
    half = spec.track_m / (2 * spec.wheelbase_m)
    left, right = math.tan(left_rad), math.tan(right_rad)
    return math.atan((left / (1 + half * left) + right / (1 - half * right)) / 2)


def rear_wheel_speeds(
    spec: VehicleSpec, speed_mps: float, steering_rad: float
) -> tuple[float, float]:
    """Left and right rear wheel rate (rad/s) of a vehicle that turns without slip."""
    half = spec.track_m / 2 * math.tan(steering_rad) / spec.wheelbase_m
    return (
        speed_mps * (1 - half) / spec.wheel_radius_m,
        speed_mps * (1 + half) / spec.wheel_radius_m,
    )


class BaseDriver:
    """Ramps within the vehicle's limits; emergency stop, cut power or a stand close the brakes."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._correction_mps = 0.0
        self.setpoint_mps = 0.0
        self.steering_rad = 0.0
        self.braking = True
        self.powered = True  # whether the motors' contactor is closed
        self.slowing_mps2 = 0.0  # how hard the ramp slows down now; all four wheels share it

    def step(
        self, drive: DriveCommand, measured_mps: float, emergency_stop: bool, duration_s: float
    ) -> None:
        """Move setpoint and steering towards the command for one control period."""
        spec = self._spec
        target = max(-spec.max_speed_mps, min(spec.max_speed_mps, drive.speed_mps))
        if not (math.isfinite(drive.speed_mps) and math.isfinite(drive.steering_rad)):
            target = 0.0
        elif not emergency_stop and not drive.cut_power:
            self._steer(drive.steering_rad, duration_s)
        self.slowing_mps2 = 0.0
        self.powered = not (emergency_stop or drive.cut_power)
        if not self.powered:
            self.setpoint_mps, self._correction_mps, self.braking = 0.0, 0.0, True
            return
        self.braking = target == 0.0 and abs(measured_mps) < PARKED_MPS
        if self.braking:
            self.setpoint_mps, self._correction_mps = 0.0, 0.0
            return
        slower = abs(target) < abs(self.setpoint_mps) or target * self.setpoint_mps < 0
        rate = spec.max_deceleration_mps2 if slower else spec.max_acceleration_mps2
        change = max(-rate * duration_s, min(rate * duration_s, target - self.setpoint_mps))
        self.setpoint_mps += change
        self.slowing_mps2 = abs(change) / duration_s if slower else 0.0
        error = self.setpoint_mps - measured_mps
        wanted = self._correction_mps + INTEGRAL_PS * error * duration_s
        self._correction_mps = max(-INTEGRAL_LIMIT_MPS, min(INTEGRAL_LIMIT_MPS, wanted))

    def _steer(self, steering_rad: float, duration_s: float) -> None:
        spec = self._spec
        wanted = max(-spec.max_steering_rad, min(spec.max_steering_rad, steering_rad))
        step = spec.max_steering_rate_radps * duration_s
        self.steering_rad += max(-step, min(step, wanted - self.steering_rad))

    @property
    def motor_mps(self) -> float:
        """What the motors are told: the setpoint and what the speed controller adds."""
        return self.setpoint_mps + self._correction_mps
