"""What a GNSS antenna sees of the sky: satellites that move, and the houses in front of them.

Angles are mathematical: azimuth counter-clockwise from east, as yaw. Trees, hills and the gaps of
real orbital planes are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.props import Prism

SATELLITES = 84  # on the whole sphere: four systems; about 35 are over 10 degrees in the open
LOWEST_RAD = math.radians(10.0)  # receivers leave lower ones out
SKY_RATE_RADPS = math.tau / 43_082.0  # GPS satellites circle in half a sidereal day
SECTORS = 72
REACH_M = 150.0  # houses further away hide nothing over LOWEST_RAD but towers
AGAIN_M = 0.5  # the mask holds this far
NO_DOP = 99.0


@dataclass(frozen=True, slots=True)
class SkyView:
    """Satellites in direct sight, those of them that also come by a wall, dilution of precision.

    The dilution is the horizontal one (Kaplan and Hegarty, Understanding GPS/GNSS, 3rd ed., sec.
    11.2).
    """

    visible: int
    reflected: int
    hdop: float


class Constellation:
    """Satellites spread evenly by seed, turning about the celestial pole."""

    def __init__(self, latitude_rad: float, rng: np.random.Generator) -> None:
        directions = rng.normal(size=(SATELLITES, 3))
        self._start = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        self._pole = np.array((0.0, math.cos(latitude_rad), math.sin(latitude_rad)))

    def directions(self, time_s: float) -> NDArray[np.float64]:
        """Unit vectors (n, 3), east-north-up, of what is above LOWEST_RAD (Rodrigues' formula)."""
        angle = SKY_RATE_RADPS * time_s
        along = np.outer(self._start @ self._pole, self._pole)
        across = np.cross(self._pole, self._start)
        turned = along + (self._start - along) * math.cos(angle) + across * math.sin(angle)
        high: NDArray[np.float64] = turned[turned[:, 2] > math.sin(LOWEST_RAD)]
        return high


class Skyline:
    """The elevation up to which houses hide the sky, by sector of azimuth."""

    def __init__(self, buildings: Sequence[Prism]) -> None:
        rings = [np.array(prism.ring_map, float).reshape(-1, 2) for prism in buildings]
        self._from: NDArray[np.float64] = np.vstack([*rings, np.empty((0, 2))])
        ends = [np.roll(ring, -1, axis=0) for ring in rings]
        self._along: NDArray[np.float64] = np.vstack([*ends, np.empty((0, 2))]) - self._from
        self._reach_m = REACH_M + np.hypot(*self._along.T)
        self._top_m = np.repeat([prism.top_m for prism in buildings], [len(r) for r in rings])
        azimuths = (np.arange(SECTORS) + 0.5) * math.tau / SECTORS
        self._rays = np.column_stack((np.cos(azimuths), np.sin(azimuths)))

    def mask_rad(self, antenna_map: Sequence[float]) -> NDArray[np.float64]:
        """Elevation of the highest roof edge in each sector, (SECTORS,); 0 where none is."""
        offset = self._from - antenna_map[:2]
        near = np.hypot(*offset.T) < self._reach_m
        offset, along, top = offset[near], self._along[near], self._top_m[near]
        # ray o + t u meets wall p + w s at t = (p x s) / (u x s), w = (p x u) / (u x s)
        turn = _cross(self._rays[:, None], along[None])
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = _cross(offset, along)[None] / turn
            share = _cross(offset[None], self._rays[:, None]) / turn
            slope = (top - antenna_map[2])[None] / distance
        hit = (distance > 0) & (share >= 0) & (share <= 1)
        steepest = np.where(hit, slope, 0.0).max(axis=1, initial=0.0)
        mask: NDArray[np.float64] = np.arctan(steepest)
        return mask


class Sky:
    """Satellites and skyline together; remembers the last mask."""

    def __init__(
        self, buildings: Sequence[Prism], latitude_rad: float, rng: np.random.Generator
    ) -> None:
        self._constellation = Constellation(latitude_rad, rng)
        self._skyline = Skyline(buildings)
        self._mask_at = (math.inf, math.inf)
        self._mask: NDArray[np.float64] = np.zeros(SECTORS)

    def view(self, antenna_map: tuple[float, float, float], time_s: float) -> SkyView:
        """What the antenna sees at a time (s since the start)."""
        if not math.dist(self._mask_at, antenna_map[:2]) < AGAIN_M:
            self._mask_at, self._mask = antenna_map[:2], self._skyline.mask_rad(antenna_map)
        directions = self._constellation.directions(time_s)
        elevation = np.arcsin(directions[:, 2])
        azimuth = np.arctan2(directions[:, 1], directions[:, 0]) % math.tau
        sector = (azimuth / math.tau * SECTORS).astype(int) % SECTORS
        seen = elevation > self._mask[sector]
        behind = self._mask[(sector + SECTORS // 2) % SECTORS]
        reflected = seen & (elevation < behind)
        return SkyView(int(seen.sum()), int(reflected.sum()), _hdop(directions[seen]))


def _hdop(directions: NDArray[np.float64]) -> float:
    if len(directions) < 4:
        return NO_DOP
    design = np.column_stack((directions, np.ones(len(directions))))
    try:
        covariance = np.linalg.inv(design.T @ design)
    except np.linalg.LinAlgError:
        return NO_DOP
    return min(NO_DOP, math.sqrt(max(0.0, covariance[0, 0] + covariance[1, 1])))


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    product: NDArray[np.float64] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product
