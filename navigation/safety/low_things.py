"""Where things may lie that are lower than the lidar looks, by the ultrasonic rangers.

A ranger says how near the nearest thing in its cone is, not where in the cone. So an echo counts
as an arc across the whole cone at that range, and whatever else is known nearer inside the cone is
gone: the sound would have come back from there. An arc that leaves every cone (it is too near, too
low under the cone, or beside the vehicle) is remembered and carried along by odometry until a
cone sees the place empty. What the lidar sees as well is not remembered: it goes on seeing it.

The cone is round: at distance d and bearing a from its axis it holds a thing that lies s lower
than the ranger where cos(a) d / sqrt(d² + s²) >= cos(half cone); what lies outside of this is
never seen empty. A slant range r stands for distances from r cos(half cone) on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from navigation.safety.memory import GAP_S, moved
from navigation.safety.watch import is_possible
from navigation.types import RangeSample
from patrol.vehicle import UltrasonicSpec

LOWEST_M = 0.10  # what is lower than this may pass under a cone unseen
SAME_THING_M = 0.15  # two ranges that differ by less may belong to one thing
LIDAR_AGREES_M, LIDAR_AGREES_RAD = 0.3, 0.1  # who walks is elsewhere a scan later
KEEP_S = 30.0
KEEP_WITHIN_M = 4.5
ARC_POINTS = 13
MANY = 300  # points, from where those in the same place are merged
CELL_M = 0.05
_REMEMBERED = -1  # owner of a point that no ranger hears now

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def slant_m(range_m: float, ranger: UltrasonicSpec) -> float:
    """The range to count with: the blind zone reads as its end, nothing heard as infinite."""
    return max(range_m, ranger.range_min_m)


def arc_base(range_m: float, ranger: UltrasonicSpec) -> Array:
    """Points (n, 2) in base_link on which the nearest thing may stand."""
    half = ranger.cone_rad / 2
    bearing = ranger.yaw_rad + np.linspace(-half, half, ARC_POINTS)
    near_m = range_m * math.cos(half)
    return np.column_stack(
        (ranger.x_m + near_m * np.cos(bearing), ranger.y_m + near_m * np.sin(bearing))
    )


def seen_empty(points: Array, range_m: float, ranger: UltrasonicSpec) -> Mask:
    """Which points (n, 2) a ranger that reads this range would have heard, were a thing there."""
    ahead, distance = _from_ranger(points, ranger)
    under_m = max(0.0, ranger.z_m - LOWEST_M)
    slant = np.sqrt(distance * distance + under_m * under_m)
    in_cone = ahead >= slant * math.cos(ranger.cone_rad / 2)
    heard: Mask = in_cone & (distance <= _heard_to_m(range_m, ranger))
    return heard


def is_seen_by_lidar(range_m: float, ranger: UltrasonicSpec, lidar_points: Array) -> bool:
    """Whether the lidar's points (n, 2) in base_link hold one that can have given this echo."""
    ahead, distance = _from_ranger(lidar_points, ranger)
    near_cone = ahead >= distance * math.cos(ranger.cone_rad / 2 + LIDAR_AGREES_RAD)
    return bool(np.any(near_cone & (np.abs(distance - range_m) <= LIDAR_AGREES_M)))


