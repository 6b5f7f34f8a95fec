"""Watched property: upright planes of the map whose look is known from reference pictures.

A `watched_property` zone covers the ground before what is watched. Where a building's wall runs
along it, the wall is a plane: doors, shutters, windows. The upright plane through the zone's
middle is another one: things that stand before the wall. A zone away from buildings has only that
one.

Metres in the map frame; heights over the ground.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from patrol.map import Building, Zone

Point = tuple[float, float]
Floats = NDArray[np.float64]

PIXEL_M = 0.05  # of a rectified view: what 640 x 360 pixels show of a wall 10 m away
MARGIN_M = 1.0  # beyond a plane's ends: looked at to find the alignment, not judged
WALL_WITHIN_M = 0.6  # so near a zone a wall is the zone's
MOST_LENGTH_M = 8.0  # a longer zone is watched in pieces
LEAST_LENGTH_M = 1.0
WALL_HIGH_M = 2.4
THINGS_LOW_M, THINGS_HIGH_M = -0.35, 1.0  # below the ground: the ground before the plane
ALONE_HIGH_M = 2.0  # where there is no wall
WALL, THINGS = "wall", "things"  # names of planes


@dataclass(frozen=True, slots=True)
class WatchedPlane:
    """An upright plane over the line from `start` to `end`, margins not counted."""

    name: str
    start: Point
    end: Point
    low_m: float
    high_m: float
    wall_behind_m: float | None  # how far behind it the wall is; None: there is none

    @property
    def length_m(self) -> float:
        """Between its ends."""
        return math.dist(self.start, self.end)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of its rectified view in pixels, margins included."""
        width = round((self.length_m + 2 * MARGIN_M) / PIXEL_M)
        return round((self.high_m - self.low_m) / PIXEL_M), width

    @property
    def judged(self) -> slice:
        """The columns that are no margin."""
        margin = round(MARGIN_M / PIXEL_M)
        return slice(margin, self.shape[1] - margin)

    @property
    def forward(self) -> Floats:
        """Unit vector (2,) from start to end."""
        return np.asarray(np.subtract(self.end, self.start) / max(self.length_m, 1e-9))

    def place(self, column: float) -> Point:
        """The map place of a column of the rectified view."""
        along_m = column * PIXEL_M - MARGIN_M
        x_m, y_m = np.asarray(self.start) + along_m * self.forward
        return float(x_m), float(y_m)

    def height_of(self, row: float) -> float:
        """The height over the ground of a row of the rectified view."""
        return self.high_m - row * PIXEL_M

    def corners(self) -> list[tuple[float, float, float]]:
        """Map x, y and height of the rectified view's corners: upper left, then clockwise."""
        _, width = self.shape
        left, right = self.place(0), self.place(width)
        return [(*left, self.high_m), (*right, self.high_m),
                (*right, self.low_m), (*left, self.low_m)]  # fmt: skip

    def distance_m(self, place: Point) -> float:
        """How far a place is from the endless plane."""
        dx, dy = np.subtract(place, self.start)
        forward = self.forward
        return abs(float(forward[0] * dy - forward[1] * dx))

    @property
    def digest(self) -> str:
        """What a stored view must have been made for."""
        numbers = (*self.start, *self.end, self.low_m, self.high_m)
        behind = "-" if self.wall_behind_m is None else f"{self.wall_behind_m:.2f}"
        return f"{self.name} {' '.join(f'{n:.2f}' for n in numbers)} {behind}"


@dataclass(frozen=True, slots=True)
class WatchedProperty:
    """A zone's planes, or a piece's of a long one; `towards` points from the wall to the street.

    A zone without a wall is watched from both sides: `towards` is None.
    """

    id: str
    place: Point
    planes: tuple[WatchedPlane, ...]
    towards: Point | None

    def faces(self, viewpoint: Point) -> bool:
        """Whether a place is on the side that is watched."""
        if self.towards is None:
            return True
        start = self.planes[0].start
        return float(np.dot(np.subtract(viewpoint, start), self.towards)) > 0


def watched_properties(zone: Zone, buildings: Sequence[Building]) -> list[WatchedProperty]:
    """What a zone has to watch, in pieces of at most `MOST_LENGTH_M`."""
    polygon = Polygon(zone.polygon_map)
    best = max(_walls(polygon, buildings), key=lambda w: math.dist(w[0], w[1]), default=None)
    start, end, towards, depth_m = best or _alone(polygon)
    count = max(1, math.ceil(math.dist(start, end) / MOST_LENGTH_M - 1e-9))
    cuts = [np.asarray(start) + k / count * np.subtract(end, start) for k in range(count + 1)]
    pieces = []
    for number, (one, other) in enumerate(itertools.pairwise(cuts), start=1):
        name = zone.id if count == 1 else f"{zone.id}.{number}"
        pieces.append(_piece(name, one, other, towards, depth_m))
    return pieces


def _piece(
    name: str, start: Floats, end: Floats, towards: Point | None, depth_m: float
) -> WatchedProperty:
    a, b = (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    if towards is None:
        alone = WatchedPlane(THINGS, a, b, THINGS_LOW_M, ALONE_HIGH_M, None)
        return WatchedProperty(name, middle, (alone,), None)
    before_m = depth_m / 2
    shift = before_m * np.asarray(towards)
    planes = (
        WatchedPlane(WALL, a, b, 0.0, WALL_HIGH_M, None),
        WatchedPlane(THINGS, _moved(a, shift), _moved(b, shift), THINGS_LOW_M, THINGS_HIGH_M,
                     before_m),
    )  # fmt: skip
    return WatchedProperty(name, middle, planes, towards)


def _walls(
    polygon: Polygon, buildings: Sequence[Building]
) -> Iterator[tuple[Point, Point, Point, float]]:
    """Pieces of walls along a zone: ends, the way to the street, the zone's depth before it."""
    corners = np.array(polygon.exterior.coords[:-1])
    for building in buildings:
        ring = building.polygon_map
        for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
            if LineString((a, b)).distance(polygon) > WALL_WITHIN_M:
                continue
            length_m = math.dist(a, b)
            if length_m < LEAST_LENGTH_M:
                continue
            forward = np.subtract(b, a) / length_m
            along = np.clip((corners - a) @ forward, 0.0, length_m)
            if np.ptp(along) < LEAST_LENGTH_M:
                continue
            across = (corners - a) @ np.array([-forward[1], forward[0]])
            side = 1.0 if across.mean() > 0 else -1.0
            yield (
                _xy(*(a + along.min() * forward)),
                _xy(*(a + along.max() * forward)),
                _xy(side * -forward[1], side * forward[0]),
                float(np.abs(across).max()),
            )


def _alone(polygon: Polygon) -> tuple[Point, Point, None, float]:
    """The longer middle line of a zone away from buildings."""
    ring = shapely.get_exterior_ring(polygon.minimum_rotated_rectangle)
    corners = shapely.get_coordinates(ring)[:4]
    one, other = corners[1] - corners[0], corners[2] - corners[1]
    along, first = (one, corners[0] + other / 2) if one @ one >= other @ other else (
        other, corners[0] + one / 2)  # fmt: skip
    return _xy(*first), _xy(*(first + along)), None, 0.0


def _xy(x_m: float, y_m: float) -> Point:
    return float(x_m), float(y_m)


def _moved(place: Point, shift: Floats) -> Point:
    return float(place[0] + shift[0]), float(place[1] + shift[1])
