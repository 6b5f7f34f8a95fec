"""The base's electronics that Gazebo lacks: ramps, brakes, battery; and what the wheels did."""

from __future__ import annotations

import math
from dataclasses import dataclass

from navigation.types import BaseStatus, BodyMotion
from patrol.vehicle import GRAVITY_MPS2, VehicleSpec
from simulation.mujoco.drive import BaseDriver, middle_angle, rear_wheel_speeds
from simulation.sensors.battery import Battery
from simulation.types import DriveCommand

STANDING_MPS = 0.02
ROLLING_RESISTANCE = 0.015  # of the weight; Gazebo's wheels roll without loss


@dataclass(frozen=True, slots=True)
class Wheels:
    """What the wheels do: speed of base_link, angle of the virtual middle wheel."""

    speed_mps: float = 0.0
    steering_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class WheelCommand:
    """What Gazebo's joints are told; wheel rates in rad/s."""

    rear_left_radps: float
    rear_right_radps: float
    steering_rad: float


def wheels_of(joints: dict[str, tuple[float, float]], spec: VehicleSpec) -> Wheels | None:
    """Speed and steering from positions and rates by joint name; None while one is missing."""
    try:
        left, right = (joints[f"front_{side}_steering_joint"][0] for side in ("left", "right"))
        rates = [joints[f"rear_{side}_wheel_joint"][1] for side in ("left", "right")]
    except KeyError:
        return None
    return Wheels(spec.wheel_radius_m * sum(rates) / 2, middle_angle(spec, left, right))


class GazeboBase:
    """One step a control period; holds the driver's ramps and the battery's charge."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._driver = BaseDriver(spec)
        self._battery = Battery(spec)

    def step(self, drive: DriveCommand, wheels: Wheels, duration_s: float) -> WheelCommand:
        """Ramp a drive command within the vehicle's limits."""
        self._driver.step(drive, wheels.speed_mps, False, duration_s)
        speed_mps = 0.0 if self._driver.braking else self._driver.motor_mps
        left, right = rear_wheel_speeds(self._spec, speed_mps, wheels.steering_rad)
        return WheelCommand(left, right, self._driver.steering_rad)

    def report(
        self,
        wheels: Wheels,
        tilt_rad: tuple[float, float],
        on_dock: bool,
        stamp_s: float,
        duration_s: float,
        motion: BodyMotion | None = None,
    ) -> BaseStatus:
        """What the base measures; `tilt_rad` is roll and pitch (nose down positive)."""
        standing = self._driver.braking and abs(wheels.speed_mps) < STANDING_MPS
        charging = standing and on_dock
        self._battery.step(self._drive_w(wheels.speed_mps, tilt_rad[1]), charging, duration_s)
        return BaseStatus(
            stamp_s=stamp_s,
            speed_mps=0.0 if standing else wheels.speed_mps,
            steering_rad=wheels.steering_rad,
            battery_pct=self._battery.charge_pct,
            charging=charging,
            emergency_stop=False,
            roll_rad=tilt_rad[0],
            pitch_rad=tilt_rad[1],
            motion=motion,
        )

    def _drive_w(self, speed_mps: float, pitch_rad: float) -> float:
        """Mechanical power at the wheels against rolling and slope, W."""
        share = ROLLING_RESISTANCE * math.copysign(1.0, speed_mps) - math.sin(pitch_rad)
        return self._spec.mass_kg * GRAVITY_MPS2 * share * speed_mps
