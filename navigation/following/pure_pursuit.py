"""Regulated pure pursuit.

The vehicle steers along the arc that leads to a point of the path one lookahead distance away:
curvature = 2 y / L² (Coulter 1992, eq. 3), with a lookahead that grows with speed (Macenski et
al., Regulated Pure Pursuit, 2023, sec. 3.1). The arc starts where the vehicle will be when the
steering answers: its motion over the steering delay is predicted from the curvatures already
commanded. The same formula holds in reverse, with the point behind the rear axle.

Where the curvature changes within the lookahead, the arc cuts the bend. So only what the pose's
error changes in the arc is steered, on top of the path's own curvature where the vehicle will be.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from navigation.following.path import Piece
from patrol.geometry import Pose2

LOOKAHEAD_S = 0.82
MIN_LOOKAHEAD_M = 0.7
MAX_LOOKAHEAD_M = 1.8
BESIDE_FROM_M, BESIDE_RANGE_M = 0.1, 0.5  # of the error, in which the lookahead becomes shorter
BESIDE_SHARE = 0.25  # at most by so much of it: more swings


def lookahead_m(speed_mps: float, cross_track_error_m: float = 0.0) -> float:
    """Lookahead distance for a speed; shorter where the vehicle is far beside the path."""
    beside = min(max(abs(cross_track_error_m) - BESIDE_FROM_M, 0.0) / BESIDE_RANGE_M, 1.0)
    distance = LOOKAHEAD_S * abs(speed_mps) * (1.0 - BESIDE_SHARE * beside)
    return min(max(distance, MIN_LOOKAHEAD_M), MAX_LOOKAHEAD_M)


def pursuit_curvature(
    piece: Piece, pose: Pose2, s_m: float, distance_m: float, max_curvature_1pm: float
) -> float:
    """The path's curvature at `s_m`, corrected by how the arc from `pose` to the path's point
    `distance_m` further differs from the arc from the path itself (1/m, positive left)."""
    goal = piece.point_at(s_m + distance_m)
    own = float(np.interp(s_m, piece.s_m, piece.curvature_1pm))
    on_path = Pose2(*piece.point_at(s_m), float(np.interp(s_m, piece.s_m, piece.yaw_rad)))
    curvature = own + _arc_to(goal, pose) - _arc_to(goal, on_path)
    return min(max(curvature, -max_curvature_1pm), max_curvature_1pm)


def _arc_to(point: tuple[float, float], pose: Pose2) -> float:
    """Curvature of the arc that leaves `pose` along its heading and passes the point."""
    forward, left = pose.inverse_transform(*point)
    return 2 * left / max(forward * forward + left * left, 1e-6)


class SteeringDelay:
    """Predicts the pose at the time when a command of now takes effect."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._sent: deque[tuple[float, float]] = deque()  # (time, curvature)

    def sent(self, curvature_1pm: float, now_s: float) -> None:
        """Note a commanded curvature."""
        self._sent.append((now_s, curvature_1pm))
        while len(self._sent) > 1 and self._sent[1][0] <= now_s - self._delay_s:
            self._sent.popleft()

    def predict(self, pose: Pose2, speed_mps: float, now_s: float) -> Pose2:
        """The pose one delay from now; what was sent one delay ago works now."""
        begin_s = now_s - self._delay_s
        entries = list(self._sent)
        for index, (sent_s, curvature) in enumerate(entries):
            until_s = entries[index + 1][0] if index + 1 < len(entries) else now_s
            span_s = min(until_s, now_s) - max(sent_s, begin_s)
            if span_s > 0:
                pose = advance(pose, speed_mps * span_s, curvature)
        if not entries:
            pose = advance(pose, speed_mps * self._delay_s, 0.0)
        return pose

    def clear(self) -> None:
        """Forget what was sent: the path begins anew."""
        self._sent.clear()


def advance(pose: Pose2, distance_m: float, curvature_1pm: float) -> Pose2:
    """The pose after a signed distance along a constant curvature (midpoint rule)."""
    yaw = pose.yaw_rad + 0.5 * distance_m * curvature_1pm
    return Pose2(
        pose.x_m + distance_m * math.cos(yaw),
        pose.y_m + distance_m * math.sin(yaw),
        pose.yaw_rad + distance_m * curvature_1pm,
    )
