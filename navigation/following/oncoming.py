"""Who comes towards the vehicle along its path, as the lidar sees him: person, rider or vehicle.

Returns lie in the path's own frame (how far along, how far to the left). Rays beside each other
whose returns lie together are one body; bodies of following scans that lie together are followed
for `KEPT_S`. One comes when both his near side and his middle have come nearer steadily, and more
along the path than across it. What is uncovered bit by bit moves away from the vehicle or leaps.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navigation.following.path import Piece

REACH_M = 24.0  # along the path; the lidar sees no further
BEHIND_M = 3.0
ASIDE_M = 3.5
EVERY = 5  # of the path's samples: half a metre, straight enough
WIDEST_M = 2.0  # what is wider is a group that fills the way, or rising ground while it nods
GAP_M = 0.6  # between two returns of one body
SAME_M = 0.9  # a body has not moved further since the last scan, nor is seen that differently
FORGOTTEN_S = 0.6  # without a return for so long it is another body
KEPT_S = 1.5
LEAST_S = 0.7
LEAST_SCANS = 6
COMING_MPS = 0.25
STEADY_M = 0.12  # standard deviation about an even speed

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Body:
    """What stands or moves there: metres along the piece from its beginning, and left of it."""

    near_m: float
    middle_m: float
    right_m: float
    left_m: float
    points_map: Array

    @property
    def aside_m(self) -> float:
        """Left of the path, the middle between both sides."""
        return (self.right_m + self.left_m) / 2


@dataclass(slots=True)
class Comer:
    """A body over some scans; `speed_mps` (towards the vehicle) is of now, `has_come` stays.

    `history` has time, near side, middle, place aside of the path and right side of every scan.
    """

    body: Body
    history: deque[tuple[float, float, float, float, float]] = field(default_factory=deque)
    speed_mps: float = 0.0
    has_come: bool = False

    @property
    def right_m(self) -> float:
        """The furthest right that it was seen of late: between two rays a side is not seen."""
        return min((row[4] for row in self.history), default=self.body.right_m)

    def note(self, body: Body, now_s: float) -> None:
        """It is seen again."""
        self.body = body
        self.history.append((now_s, body.near_m, body.middle_m, body.aside_m, body.right_m))
        while now_s - self.history[0][0] > KEPT_S:
            self.history.popleft()
        self._judge()

    def _judge(self) -> None:
        self.speed_mps = 0.0
        if len(self.history) < LEAST_SCANS or self.history[-1][0] - self.history[0][0] < LEAST_S:
            return
        rows = np.array(self.history)
        (near_mps, middle_mps, aside_mps), off_m = _fitted(rows[:, 0], rows[:, 1:4])
        speed_mps = -max(near_mps, middle_mps)
        if max(off_m[:2]) > STEADY_M or speed_mps < abs(aside_mps):
            return
        self.speed_mps = max(0.0, speed_mps)
        self.has_come = self.has_come or speed_mps > COMING_MPS


def _fitted(times_s: Array, places_m: Array) -> tuple[list[float], list[float]]:
    """Speeds (m/s) of even motions through places (n, k), and how far they lie off them (m)."""
    t = times_s - times_s.mean()
    p = places_m - places_m.mean(axis=0)
    speeds = t @ p / (t @ t)
    return speeds.tolist(), np.std(p - np.outer(t, speeds), axis=0).tolist()


class OncomingWatch:
    """Follows all bodies near a path; `look` at every scan."""

    def __init__(self) -> None:
        self._known: list[Comer] = []

    def look(
        self, piece: Piece, at_s_m: float, points_map: Array, now_s: float
    ) -> tuple[Comer, ...]:
        """Those who have come towards the vehicle, by points (n, 2) in the order of the rays."""
        for body in bodies(piece, at_s_m, points_map):
            comer = self._same(body, now_s)
            if comer is None:
                comer = Comer(body)
                self._known.append(comer)
            comer.note(body, now_s)
        self._known = [c for c in self._known if now_s - c.history[-1][0] < FORGOTTEN_S]
        return tuple(c for c in self._known if c.has_come)

    def _same(self, body: Body, now_s: float) -> Comer | None:
        """The nearest body that was known before, and is not found again yet."""
        away = [
            (math.hypot(c.body.middle_m - body.middle_m, c.body.aside_m - body.aside_m), c)
            for c in self._known
            if c.history[-1][0] < now_s
        ]
        found = min(away, key=lambda pair: pair[0], default=None)
        return found[1] if found is not None and found[0] < SAME_M else None


def bodies(piece: Piece, at_s_m: float, points_map: Array) -> list[Body]:
    """What returns (n, 2) near a piece are, from a little behind a travel to `REACH_M` ahead."""
    begin, end = np.searchsorted(piece.s_m, (at_s_m - BEHIND_M, at_s_m + REACH_M))
    rows = np.arange(begin, end, EVERY)
    if len(rows) < 2 or len(points_map) == 0:
        return []
    line = np.column_stack((piece.x_m[rows], piece.y_m[rows]))
    dx, dy = points_map[:, :1] - line[:, 0], points_map[:, 1:] - line[:, 1]
    nearest = np.argmin(
        dx * dx + dy * dy, axis=1
    )  # at every scan: a root takes eight times as long
    yaw = piece.yaw_rad[rows[nearest]]
    offset = points_map - line[nearest]
    ahead = np.cos(yaw) * offset[:, 0] + np.sin(yaw) * offset[:, 1]
    left = np.cos(yaw) * offset[:, 1] - np.sin(yaw) * offset[:, 0]
    along = piece.s_m[rows[nearest]] - piece.s_m[0] + ahead
    kept = np.flatnonzero((np.abs(left) < ASIDE_M) & (np.abs(ahead) < 1.0))
    if len(kept) == 0:
        return []
    points, along, left = points_map[kept], along[kept], left[kept]
    parts = np.flatnonzero(np.hypot(*np.diff(points, axis=0).T) > GAP_M) + 1
    split = (np.split(column, parts) for column in (along, left, points))
    return [
        Body(float(a.min()), float(a.mean()), float(b.min()), float(b.max()), p)
        for a, b, p in zip(*split, strict=True)
        if np.ptp(b) < WIDEST_M
    ]
