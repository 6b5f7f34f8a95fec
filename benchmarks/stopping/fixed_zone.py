"""The named alternative: a zone of fixed shape around the vehicle in which nothing may be.

So works the stop polygon of Nav2's collision monitor: it stops while more than three points of
the scan lie in the polygon (`min_points: 4`), whatever the speed and the way ahead.
"""

from __future__ import annotations

import math

import numpy as np

from navigation.types import STANDSTILL, GateInputs, GateOutput
from patrol.vehicle import VehicleSpec

ZONE_M = 0.5  # before the bumper
BESIDE_M = 0.10  # as the gate's
MIN_POINTS = 4


class FixedZone:
    """Takes and gives what the safety gate does; accelerates as gently."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._last_s = 0.0

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        """The command, slowed to what the drive may gain; or zero."""
        dt, self._last_s = now_s - self._last_s, now_s
        command, base = inputs.command, inputs.base
        if command is None or base is None or inputs.scan is None or self._is_entered(inputs):
            return GateOutput(STANDSTILL, frozenset(), False, 0.0, 0.0)
        gained = base.speed_mps + self._spec.max_acceleration_mps2 * max(dt, 0.02) * 5
        share = min(1.0, gained / command.speed_mps)
        slowed = type(command)(command.speed_mps * share, command.yaw_rate_radps * share)
        return GateOutput(slowed, frozenset(), False, math.inf, math.inf)

    def _is_entered(self, inputs: GateInputs) -> bool:
        scan, spec = inputs.scan, self._spec
        if scan is None:
            return True
        x, y = scan.points_base(spec.lidar.x_m, spec.lidar.y_m).T
        inside = (x <= spec.front_m + ZONE_M) & (x >= -spec.rear_overhang_m)
        inside &= np.abs(y) <= spec.width_m / 2 + BESIDE_M
        return bool(np.count_nonzero(inside) >= MIN_POINTS)
