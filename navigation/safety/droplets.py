"""Fog and rain in the lidar's beam: echoes of drops are told from things by what things do.

A thing within reach of a stop fills neighbouring rays, and stands where it was in the scan before
or near it. A drop answers one ray once. While the air is full of such echoes (and only then), a
lone echo counts when something was beside it, too, in each of the two scans before:
safety scanners call this multiple sampling. What is thinner than three rays is believed two scans
later then, so the gate has to reckon with `delay_s` more of reaction.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navigation.safety.memory import GAP_S, rolled, seen_from
from patrol.geometry import Scan
from patrol.vehicle import LidarSpec

NEIGHBOURS = 2  # rays to either side that a thing may fill, too
SOLID = 3  # rays, its own among them: 4 cm at 1.5 m
DEPTH_M = 0.15  # between the rays of one thing
# How far an echo may lie from the one before: the lidar's noise, and with the range a ray's width
# and what the vehicle's motion is not known by. 0.10 m at 2 m.
AGAIN_M, AGAIN_SHARE = 0.02, 0.04
SCANS = 2  # before this one
DROPS_M = 6.0  # drops further away echo too little
NEAR_M = 3.5  # within this a leg fills three rays: fewer is thin, or a drop
FULL_AIR, CLEAR_AIR = 1.5, 0.5  # passing lone echoes a scan: from where to where drops count
SHARE = 0.2  # of the newest scan in their number

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Droplets:
    """Takes drops out of scans; `is_foggy` while the air is full of them."""

    def __init__(self, lidar: LidarSpec, wheelbase_m: float) -> None:
        self._lidar, self._wheelbase_m = lidar, wheelbase_m
        self._before: list[Array] = []  # hits of the last scans in base_link now, newest first
        self._last_s = -math.inf
        self._passing = 0.0  # lone echoes near by that were not there before, a scan
        self.is_foggy = False

    @property
    def delay_s(self) -> float:
        """By how much later a thin thing is believed."""
        return SCANS / self._lidar.rate_hz if self.is_foggy else 0.0

    def things(self, scan: Scan, speed_mps: float, steering_rad: float) -> Array:
        """The points (n, 2) of a new scan in base_link that count."""
        points = scan.points_base(self._lidar.x_m, self._lidar.y_m)
        self._carry_on(scan.stamp_s, speed_mps, steering_rad)
        doubtful = ~_are_solid(scan) & (self._ranges_m(points) <= DROPS_M)
        doubtful[doubtful] = ~self._were_there(points[doubtful])
        self._count(points[doubtful])
        self._before = [points, *self._before][:SCANS]
        return points[~doubtful] if self.is_foggy else points

    def _carry_on(self, stamp_s: float, speed_mps: float, steering_rad: float) -> None:
        """Move what was seen as the vehicle has moved since; forget it after a gap."""
        dt = stamp_s - self._last_s
        self._last_s = stamp_s
        if not 0 <= dt <= GAP_S:
            self._before = []
            return
        motion = rolled(speed_mps * dt, math.tan(steering_rad) / self._wheelbase_m)
        self._before = [seen_from(motion, points) for points in self._before]

    def _were_there(self, points: Array) -> Flags:
        """Which points (n, 2) had something beside them in each of the scans before."""
        there = np.full(len(points), len(self._before) == SCANS)
        reach_m = AGAIN_M + AGAIN_SHARE * self._ranges_m(points)
        for before in self._before:
            apart = points[:, None, :] - before[None, :, :]
            squared = np.einsum("ijk,ijk->ij", apart, apart)
            there &= (squared <= reach_m[:, None] ** 2).any(axis=1)
        return there

    def _count(self, lone: Array) -> None:
        near = np.count_nonzero(self._ranges_m(lone) <= NEAR_M)
        if len(self._before) == SCANS:
            self._passing += SHARE * (near - self._passing)
        self.is_foggy = self._passing > (CLEAR_AIR if self.is_foggy else FULL_AIR)

    def _ranges_m(self, points: Array) -> Array:
        ranges: Array = np.hypot(points[:, 0] - self._lidar.x_m, points[:, 1] - self._lidar.y_m)
        return ranges


def _are_solid(scan: Scan) -> Flags:
    """For each hit of a scan, whether enough rays about it end as far away."""
    ranges = scan.ranges_m
    hits = np.isfinite(ranges) & (ranges >= scan.range_min_m) & (ranges <= scan.range_max_m)
    padded = np.pad(np.where(hits, ranges, np.inf), NEIGHBOURS, constant_values=np.inf)
    alike = np.zeros(len(ranges), dtype=np.intp)
    for shift in range(2 * NEIGHBOURS + 1):
        with np.errstate(invalid="ignore"):  # inf less inf is alike nothing
            alike += np.abs(padded[shift : shift + len(ranges)] - ranges) <= DEPTH_M
    solid: Flags = alike[hits] >= SOLID
    return solid
