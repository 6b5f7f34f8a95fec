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
    known = piece.s_m
    first = max(0, int(known.searchsorted(s_m - LOOK_BACK_M)) - 1)
    last = min(len(known) - 1, int(known.searchsorted(s_m + LOOK_AHEAD_M)) + 1)
    last = max(last, first + 1)
    x, y, s = piece.x_m[first : last + 1], piece.y_m[first : last + 1], known[first : last + 1]
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    px, py = pose.x_m - x[:-1], pose.y_m - y[:-1]
    share = (px * dx + py * dy) / np.maximum(dx * dx + dy * dy, 1e-12)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    off_x, off_y = px - share * dx, py - share * dy
    best = int((off_x * off_x + off_y * off_y).argmin())
    found_s = float(s[best] + share[best] * (s[best + 1] - s[best]))
    yaw = float(np.interp(found_s, s, piece.yaw_rad[first : last + 1]))
    aside_x, aside_y = float(off_x[best]), float(off_y[best])
    side = -math.sin(yaw) * aside_x + math.cos(yaw) * aside_y
    error = math.copysign(math.hypot(aside_x, aside_y), side)
    return PathPosition(max(s_m, found_s), error, wrap_angle(pose.yaw_rad - yaw))
