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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.safety.memory import GAP_S, are_within, rolled, seen_from
from navigation.safety.watch import RANGE_MAX_AGE_S, is_fresh, is_possible
from navigation.types import RangeSample
from patrol.geometry import Pose2
from patrol.vehicle import UltrasonicSpec

LOWEST_M = 0.10  # what is lower than this may pass under a cone unseen
SAME_THING_M = 0.15  # two ranges that differ by less may belong to one thing
LIDAR_AGREES_M, LIDAR_AGREES_RAD = 0.3, 0.1  # who walks is elsewhere a scan later
KEEP_S = 30.0
KEEP_WITHIN_M = 4.5
ARC_POINTS = 13
_ACROSS = np.linspace(-0.5, 0.5, ARC_POINTS)  # of a cone
CELL_M = 0.07  # across it is less than the gate's margin beside the way
_CELLS_ACROSS = 100_003  # more than lie within reach

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_News = Mapping[UltrasonicSpec, RangeSample]


def slant_m(range_m: float, ranger: UltrasonicSpec) -> float:
    """The range to count with: the blind zone reads as its end, nothing heard as infinite."""
    return max(range_m, ranger.range_min_m)


def arc_base(range_m: float, ranger: UltrasonicSpec) -> Array:
    """Points (n, 2) in base_link on which the nearest thing may stand."""
    bearing = ranger.yaw_rad + ranger.cone_rad * _ACROSS
    near_m = range_m * math.cos(ranger.cone_rad / 2)
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


def is_seen_by_lidar(
    range_m: float,
    ranger: UltrasonicSpec,
    lidar_points: Array,
    agrees_m: float = LIDAR_AGREES_M,
) -> bool:
    """Whether the lidar's points (n, 2) in base_link hold one that can have given this echo."""
    ahead, distance = _from_ranger(lidar_points, ranger)
    near_cone = ahead >= distance * math.cos(ranger.cone_rad / 2 + LIDAR_AGREES_RAD)
    return bool(np.any(near_cone & (np.abs(distance - range_m) <= agrees_m)))


def newest_of_cells(points: Array) -> NDArray[np.int64]:
    """The rows of points (n, 2), newest first, that stand for all: one a cell of the ground."""
    cells = np.round(points / CELL_M).astype(np.int64)
    one_a_cell = np.unique(cells[:, 0] * _CELLS_ACROSS + cells[:, 1], return_index=True)
    rows: NDArray[np.int64] = one_a_cell[1]
    return rows


@dataclass(frozen=True, slots=True)
class _Arc:
    """Where a ranger's last echo may have come from, and whether the lidar sees nothing there."""

    points: Array
    stamp_s: float
    is_low: bool


class LowThings:
    """Keeps `points` (n, 2) in base_link up to date.

    What is known stands in a frame through which odometry carries base_link, so that a cell of
    `newest_of_cells` stays the same ground: what is heard again and again takes no more room.
    """

    def __init__(self, rangers: Sequence[UltrasonicSpec], wheelbase_m: float) -> None:
        self._rangers = rangers
        self._wheelbase_m = wheelbase_m
        self._last_s: float | None = None
        self._base = Pose2(0.0, 0.0, 0.0)
        self._heard: dict[str, RangeSample] = {}
        self._arcs: dict[str, _Arc] = {}  # of those rangers that hear something
        self._known: Array = np.empty((0, 2))  # remembered: no ranger hears it now
        self._seen_s: Array = np.empty(0)
        self.points: Array = np.empty((0, 2))

    def step(
        self,
        samples: Mapping[str, RangeSample],
        lidar_points: Array,
        speed_mps: float,
        steering_rad: float,
        now_s: float,
    ) -> None:
        """Carry along what is known by the motion since the last step and take in new samples."""
        curvature = math.tan(steering_rad) / self._wheelbase_m
        self._roll(speed_mps, curvature, now_s)
        rangers = (r for r in self._rangers if self._is_news(r, samples.get(r.name), now_s))
        news = {ranger: samples[ranger.name] for ranger in rangers}
        if news:
            self._remember(news)
            self._forget(news, now_s)
        for ranger, sample in news.items():
            self._heard[ranger.name] = sample
            if sample.range_m < math.inf:
                then = self._base.compose(rolled(speed_mps * (sample.stamp_s - now_s), curvature))
                self._arcs[ranger.name] = _arc(sample, ranger, then, lidar_points)
        arcs = (arc.points for arc in self._arcs.values())
        self.points = seen_from(self._base, np.concatenate((*arcs, self._known)))

    def _roll(self, speed_mps: float, curvature_1pm: float, now_s: float) -> None:
        elapsed_s = now_s - self._last_s if self._last_s is not None else math.inf
        self._last_s = now_s
        if 0 <= elapsed_s <= GAP_S:
            self._base = self._base.compose(rolled(speed_mps * elapsed_s, curvature_1pm))
        else:  # what happened meanwhile is not known, so nothing has a place any more
            self._arcs = {}
            self._known, self._seen_s = self._known[:0], self._seen_s[:0]

    def _is_news(self, ranger: UltrasonicSpec, sample: RangeSample | None, now_s: float) -> bool:
        """Whether a ranger says what it had not said at the last step, and can be believed."""
        last = self._heard.get(ranger.name)
        if sample is None or (last is not None and last.stamp_s == sample.stamp_s):
            return False
        is_now = is_fresh(sample.stamp_s, RANGE_MAX_AGE_S, now_s)
        return is_now and is_possible(sample.range_m, ranger)

    def _remember(self, news: _News) -> None:
        """Rangers' last arcs are memory now, or gone where the lidar sees what they heard."""
        arcs = (self._arcs.pop(ranger.name, None) for ranger in news)
        low = [arc for arc in arcs if arc is not None and arc.is_low]
        points = np.concatenate((*(arc.points for arc in low), self._known))
        stamps = np.repeat([arc.stamp_s for arc in low], ARC_POINTS)
        rows = newest_of_cells(points)
        self._known = points[rows]
        self._seen_s = np.concatenate((stamps, self._seen_s))[rows]

    def _forget(self, news: _News, now_s: float) -> None:
        """Drop what is far or long ago, and what a ranger would hear now; a repeat is no news."""
        points = seen_from(self._base, self._known)
        keep = are_within(points, KEEP_WITHIN_M) & (now_s - self._seen_s <= KEEP_S)
        for ranger, sample in news.items():
            last = self._heard.get(ranger.name)
            if last is None or not last.range_m == sample.range_m < math.inf:
                keep &= ~seen_empty(points, slant_m(sample.range_m, ranger), ranger)
        self._known, self._seen_s = self._known[keep], self._seen_s[keep]


def _arc(sample: RangeSample, ranger: UltrasonicSpec, base: Pose2, lidar_points: Array) -> _Arc:
    """Of an echo that a ranger heard when base_link was there."""
    range_m = slant_m(sample.range_m, ranger)
    points = seen_from(base.inverse(), arc_base(range_m, ranger))
    is_low = not is_seen_by_lidar(range_m, ranger, lidar_points)
    return _Arc(points, sample.stamp_s, is_low)


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
