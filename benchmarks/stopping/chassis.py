"""A bicycle whose drive and steering answer as late as the vehicle file says."""

from __future__ import annotations

import math
from collections import deque

from navigation.types import Command, steering_for
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

STEP_S = 0.02


class Chassis:
    """Where base_link is, and how it moves; it starts at rest in the origin."""

    def __init__(self, spec: VehicleSpec) -> None:
        self.pose = Pose2(0.0, 0.0, 0.0)
        self.speed_mps = 0.0
        self.steering_rad = 0.0
        self.travelled_m = 0.0
        self._spec = spec
        self._speeds = _delayed(spec.actuation.drive_dead_time_s)
        self._angles = _delayed(spec.actuation.steering_dead_time_s)

    @property
    def yaw_rate_radps(self) -> float:
        """Of the wheels as they stand and turn now."""
        return self.speed_mps * math.tan(self.steering_rad) / self._spec.wheelbase_m

    def step(self, command: Command) -> None:
        """Obey for STEP_S."""
        spec, lag = self._spec, self._spec.actuation
        steering = steering_for(command, spec.wheelbase_m)
        self._speeds.append(command.speed_mps)
        self._angles.append(self.steering_rad if steering is None else steering)
        change = (self._speeds.popleft() - self.speed_mps) * min(1.0, STEP_S / lag.drive_lag_s)
        hardest = spec.max_deceleration_mps2 * STEP_S
        self.speed_mps += min(max(change, -hardest), hardest)
        turn = (self._angles.popleft() - self.steering_rad) * STEP_S / lag.steering_lag_s
        fastest = spec.max_steering_rate_radps * STEP_S
        self.steering_rad += min(max(turn, -fastest), fastest)
        travel = self.speed_mps * STEP_S
        yaw = travel * math.tan(self.steering_rad) / spec.wheelbase_m
        x, y = self.pose.transform(travel * math.cos(yaw / 2), travel * math.sin(yaw / 2))
        self.pose = Pose2(x, y, self.pose.yaw_rad + yaw)
        self.travelled_m += travel


def _delayed(dead_time_s: float) -> deque[float]:
    """A queue of zeros as long as the dead time."""
    return deque([0.0] * round(dead_time_s / STEP_S))
