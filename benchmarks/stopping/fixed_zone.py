"""The named alternative: a zone of fixed shape around the vehicle in which nothing may be.

So works the stop polygon of Nav2's collision monitor: it stops while more than three points of
the scan lie in the polygon (`min_points: 4`), whatever the speed and the way ahead.
"""

from __future__ import annotations

import math

import numpy as np

from navigation.safety.limits import at_speed
from navigation.types import STANDSTILL, GateInputs, GateOutput
from patrol.geometry import Scan
from patrol.vehicle import VehicleSpec

ZONE_M = 0.5  # before the bumper
BESIDE_M = 0.10  # as the gate's
MIN_POINTS = 4


class FixedZone:
    """Takes and gives what the safety gate does; accelerates as gently."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec

    def step(self, inputs: GateInputs, now_s: float) -> GateOutput:
        """The command, slowed to what the drive may gain; or zero."""
        command, base, scan = inputs.command, inputs.base, inputs.scan
        if command is None or base is None or scan is None or self._is_entered(scan):
            return GateOutput(STANDSTILL, frozenset(), False, 0.0, 0.0)
        spec, lag = self._spec, self._spec.actuation
        # The drive is so late that it gains this while it follows.
        gains_mps = spec.max_acceleration_mps2 * (lag.drive_dead_time_s + lag.drive_lag_s)
        slowed = at_speed(command, base.speed_mps + gains_mps)
        return GateOutput(slowed, frozenset(), False, math.inf, math.inf)

    def _is_entered(self, scan: Scan) -> bool:
        spec = self._spec
        x, y = scan.points_base(spec.lidar.x_m, spec.lidar.y_m).T
        inside = (x <= spec.front_m + ZONE_M) & (x >= -spec.rear_overhang_m)
        inside &= np.abs(y) <= spec.width_m / 2 + BESIDE_M
        return bool(np.count_nonzero(inside) >= MIN_POINTS)
