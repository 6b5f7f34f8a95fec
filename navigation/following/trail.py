"""Where the vehicle has just driven: ground that is known to hold it, to back up over."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2

SPACING_M = 0.1
LENGTH_M = 8.0
JUMP_M = 0.5  # a pose further off than this belongs to no way that was driven

Array = NDArray[np.float64]


class Trail:
    """The last `LENGTH_M` driven forward; what is backed over is taken off again."""

    def __init__(self) -> None:
        self._crumbs: deque[Pose2] = deque(maxlen=round(LENGTH_M / SPACING_M))

    def note(self, pose: Pose2) -> None:
        """The vehicle is here (map frame)."""
        while self._crumbs and _is_ahead(self._crumbs[-1], pose):
            self._crumbs.pop()
        if not self._crumbs:
            self._crumbs.append(pose)
            return
        away_m = _apart_m(self._crumbs[-1], pose)
        if away_m > JUMP_M:
            self._crumbs.clear()
        if away_m >= SPACING_M:
            self._crumbs.append(pose)

    def back(self, pose: Pose2, length_m: float) -> Array | None:
        """Points (n, 2) from the vehicle back over what it drove; None where that is too short."""
        points, left_m, last = [(pose.x_m, pose.y_m)], length_m, pose
        for crumb in reversed(self._crumbs):
            left_m -= _apart_m(crumb, last)
            points.append((crumb.x_m, crumb.y_m))
            last = crumb
            if left_m <= 0:
                return np.array(points)
        return None


def _apart_m(first: Pose2, second: Pose2) -> float:
    return math.hypot(first.x_m - second.x_m, first.y_m - second.y_m)


def _is_ahead(crumb: Pose2, pose: Pose2) -> bool:
    """Whether a crumb lies just before the vehicle: it was backed over."""
    forward, left = pose.inverse_transform(crumb.x_m, crumb.y_m)
    return 0.0 < forward <= JUMP_M and abs(left) <= JUMP_M
