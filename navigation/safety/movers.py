"""Which echoes of the lidar are of something that moves, and how fast it goes.

What stands still never appears where the lidar has just looked through: the place was hidden, or
the thing was there. So a point counts as moving where a scan of the last SCANS went on beyond it.
Moving points near each other are one mover; its velocity over ground is the slope of its middle
over the last scans (least squares). The vehicle's own motion is taken out by the wheels'.

A scan planes a walker's legs, of which one stands while the other swings: both count as one thing,
and the middle of what they span moves as the body does.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.safety.memory import GAP_S, are_within, rolled, seen_from
from patrol.geometry import Pose2, Scan
from patrol.vehicle import LidarSpec

SCANS = 4  # that a point is compared with: 0.4 s, in which a slow walker goes 0.3 m
BEYOND_M = 0.12  # a scan that went on so much further saw the place free; noise is 0.03 m
BESIDE = 2  # rays to either side that must have gone on, too: what yaw is not known by
WITHIN_M = 8.0  # of base_link: 4 m/s for 2 s
TOGETHER_M = 0.5  # between points of one mover: a stride
FEWEST = 3  # points; drops and dust have fewer
FEWEST_CUT = 2  # of whom the end of the scan cuts off: they go where the lidar looks no more
CUT_RAD = 0.02  # from that end: two rays
WIDEST_M = 2.5  # a cyclist from the side; more is ground that a nod of the nose has met
SAME_M, NEW_SAME_M = 0.35, 0.5  # from where a mover was expected; with no velocity yet, was
KEPT_SCANS = 6
WHOLE_FROM = 4  # from so many on, its middle tells how fast it is
GREW_M = 0.15  # between its scans: it is not seen whole yet, or strides
STOOD_M = 0.5  # what hangs together with who sets off is wider than them: a car, a corner, others
LOST_S = 0.35  # a mover that stands, or is hidden, is one for so long

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOTHING: Array = np.empty((0, 2))


@dataclass(slots=True)
class Mover:
    """Where something was at its last scans; all in base_link of the newest scan."""

    stamps_s: list[float]
    lows: Array  # (k, 2), the least x and y of each scan, oldest first
    highs: Array  # (k, 2), the greatest
    points: Array  # (n, 2), at the last
    first_mps: list[Array]  # what its velocity may be by its first scan and the one before
    is_alone: bool  # there was nothing but it, then; else that velocity may be the other's

    @property
    def middles(self) -> Array:
        """Of what it spanned (k, 2), oldest first."""
        return (self.lows + self.highs) / 2

    @property
    def velocity_mps(self) -> Array | None:
        """Over ground (2,), by its middle; None after one scan."""
        return _slope(self.stamps_s, self.middles) if len(self.stamps_s) > 1 else None

    @property
    def velocities_mps(self) -> list[Array]:
        """What it may be; empty where nobody knows."""
        if len(self.stamps_s) < 2:
            return self.first_mps
        return _velocities(self.stamps_s, self.lows, self.highs)

    def expected(self, stamp_s: float) -> Array:
        """Where its middle is (2,) at a time."""
        velocity = self.velocity_mps
        last: Array = self.middles[-1]
        return last if velocity is None else last + velocity * (stamp_s - self.stamps_s[-1])


class Movers:
    """Follows what moves; `see` each new scan."""

    def __init__(self, lidar: LidarSpec, wheelbase_m: float) -> None:
        self._lidar, self._wheelbase_m = lidar, wheelbase_m
        self._before: deque[tuple[Pose2, Scan]] = deque(
            maxlen=SCANS
        )  # base now, as seen from then
        self._seen: tuple[float, Array] = (-math.inf, NOTHING)  # the last scan's points, and when
        self.stamp_s = -math.inf  # of the newest scan
        self.now: list[Mover] = []

    def see(self, scan: Scan, points: Array, speed_mps: float, steering_rad: float) -> None:
        """Take in a scan, its points (n, 2) in base_link, and the motion since the one before."""
        self._carry_on(scan.stamp_s, speed_mps, steering_rad)
        near = points[are_within(points, WITHIN_M)]
        came = np.zeros(len(near), dtype=np.bool_)
        for base, before in self._before:
            came |= self._were_free(base.transform_points(near), before)
        self._follow([c for c in _clusters(near[came]) if self._is_enough(c)], near)
        self._before.append((Pose2(0.0, 0.0, 0.0), scan))
        self._seen = (scan.stamp_s, near)

    def forget(self) -> None:
        """How the vehicle moves is not known: what seems to move may be a house."""
        self._before.clear()
        self.now = []

    def _carry_on(self, stamp_s: float, speed_mps: float, steering_rad: float) -> None:
        elapsed_s, self.stamp_s = stamp_s - self.stamp_s, stamp_s
        if not 0 <= elapsed_s <= GAP_S:
            self.forget()
            return
        motion = rolled(speed_mps * elapsed_s, math.tan(steering_rad) / self._wheelbase_m)
        for _ in range(len(self._before)):
            base, before = self._before.popleft()
            self._before.append((base.compose(motion), before))
        self._seen = (self._seen[0], seen_from(motion, self._seen[1]))
        for mover in self.now:
            mover.lows = seen_from(motion, mover.lows)
            mover.highs = seen_from(motion, mover.highs)
            mover.points = seen_from(motion, mover.points)

    def _were_free(self, points: Array, scan: Scan) -> Flags:
        """Whether a scan went on beyond points (n, 2) of its own base_link."""
        x, y = points[:, 0] - self._lidar.x_m, points[:, 1] - self._lidar.y_m
        angles = np.arctan2(y, x) - scan.angle_min_rad
        rays = np.round(angles / scan.angle_increment_rad).astype(np.intp)
        looked = (rays >= BESIDE) & (rays < len(scan.ranges_m) - BESIDE)
        free = np.zeros(len(points), dtype=np.bool_)
        about = rays[looked][:, None] + np.arange(-BESIDE, BESIDE + 1)
        ranges = scan.ranges_m[about]
        needed = np.maximum(np.hypot(x, y)[looked] + BEYOND_M, scan.range_min_m)
        free[looked] = (ranges >= needed[:, None]).all(axis=1)
        return free

    def _is_enough(self, points: Array) -> bool:
        """Whether points (n, 2) are somebody; at either end of a scan, who is half out of it."""
        angles = np.arctan2(points[:, 1] - self._lidar.y_m, points[:, 0] - self._lidar.x_m)
        is_cut = np.abs(angles).max() >= self._lidar.field_of_view_rad / 2 - CUT_RAD
        return len(points) >= (FEWEST_CUT if is_cut else FEWEST)

    def _follow(self, clusters: list[Array], near: Array) -> None:
        """Give each cluster to the mover that was expected nearest, or call it a new one."""
        stamp_s, known, followed = self.stamp_s, self.now, []
        for points in clusters:
            low, high = points.min(axis=0), points.max(axis=0)
            middle = (low + high) / 2
            apart = [math.dist(middle, mover.expected(stamp_s)) for mover in known]
            best = int(np.argmin(apart)) if apart else 0
            if apart and apart[best] <= _reach_m(known[best]):
                mover = known[best]
                known = known[:best] + known[best + 1 :]
                stamps = [*mover.stamps_s, stamp_s][-KEPT_SCANS:]
                lows = np.vstack((mover.lows, low))[-KEPT_SCANS:]
                highs = np.vstack((mover.highs, high))[-KEPT_SCANS:]
                first_mps, is_alone = mover.first_mps, mover.is_alone
                followed.append(Mover(stamps, lows, highs, points, first_mps, is_alone))
            else:
                followed.append(self._new(points, near))
        lost = [mover for mover in known if stamp_s - mover.stamps_s[-1] <= LOST_S]
        self.now = followed + lost

    def _new(self, points: Array, near: Array) -> Mover:
        """What has set off where the last scan has seen it, or has come out of hiding."""
        low, high = points.min(axis=0), points.max(axis=0)
        first_mps, is_alone = self._set_off(points, near)
        return Mover([self.stamp_s], low[None], high[None], points, first_mps, is_alone)

    def _set_off(self, points: Array, near: Array) -> tuple[list[Array], bool]:
        """Velocities by all that hangs together with points (n, 2), in this scan and the last, and
        whether that was no more in the last than somebody who stands."""
        last_s, seen = self._seen
        before = seen[_are_beside(seen, points)]
        if not (len(before) and last_s < self.stamp_s):
            return [], False
        now = near[_are_beside(near, points)]
        lows = np.array((before.min(axis=0), now.min(axis=0)))
        highs = np.array((before.max(axis=0), now.max(axis=0)))
        is_alone = math.dist(lows[0], highs[0]) <= STOOD_M
        return _velocities([last_s, self.stamp_s], lows, highs), is_alone


def _velocities(stamps_s: list[float], lows: Array, highs: Array) -> list[Array]:
    """Over ground (2,), by its middle; while it comes out from behind something, by its edges too.

    Nobody sees whole what comes out of hiding: its middle stays behind where its edge comes on.
    """
    velocity = _slope(stamps_s, (lows + highs) / 2)
    sizes = highs - lows
    grew = np.abs(sizes[-1] - sizes[0]) > GREW_M
    if len(stamps_s) >= WHOLE_FROM or not grew.any():
        return [velocity]
    edges = (_slope(stamps_s, lows), _slope(stamps_s, highs), velocity)
    along = [[e[axis] for e in edges] if grew[axis] else [velocity[axis]] for axis in (0, 1)]
    return [np.array(pair) for pair in itertools.product(*along)]


def _slope(stamps_s: list[float], places: Array) -> Array:
    """Of places (k, 2) over their times, m/s (2,); least squares."""
    times = np.array(stamps_s) - np.mean(stamps_s)
    slope: Array = times @ (places - places.mean(axis=0)) / (times @ times)
    return slope


def _are_beside(points: Array, members: Array) -> Flags:
    """Which of points (n, 2) hang together with members (m, 2)."""
    apart = points[:, None, :] - members[None, :, :]
    beside: Flags = (np.einsum("ijk,ijk->ij", apart, apart) <= TOGETHER_M**2).any(axis=1)
    return beside


def _reach_m(mover: Mover) -> float:
    return NEW_SAME_M if mover.velocity_mps is None else SAME_M


def _clusters(points: Array) -> list[Array]:
    """Points (n, 2) that hang together, where they are no wall."""
    clusters = []
    left = points
    while len(left):
        members, left = left[:1], left[1:]
        while True:
            near = _are_beside(left, members)
            if not near.any():
                break
            members, left = np.concatenate((members, left[near])), left[~near]
        size_m = math.hypot(*(members.max(axis=0) - members.min(axis=0)))
        if size_m <= WIDEST_M:
            clusters.append(members)
    return clusters
