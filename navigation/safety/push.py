"""Whether somebody pushes a vehicle that has been told to stand, and stands.

Its own wheels cannot move a body that they stand still under: what rocks it, turns it or lets it
slide comes from outside. Wheels that turn are another matter (obedience.py): whether a motor or a
person turns them, no sensor here can tell.
"""

from __future__ import annotations

import math

from navigation.safety.leaky import LeakySpeed
from navigation.types import BodyMotion

STANDING_MPS = 0.05  # of the wheels; what creeps faster is obedience's (CREEP_MPS)
SETTLED_S = 1.0  # after it has stopped: the springs have come to rest after 0.3 s
ROCKING_RADPS = 0.04  # 120 N across or 180 N along, at the height of a person's hands
ROCKING_S = 0.03  # two samples: one alone may be a spike
SLIDING_MPS = 0.10  # twice what 0.05 m/s² of error make in the leak's time, five times 200 N's


class Push:
    """`is_pushed` once a sample of the IMU."""

    def __init__(self) -> None:
        self._stood_s = 0.0
        self._rocked_s = 0.0
        self._begin()

    def _begin(self) -> None:
        self._forward, self._left = LeakySpeed(), LeakySpeed()

    def is_pushed(
        self, motion: BodyMotion, speed_mps: float, told_to_stand: bool, elapsed_s: float
    ) -> bool:
        """From the chassis's motion and the wheels' speed."""
        if not told_to_stand or abs(speed_mps) > STANDING_MPS:
            self._stood_s = 0.0
            return False
        self._stood_s += elapsed_s
        if self._stood_s <= SETTLED_S:
            self._rocked_s = 0.0
            self._begin()
            return False
        is_rocking = motion.rate_radps > ROCKING_RADPS
        self._rocked_s = self._rocked_s + elapsed_s if is_rocking else 0.0
        forward_mps = self._forward.step(motion.forward_mps2, 0.0, elapsed_s)
        left_mps = self._left.step(motion.left_mps2, 0.0, elapsed_s)
        return self._rocked_s > ROCKING_S or math.hypot(forward_mps, left_mps) > SLIDING_MPS
