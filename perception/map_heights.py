"""How high the ground is beside a map's ways, for what stands beyond a change of slope.

A patrol map knows the heights of its nodes; between them a way is straight. Beside the ways nobody
has measured, so the doubt grows with the distance from them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from patrol.map import PatrolMap

Floats = NDArray[np.float64]

_SPACING_M = 1.0  # of the points that stand for a way
_NEIGHBOURS = 4
_SOFTENING_M = 0.5  # so near, several ways' points are averaged
_LEAST_RISE_M = 0.01  # a map whose nodes differ by less has no heights
_SAME_DIGITS = 6  # of metres: points that agree to a micrometre are one


class MapHeights:
    """Heights of the ground, by the ways that are near."""

    def __init__(self, points: Floats) -> None:
        """`points`: (n, 3) of the ways, metres in the map.

        A way that is driven both ways has each of its points twice, a node one of each of its
        ways. They are asked for once, and count as often as they are there.
        """
        alike = np.round(points[:, :2], _SAME_DIGITS)
        _, first, counts = np.unique(alike, axis=0, return_index=True, return_counts=True)
        self._tree = cKDTree(points[first, :2])
        self._z, self._counts = points[first, 2], counts
        self._asked = min(math.ceil(_NEIGHBOURS / counts.min()), len(first))

    @classmethod
    def of(cls, patrol_map: PatrolMap) -> MapHeights | None:
        """Of a map; None where it has no ways, or all its nodes are level (heights unknown)."""
        ends = [
            (patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id])
            for edge in patrol_map.edges.values()
        ]
        levels = [node.z_m for pair in ends for node in pair]
        if not levels or max(levels) - min(levels) < _LEAST_RISE_M:
            return None
        lines = [np.array([(n.x_m, n.y_m, n.z_m) for n in pair]) for pair in ends]
        return cls(np.vstack([_along(line) for line in lines]))

    def at(self, places: Floats) -> tuple[Floats, Floats]:
        """Heights (n,) m at places (n, 2) map m, and their distances (n,) m to the nearest way."""
        distances, indices = self._tree.query(places, k=self._asked)
        distances, indices = (found.reshape(len(places), -1) for found in (distances, indices))
        counts = self._counts[indices]
        before = np.cumsum(counts, axis=1) - counts  # neighbours that are nearer
        counts = np.minimum(counts, np.maximum(_NEIGHBOURS - before, 0))
        weights = counts / (distances + _SOFTENING_M) ** 2
        heights = (weights * self._z[indices]).sum(axis=1) / weights.sum(axis=1)
        return heights, distances[:, 0]


def _along(line: Floats) -> Floats:
    """Points (n, 3) on a straight line (2, 3), both ends among them."""
    length = float(np.hypot(*(line[1, :2] - line[0, :2])))
    shares = np.linspace(0.0, 1.0, max(2, int(length / _SPACING_M) + 1))
    return np.asarray(line[0] + shares[:, None] * (line[1] - line[0]), np.float64)
