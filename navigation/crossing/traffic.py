"""TrafficWatch: what comes along a carriageway, by lidar.

A scan lies in the carriageway's own frame: x across it, y along it. In every lane strip
the nearest return to either side is followed over the last scans; what three quarters of its steps
surpass is how fast it comes. What stands, or comes no faster than a walker, is left to the gate.

The lidar sees as far as it sees: `docs/safety.md#crosswalks` says what that leaves to drivers.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.crossing.places import Carriageway
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.topics import TOPICS
from patrol.vehicle import LidarSpec

Array = NDArray[np.float64]

SCAN_MAX_AGE_S = TOPICS["/scan"].max_age_s or 0.0
KEPT_SCANS = 7
LEAST_STEPS = 4
STRIP_M = 0.5
KERB_M = 0.6  # beside the kerb nobody drives, and walls along it slide as the heading wavers
STEADY_SHARE = 0.25  # of its steps may be slower than what it is taken for
TRAFFIC_MPS = 1.8  # faster than anybody walks
MARGIN_S = 2.0  # between the vehicle's tail and whoever comes
LONGEST_GAP_S = 0.25  # between two scans of one row
# A body that nods or leans has the lidar look at the ground, and what it finds there leaps: what
# may lie lower than half the lidar's height is left out, and a body that nods harder sees nothing.
NOD_RAD = 0.02
LEVEL_OVER_S = 5.0
LOW_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes fast along a strip of the carriageway."""

    near_m: float  # where the strip begins, across the carriageway from its kerb
    arrival_s: float  # until they are at the crosswalk
    speed_mps: float

    @property
    def far_m(self) -> float:
        """Where the strip ends."""
        return self.near_m + STRIP_M


class TrafficWatch:
    """Remembers the last scans in the map frame."""

    def __init__(self, lidar: LidarSpec) -> None:
        self._lidar = lidar
        self._seen: deque[tuple[float, Array]] = deque(maxlen=KEPT_SCANS)
        self._level: tuple[float, float, float] | None = None  # when; roll, pitch of the ground
        self._road: Carriageway | None = None  # of `_away`
        self._away: dict[float, Array] = {}  # by a scan's stamp

    def see(self, scan: Scan, pose: StampedPose) -> None:
        """Take in a scan; the same one twice counts once, a gap begins anew."""
        roll, pitch = self._lean(pose)
        last_s = self._seen[-1][0] if self._seen else -math.inf
        if scan.stamp_s == last_s or max(abs(roll), abs(pitch)) > NOD_RAD:
            return
        if not 0.0 < scan.stamp_s - last_s <= LONGEST_GAP_S:
            self._seen.clear()
        points = scan.points_base(self._lidar.x_m, self._lidar.y_m)
        height_m = self._lidar.z_m + roll * points[:, 1] - pitch * points[:, 0]
        points = points[height_m > LOW_SHARE * self._lidar.z_m]
        self._seen.append((scan.stamp_s, _pose_at(pose, scan.stamp_s).transform_points(points)))

    def _lean(self, pose: StampedPose) -> tuple[float, float]:
        """Roll and pitch against those of the last seconds, which are the ground's."""
        if self._level is None:
            self._level = (pose.stamp_s, pose.roll_rad, pose.pitch_rad)
        before_s, roll, pitch = self._level
        share = min(max(pose.stamp_s - before_s, 0.0) / LEVEL_OVER_S, 1.0)
        leans = (pose.roll_rad - roll, pose.pitch_rad - pitch)
        self._level = (pose.stamp_s, roll + share * leans[0], pitch + share * leans[1])
        return leans

    def arrival_s(self, road: Carriageway, own_mps: float, now_s: float) -> float | None:
        """How soon (s) the first that comes is at the strip: inf for nobody; None while the
        scans are too few or too old to tell."""
        comers = self.comers(road, own_mps, now_s)
        if comers is None:
            return None
        return min((comer.arrival_s for comer in comers), default=math.inf)

    def comers(self, road: Carriageway, own_mps: float, now_s: float) -> list[Comer] | None:
        """Who comes, strip by strip; None while the scans are too few or too old to tell.

        A corner that the vehicle drives past shows more and more of what is behind it, which
        seems to come as fast as the vehicle drives: its own speed is taken off.
        """
        if len(self._seen) <= LEAST_STEPS or now_s - self._seen[-1][0] > SCAN_MAX_AGE_S:
            return None
        stamps = np.array([stamp_s for stamp_s, _ in self._seen])
        away = self._distances(road)
        with np.errstate(invalid="ignore"):  # nobody, and nobody again
            steps = -np.diff(away, axis=0) / np.diff(stamps)[:, np.newaxis]
        known = np.isfinite(steps).sum(axis=0) >= LEAST_STEPS
        steps[~np.isfinite(steps)] = np.nan
        coming = np.flatnonzero(known & np.isfinite(away[-1]))
        if not len(coming):
            return []
        speeds = _steady(steps[:, coming])
        strips = away.shape[1] // 2
        return [
            Comer(KERB_M + STRIP_M * int(row % strips), float(away[-1][row] / speed), float(speed))
            for row, speed in zip(coming, speeds, strict=True)
            if speed >= TRAFFIC_MPS + abs(own_mps)
        ]

    def _distances(self, road: Carriageway) -> Array:
        """How far away the nearest is, for each scan (rows) and strip; each scan is read once."""
        known = self._away if road == self._road else {}
        self._away = {
            stamp_s: known[stamp_s] if stamp_s in known else _nearest(points, road)
            for stamp_s, points in self._seen
        }
        self._road = road
        return np.stack(list(self._away.values()))


def _steady(steps: Array) -> Array:
    """The quantile STEADY_SHARE of each column, NaN left out (np.nanquantile, 50 times faster)."""
    ordered = np.sort(steps, axis=0)  # NaN goes last
    place = STEADY_SHARE * (np.isfinite(ordered).sum(axis=0) - 1)
    below = np.floor(place).astype(np.intp)
    low, high = (np.take_along_axis(ordered, i[np.newaxis], 0)[0] for i in (below, below + 1))
    steady: Array = low + (place - below) * (high - low)
    return steady


def _pose_at(stamped: StampedPose, stamp_s: float) -> Pose2:
    """base_link a little earlier or later, on with its speed and yaw rate."""
    dt = stamp_s - stamped.stamp_s
    yaw = stamped.pose.yaw_rad + stamped.yaw_rate_radps * dt
    x_m, y_m = stamped.pose.transform(stamped.speed_mps * dt, 0.0)
    return Pose2(x_m, y_m, wrap_angle(yaw))


def _nearest(points_map: Array, road: Carriageway) -> Array:
    """How far away the nearest return is, for each strip to the left, then to the right (m)."""
    local = road.kerb.inverse().transform_points(points_map)
    strips = max(1, math.ceil((road.across_m - 2 * KERB_M) / STRIP_M))
    index = np.floor((local[:, 0] - KERB_M) / STRIP_M).astype(np.intp)
    away = np.abs(local[:, 1]) - road.half_width_m
    on_road = (index >= 0) & (index < strips) & (away > 0)
    side = np.where(local[:, 1] > 0, 0, strips)
    nearest = np.full(2 * strips, np.inf)
    np.minimum.at(nearest, (index + side)[on_road], away[on_road])
    return nearest
