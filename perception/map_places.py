"""Pieces of a map as rules ask of them: regions with an honest "is it inside?", ways, lamps.

Positions are metres in the map frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from patrol.geometry import larger_sigma

_LEAST_SIGMA_M = 1e-3
_SURELY = 6.0  # sigmas: beyond, less than one in a billion is on the other side


class Region:
    """A piece of ground, maybe empty, maybe of several parts."""

    def __init__(self, shape: BaseGeometry) -> None:
        self._shape = shape
        self._edge = shape.boundary
        self.is_empty = bool(shape.is_empty)  # it covers nothing
        shapely.prepare(shape)

    def depth_m(self, x_m: float, y_m: float) -> float:
        """Distance to the edge, positive inside; minus infinity where the region is empty."""
        return self._depths_m([(x_m, y_m)])[0]

    def share(self, x_m: float, y_m: float, covariance: NDArray[np.float64]) -> float:
        """The probability that something seen at a place (2 x 2 covariance, m²) is inside.

        The nearest edge is taken as straight: Phi(depth / sigma across the edge). That is exact
        for half planes, and good while the region is wider than the uncertainty.
        """
        return self.shares([(x_m, y_m)], [covariance])[0]

    def shares(
        self, places: Sequence[tuple[float, float]], covariances: Sequence[NDArray[np.float64]]
    ) -> list[float]:
        """The same of several things at once."""
        depths_m = self._depths_m(places)
        shares = [float(depth_m > 0) for depth_m in depths_m]
        unsure = [
            index
            for index, (depth_m, covariance) in enumerate(zip(depths_m, covariances, strict=True))
            if abs(depth_m) <= _SURELY * max(larger_sigma(covariance), _LEAST_SIGMA_M)
        ]  # of all others no direction across the edge would change that
        for index, edge in zip(unsure, self._edges([places[i] for i in unsure]), strict=True):
            sigma_m = _sigma_across(places[index], edge, covariances[index])
            apart = depths_m[index] / max(sigma_m, _LEAST_SIGMA_M)
            shares[index] = 0.5 * (1.0 + math.erf(apart / math.sqrt(2.0)))
        return shares

    def _depths_m(self, places: Sequence[tuple[float, float]]) -> list[float]:
        if self.is_empty:
            return [-math.inf] * len(places)
        points = shapely.points(np.array(places, np.float64).reshape(-1, 2))
        distances = shapely.distance(self._edge, points)
        inside = shapely.covers(self._shape, points)
        depths: list[float] = np.where(inside, distances, -distances).tolist()
        return depths

    def _edges(self, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Of each place, the nearest on the edge."""
        if not places:
            return []
        lines = shapely.shortest_line(self._edge, shapely.points(np.array(places)))
        ends: list[tuple[float, float]] = shapely.get_coordinates(lines)[::2].tolist()
        return ends


def _sigma_across(
    place: tuple[float, float], edge: tuple[float, float], covariance: NDArray[np.float64]
) -> float:
    """Of a place, across the edge that is nearest."""
    x, y = place[0] - edge[0], place[1] - edge[1]
    length = math.hypot(x, y)
    if length < 1e-9:  # on the edge: the larger axis
        return larger_sigma(covariance)
    (xx, xy), (yx, yy) = covariance.tolist()
    x, y = x / length, y / length
    return math.sqrt(max((x * xx + y * yx) * x + (x * xy + y * yy) * y, 0.0))


EMPTY = Region(Polygon())


@dataclass(frozen=True, slots=True)
class WatchedZone:
    """A zone of the map that a rule watches."""

    id: str
    region: Region


@dataclass(frozen=True, slots=True)
class MappedLamp:
    """A street lamp of the map; `height_m` is its light's, None where the map does not say."""

    id: str
    x_m: float
    y_m: float
    height_m: float | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A straight way for people and vehicles: two ends in map metres, and its width."""

    id: int
    start: tuple[float, float]
    end: tuple[float, float]
    width_m: float

    @property
    def length_m(self) -> float:
        """Between its ends."""
        return math.dist(self.start, self.end)

    def along_and_left(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of points (n, 2) map m: how far along from the start, and how far to the left."""
        forward = np.subtract(self.end, self.start) / max(self.length_m, 1e-9)
        delta = points - np.array(self.start)
        return delta @ forward, delta @ np.array([-forward[1], forward[0]])

    def place(self, along_m: float, left_m: float) -> tuple[float, float]:
        """Map metres of a place on it."""
        dx, dy = np.subtract(self.end, self.start) / max(self.length_m, 1e-9)
        x, y = self.start
        return float(x + along_m * dx - left_m * dy), float(y + along_m * dy + left_m * dx)
