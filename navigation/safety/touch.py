"""What the gate feels through wheels and body: wheels that disobey, a push, a lift.

The lidar and the rangers tell who is near; these tell that somebody has a hand on it, or that it
has no hold on itself. None of them asks where the vehicle is.
"""

from __future__ import annotations

import math

from navigation.safety.lift import Lift
from navigation.safety.obedience import Obedience
from navigation.safety.push import Push
from navigation.types import BaseStatus
from patrol.faults import FaultKind

MAX_SAMPLE_S = 0.1  # between two samples of the IMU; over a longer gap nothing can be added up
# Where motors must not turn a wheel, whatever drives them: they disobey, somebody is before the
# bumper, somebody's hands are under it. Spring brakes close, which stop it sooner than the motors.
CUTS_POWER = frozenset({FaultKind.BASE_DISOBEYS, FaultKind.BUMP, FaultKind.LIFTED})
QUIET_S = 1.0  # who has let go: nothing felt for so long, and a person may reset it


class Touch:
    """Compares wheels with commands and the body with the wheels.

    `tell` and `faults` once a gate cycle.
    """

    def __init__(self, max_deceleration_mps2: float) -> None:
        self._obedience = Obedience(max_deceleration_mps2)
        self._push, self._lift = Push(), Lift()
        self._told_mps = 0.0
        self._sample_s: float | None = None
        self._quiet_s = {FaultKind.PUSHED: math.inf, FaultKind.LIFTED: math.inf}

    def tell(self, speed_mps: float) -> None:
        """What the wheels are told from now on."""
        self._told_mps = speed_mps
        self._obedience.tell(speed_mps)

    def faults(self, base: BaseStatus | None, elapsed_s: float) -> frozenset[FaultKind]:
        """What is felt, and what was within QUIET_S; None where speed and steering are unknown."""
        felt = frozenset() if base is None else self._felt(base)
        faults = set(felt)
        if self._obedience.is_broken(None if base is None else base.speed_mps, elapsed_s):
            faults.add(FaultKind.BASE_DISOBEYS)
        for fault, quiet_s in self._quiet_s.items():
            self._quiet_s[fault] = 0.0 if fault in felt else quiet_s + elapsed_s
            if self._quiet_s[fault] <= QUIET_S:
                faults.add(fault)
        return frozenset(faults)

    def _felt(self, base: BaseStatus) -> frozenset[FaultKind]:
        """What a new sample of the IMU tells; one that is no number says as much of the tilt."""
        motion = base.motion
        if motion is None:
            return frozenset()
        if not motion.is_finite or not math.isfinite(base.pitch_rad):
            return frozenset({FaultKind.TILT})
        sample_s = 0.0 if self._sample_s is None else motion.stamp_s - self._sample_s
        self._sample_s = motion.stamp_s
        if not 0.0 < sample_s <= MAX_SAMPLE_S:
            return frozenset()
        faults = set()
        if self._push.is_pushed(motion, base.speed_mps, self._told_mps == 0.0, sample_s):
            faults.add(FaultKind.PUSHED)
        if self._lift.is_lifted(motion.up_mps2, base.speed_mps, base.pitch_rad, sample_s):
            faults.add(FaultKind.LIFTED)
        return frozenset(faults)