class LowThings:
    """Keeps `points` (n, 2) in base_link up to date; newest first."""

    def __init__(self, rangers: Sequence[UltrasonicSpec], wheelbase_m: float) -> None:
        self._rangers = rangers
        self._wheelbase_m = wheelbase_m
        self._last_s: float | None = None
        self._heard: dict[str, RangeSample] = {}
        self._is_low = [False] * len(rangers)
        self.points: Array = np.empty((0, 2))
        self._seen_s: Array = np.empty(0)
        self._owner: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def step(
        self,
        samples: Mapping[str, RangeSample],
        lidar_points: Array,
        speed_mps: float,
        steering_rad: float,
        now_s: float,
    ) -> None:
        """Carry along what is known by the motion since the last step and take in new samples."""
        elapsed_s = now_s - self._last_s if self._last_s is not None else math.inf
        self._last_s = now_s
        curvature = math.tan(steering_rad) / self._wheelbase_m
        if 0 <= elapsed_s <= GAP_S:
            self.points = moved(self.points, speed_mps * elapsed_s, curvature)
            self._keep(_is_near(self.points) & (now_s - self._seen_s <= KEEP_S))
        else:
            self._keep(np.zeros(len(self.points), dtype=np.bool_))
        new = [n for n in enumerate(self._rangers) if self._is_new(samples.get(n[1].name), n[1])]
        for index, _ in new:
            self._release(index)
        for _, ranger in new:
            self._clear(ranger, samples[ranger.name].range_m)
        for index, ranger in new:
            sample = self._heard[ranger.name] = samples[ranger.name]
            range_m = slant_m(sample.range_m, ranger)
            if math.isinf(range_m):
                continue
            self._is_low[index] = not is_seen_by_lidar(range_m, ranger, lidar_points)
            travel_m = speed_mps * max(0.0, now_s - sample.stamp_s)
            arc = moved(arc_base(range_m, ranger), travel_m, curvature)
            self._add(arc, index, sample.stamp_s)

    def _is_new(self, sample: RangeSample | None, ranger: UltrasonicSpec) -> bool:
        if sample is None or not is_possible(sample.range_m, ranger):
            return False
        last = self._heard.get(sample.name)
        return last is None or last.stamp_s != sample.stamp_s

    def _release(self, index: int) -> None:
        """A ranger's last arc is now remembered, or gone where the lidar sees what it heard."""
        own = self._owner == index
        self._owner[own] = _REMEMBERED
        self._keep(~own | self._is_low[index])

    def _clear(self, ranger: UltrasonicSpec, range_m: float) -> None:
        """What is remembered where a ranger now hears nothing is gone; a repeat is no news."""
        last = self._heard.get(ranger.name)
        if last is not None and last.range_m == range_m and math.isfinite(range_m):
            return
        gone = seen_empty(self.points, slant_m(range_m, ranger), ranger)
        self._keep(~gone | (self._owner != _REMEMBERED))

    def _add(self, points: Array, owner: int, seen_s: float) -> None:
        count = len(points)
        self.points = np.concatenate((points, self.points))
        self._seen_s = np.concatenate((np.full(count, seen_s), self._seen_s))
        self._owner = np.concatenate((np.full(count, owner), self._owner))
        if len(self.points) > MANY:
            self._merge()

    def _merge(self) -> None:
        """Keep the newest point of each cell."""
        cells = np.round(self.points / CELL_M).astype(np.int64)
        _, newest = np.unique(cells[:, 0] * 100_003 + cells[:, 1], return_index=True)
        keep = np.zeros(len(self.points), dtype=np.bool_)
        keep[newest] = True
        self._keep(keep | (self._owner != _REMEMBERED))

    def _keep(self, keep: Mask) -> None:
        self.points = self.points[keep]
        self._seen_s, self._owner = self._seen_s[keep], self._owner[keep]


def _heard_to_m(range_m: float, ranger: UltrasonicSpec) -> float:
    """The distance up to which a reading tells of things, the one that gave the echo included."""
    cos = math.cos(ranger.cone_rad / 2)
    if math.isinf(range_m):
        return ranger.range_max_m * cos
    return range_m * cos + SAME_THING_M


def _from_ranger(points: Array, ranger: UltrasonicSpec) -> tuple[Array, Array]:
    """How far points lie along a ranger's axis, and how far from it, on the ground plan (m)."""
    dx, dy = points[:, 0] - ranger.x_m, points[:, 1] - ranger.y_m
    ahead = dx * math.cos(ranger.yaw_rad) + dy * math.sin(ranger.yaw_rad)
    return ahead, np.hypot(dx, dy)


def _is_near(points: Array) -> Mask:
    near: Mask = np.einsum("ij,ij->i", points, points) <= KEEP_WITHIN_M**2
    return near
