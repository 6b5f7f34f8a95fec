"""Where the vehicle is, as far as that can be believed, and where it was a moment ago."""

from __future__ import annotations

from navigation.fault_monitor import is_fresh
from navigation.types import StackInputs
from patrol.faults import FaultKind
from patrol.geometry import Pose2

REMEMBERED_S = 2.0


class TrustedPose:
    """The pose of the inputs, unless it is missing, old, or localization itself doubts it."""

    def __init__(self) -> None:
        self.now: Pose2 | None = None
        self._last: tuple[Pose2, float] | None = None

    def note(self, inputs: StackInputs, now_s: float) -> None:
        """Take the inputs of a cycle."""
        lost = FaultKind.LOCALIZATION_LOST in inputs.localization_faults
        if inputs.pose is None or lost or not is_fresh(inputs.pose, now_s):
            self.now = None
        else:
            self.now = inputs.pose.pose
            self._last = self.now, now_s
        if lost:
            self._last = None

    def lately(self, now_s: float) -> Pose2 | None:
        """That of the last cycle, else the newest that was believed, at most 2 s before and not
        doubted since.

        Enough to tell whether an order begins here: a pose that comes late fails none, nor does a
        clock that is set between two cycles. No path is laid by it.
        """
        if self.now is not None or self._last is None:
            return self.now
        pose, seen_s = self._last
        return pose if 0.0 <= now_s - seen_s <= REMEMBERED_S else None
