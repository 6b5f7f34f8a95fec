"""Where on the path the vehicle is: travel that never goes back, and the error to the side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from navigation.following.path import Piece
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2

LOOK_BACK_M = 0.5
LOOK_AHEAD_M = 2.0


@dataclass(frozen=True, slots=True)
class PathPosition:
    """Progress on a piece; errors are the vehicle's against the path."""

    s_m: float
    cross_track_error_m: float  # positive when the vehicle is left of the path (of its heading)
    heading_error_rad: float  # vehicle yaw minus path yaw


def locate(piece: Piece, pose: Pose2, s_m: float) -> PathPosition:
    """The nearest point to `pose` not far from the known travel `s_m`, and never before it.

    Only a window around `s_m` is searched, so a path that crosses or repeats itself is no
    ambiguity. The error is the distance of base_link to the (rounded) path.
    """
    first = max(0, int(np.searchsorted(piece.s_m, s_m - LOOK_BACK_M)) - 1)
    last = min(len(piece.s_m) - 1, int(np.searchsorted(piece.s_m, s_m + LOOK_AHEAD_M)) + 1)
    last = max(last, first + 1)
    x, y, s = piece.x_m[first : last + 1], piece.y_m[first : last + 1], piece.s_m[first : last + 1]
    dx, dy = np.diff(x), np.diff(y)
    px, py = pose.x_m - x[:-1], pose.y_m - y[:-1]
    share = np.clip((px * dx + py * dy) / np.maximum(dx * dx + dy * dy, 1e-12), 0.0, 1.0)
    distance2 = (px - share * dx) ** 2 + (py - share * dy) ** 2
    best = int(np.argmin(distance2))
    found_s = float(s[best] + share[best] * (s[best + 1] - s[best]))
    yaw = float(np.interp(found_s, s, piece.yaw_rad[first : last + 1]))
    off_x = float(px[best] - share[best] * dx[best])
    off_y = float(py[best] - share[best] * dy[best])
    side = -math.sin(yaw) * off_x + math.cos(yaw) * off_y
    error = math.copysign(math.hypot(off_x, off_y), side)
    return PathPosition(max(s_m, found_s), error, wrap_angle(pose.yaw_rad - yaw))
