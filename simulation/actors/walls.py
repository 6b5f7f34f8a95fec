"""Walls: the outlines that walkers keep away from, found by cell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CELL_M = 6.0
REACH_M = 3.0  # nothing further away matters to a walker
NONE = np.zeros((0, 4))


class Walls:
    """Segments of house walls, parked cars and posts as rows (x0, y0, x1, y1), metres."""

    def __init__(self, outlines: Iterable[Sequence[tuple[float, float]]] = ()) -> None:
        rows = [
            (*a, *b)
            for outline in outlines
            for a, b in zip(outline, (*outline[1:], outline[0]), strict=True)
        ]
        self._segments: Array = np.array(rows, float).reshape(-1, 4)
        self._cells = _index(self._segments)

    def near(self, x_m: float, y_m: float) -> Array:
        """Segments (n, 4) that may be within REACH_M of a point."""
        return self._cells.get(_cell(x_m, y_m), NONE)

    def nearest_points(self, x_m: float, y_m: float) -> Array:
        """The nearest point (n, 2) of each segment near a place."""
        segments = self.near(x_m, y_m)
        start, along = segments[:, :2], segments[:, 2:] - segments[:, :2]
        here = np.array((x_m, y_m))
        squared = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
        share = np.clip(np.einsum("ij,ij->i", here - start, along) / squared, 0.0, 1.0)
        nearest: Array = start + share[:, None] * along
        return nearest


def _cell(x_m: float, y_m: float) -> tuple[int, int]:
    return math.floor(x_m / CELL_M), math.floor(y_m / CELL_M)


def _index(segments: Array) -> dict[tuple[int, int], Array]:
    members: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for i, (x0, y0, x1, y1) in enumerate(segments):
        pieces = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / CELL_M))
        cells = set()
        for k in range(pieces + 1):
            x, y = x0 + (x1 - x0) * k / pieces, y0 + (y1 - y0) * k / pieces
            west, south = _cell(x - CELL_M / 2 - REACH_M, y - CELL_M / 2 - REACH_M)
            east, north = _cell(x + CELL_M / 2 + REACH_M, y + CELL_M / 2 + REACH_M)
            cells |= {(cx, cy) for cx in range(west, east + 1) for cy in range(south, north + 1)}
        for cell in cells:
            members[cell].append(i)
    return {cell: segments[rows] for cell, rows in members.items()}
