"""Walls: the outlines of a map's buildings as segments that a lidar may see, found by place."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CELL_M = 15.0
SAME_PLACE_M = 3.0  # the last selection holds this far
SHORTEST_M = 0.3  # a shorter edge is a corner that somebody rounded


class Walls:
    """Segments with their outward normals; `near` gives those around a place.

    Attributes of a selection: `start` (n, 2), `along` (n, 2) unit vectors, `length_m` (n,),
    `normal` (n, 2) unit vectors out of the house.
    """

    def __init__(self, start: Floats, along: Floats, length_m: Floats, normal: Floats) -> None:
        self.start, self.along, self.length_m, self.normal = start, along, length_m, normal

    def __len__(self) -> int:
        return len(self.length_m)

    def pick(self, rows: NDArray[np.int64]) -> Walls:
        """Some of them."""
        return Walls(self.start[rows], self.along[rows], self.length_m[rows], self.normal[rows])


class Outlines:
    """All walls of a map in a grid of cells."""

    def __init__(self, polygons_map: Iterable[Sequence[tuple[float, float]]]) -> None:
        self._walls = _walls_of(polygons_map)
        self._cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        ends = self._walls.start + self._walls.along * self._walls.length_m[:, None]
        for row, (a, b) in enumerate(zip(self._walls.start, ends, strict=True)):
            low, high = np.minimum(a, b) // CELL_M, np.maximum(a, b) // CELL_M
            for column in range(int(low[0]), int(high[0]) + 1):
                for line in range(int(low[1]), int(high[1]) + 1):
                    self._cells[column, line].append(row)
        self._at = (math.inf, math.inf)
        self._near = self._walls.pick(np.empty(0, np.int64))

    def near(self, x_m: float, y_m: float, reach_m: float) -> Walls:
        """The walls within reach of a place (map metres), and some beyond."""
        if not math.dist(self._at, (x_m, y_m)) < SAME_PLACE_M:
            self._at = (x_m, y_m)
            reach = reach_m + SAME_PLACE_M
            columns = range(int((x_m - reach) // CELL_M), int((x_m + reach) // CELL_M) + 1)
            lines = range(int((y_m - reach) // CELL_M), int((y_m + reach) // CELL_M) + 1)
            rows = {row for c in columns for r in lines for row in self._cells.get((c, r), ())}
            self._near = self._walls.pick(np.array(sorted(rows), np.int64))
        return self._near


def _walls_of(polygons_map: Iterable[Sequence[tuple[float, float]]]) -> Walls:
    starts, ends = [np.empty((0, 2))], [np.empty((0, 2))]
    for polygon in polygons_map:
        ring = np.array(polygon, dtype=float).reshape(-1, 2)
        x, y = ring.T
        if np.dot(x, np.roll(y, -1)) < np.dot(y, np.roll(x, -1)):
            ring = ring[::-1]  # counter-clockwise: outside is to the right
        starts.append(ring)
        ends.append(np.roll(ring, -1, axis=0))
    start = np.vstack(starts)
    way = np.vstack(ends) - start
    length = np.hypot(way[:, 0], way[:, 1])
    kept = length >= SHORTEST_M
    start, along = start[kept], way[kept] / length[kept, None]
    return Walls(start, along, length[kept], np.column_stack((along[:, 1], -along[:, 0])))
