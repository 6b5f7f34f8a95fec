"""People who will be in the vehicle's way when it gets there, though they are not in it yet.

The stop zone holds what is in the swept path now. Who walks towards that path, or along it to the
vehicle, is foreseen: what moves goes on as it does and the vehicle drives on at its speed; where
the two would touch before the vehicle could stand, it stops (ISO 13855:2010, 5: the approach speed
of a person belongs into the distance; here it is measured, not taken as 1.6 m/s from everywhere).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.safety.limits import REACTION_S
from navigation.safety.memory import rolled, seen_from
from navigation.safety.movers import Array, Mover, Movers
from navigation.types import BaseStatus
from patrol.geometry import Scan
from patrol.vehicle import VehicleSpec

EARLY_S = 0.4  # sooner than the time it needs to stand: steps are uneven, velocities of two scans
MOVING_MPS = 0.3  # slower is a person who shifts their weight
ROLLING_MPS = 0.3  # a standing vehicle asks whether it could roll off
BODY_M = 0.25  # around what the lidar sees of legs
SPREADS_MPS = 0.05  # by which a velocity may be wrong
STEP_S = 0.1
FASTEST_MPS = 4.0  # of a runner
UNKNOWN_MPS = 1.6  # of who has only just been seen to move (ISO 13855:2010, 6.2.3)
# Of a turn that wheels and steering tell: a wheelbase that is wrong by 20 % and the IMU's noise. A
# turn that the body does not make (wheels that slip, a base that repeats itself) moves houses.
UNMADE_SHARE, UNMADE_RADPS = 0.75, 0.03


class Approach:
    """Foresees contacts; `see` each new scan, ask `is_coming` once a gate cycle."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self.movers = Movers(spec.lidar, spec.wheelbase_m)

    def see(self, scan: Scan, points: Array, base: BaseStatus) -> None:
        """Take in a scan and its points (n, 2) in base_link."""
        if self._is_turning_as_told(base):
            self.movers.see(scan, points, base.speed_mps, base.steering_rad)
        else:
            self.movers.forget()

    def _is_turning_as_told(self, base: BaseStatus) -> bool:
        """Whether the body turns at least as fast as wheels and steering say, or nobody knows."""
        if base.motion is None:
            return True
        told = abs(base.speed_mps * math.tan(base.steering_rad)) / self._spec.wheelbase_m
        return told * UNMADE_SHARE <= base.motion.rate_radps + UNMADE_RADPS

    def is_coming(
        self, curves: Sequence[float], speed_mps: float, direction: float, now_s: float
    ) -> bool:
        """Whether somebody would touch the vehicle before it stands, were it to drive on.

        `curves` (1/m) are those it may drive on, `direction` is +1 forward, -1 in reverse.
        """
        if not self.movers.now:
            return False
        rolling_mps = max(abs(speed_mps), ROLLING_MPS)
        stands_s = REACTION_S + rolling_mps / self._spec.max_deceleration_mps2 + EARLY_S
        until_s = now_s - self.movers.stamp_s + stands_s
        times_s = np.arange(0.0, until_s + STEP_S / 2, STEP_S)
        return any(
            self._touches(mover, direction * rolling_mps, curve, times_s)
            for mover in self.movers.now
            for curve in curves
        )

    def _touches(self, mover: Mover, speed_mps: float, curve_1pm: float, times_s: Array) -> bool:
        """Whether, at a time since the newest scan, a mover is within the vehicle's rectangle."""
        late_s, spec = self.movers.stamp_s - mover.stamps_s[-1], self._spec
        for velocity, spreads_mps in _guesses(mover):
            for time_s in times_s.tolist():
                there = mover.points + velocity * (late_s + time_s)
                x, y = seen_from(rolled(speed_mps * time_s, curve_1pm), there).T
                beyond_x = np.maximum(np.maximum(x - spec.front_m, -spec.rear_overhang_m - x), 0.0)
                beyond_y = np.maximum(np.abs(y) - spec.width_m / 2, 0.0)
                if np.hypot(beyond_x, beyond_y).min() <= BODY_M + spreads_mps * time_s:
                    return True
        return False


def _guesses(mover: Mover) -> list[tuple[Array, float]]:
    """How it may move (2,), and by how much that may be wrong, m/s."""
    velocities, is_new = mover.velocities_mps, len(mover.stamps_s) == 1
    guesses = [(v, SPREADS_MPS) for v in velocities if math.hypot(*v) >= MOVING_MPS]
    # Faster than anybody, too: the corner that they came round was taken for a part of them.
    is_known = mover.is_alone and max(math.hypot(*v) for v in velocities) <= FASTEST_MPS
    if is_new and not is_known:
        guesses.append((np.zeros(2), UNKNOWN_MPS))
    return guesses
