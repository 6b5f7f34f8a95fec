"""The vehicle under test: a kinematic bicycle whose wheels and drive answer late.

base_link is the rear axle's middle. x' = v cos yaw, y' = v sin yaw, yaw' = v tan(steering) / L
(Rajamani, Vehicle Dynamics and Control, sec. 2.2, no side slip). A command waits for its dead
time, then steering and speed follow it by a first-order lag; the steering's speed and the lock
are limited, all as the vehicle file says.
"""

from __future__ import annotations

import math
from collections import deque

from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

STEP_S = 0.002


class Bicycle:
    """One vehicle; `pose` is the truth."""

    def __init__(self, spec: VehicleSpec, pose: Pose2) -> None:
        self.pose = pose
        self.speed_mps = 0.0
        self.steering_rad = 0.0
        self._spec = spec
        self._speeds = _delayed(spec.actuation.drive_dead_time_s)
        self._angles = _delayed(spec.actuation.steering_dead_time_s)

    def drive(self, speed_mps: float, steering_rad: float, duration_s: float) -> None:
        """Hold a command for a while, a multiple of `STEP_S`."""
        for _ in range(round(duration_s / STEP_S)):
            self._step(speed_mps, steering_rad)

    def _step(self, speed_mps: float, steering_rad: float) -> None:
        spec, lag = self._spec, self._spec.actuation
        self._speeds.append(speed_mps)
        self._angles.append(_within(steering_rad, spec.max_steering_rad))
        change = (self._speeds.popleft() - self.speed_mps) * STEP_S / lag.drive_lag_s
        self.speed_mps += _within(change, spec.max_deceleration_mps2 * STEP_S)
        turn = (self._angles.popleft() - self.steering_rad) * STEP_S / lag.steering_lag_s
        self.steering_rad += _within(turn, spec.max_steering_rate_radps * STEP_S)
        travel = self.speed_mps * STEP_S
        yaw = travel * math.tan(self.steering_rad) / spec.wheelbase_m
        x, y = self.pose.transform(travel * math.cos(yaw / 2), travel * math.sin(yaw / 2))
        self.pose = Pose2(x, y, self.pose.yaw_rad + yaw)


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)


def _delayed(dead_time_s: float) -> deque[float]:
    """A queue of zeros as long as the dead time."""
    return deque([0.0] * round(dead_time_s / STEP_S))
