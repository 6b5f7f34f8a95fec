"""How high the ground is beside a map's ways, for what stands beyond a change of slope.

A patrol map knows the heights of its nodes; between them a way is straight. Beside the ways nobody
has measured, so the doubt grows with the distance from them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2
from patrol.map import PatrolMap

Floats = NDArray[np.float64]

_SPACING_M = 1.0  # of the points that stand for a way
_NEIGHBOURS = 4
_CELL_M, _CELLS_PER_POINT = 5.0, 16  # of the grid in which near points are found
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
        from perception.range_kernels import ground_at, profiles_along  # 0.3 s to load

        alike = np.round(points[:, :2], _SAME_DIGITS)
        _, first, counts = np.unique(alike, axis=0, return_index=True, return_counts=True)
        points = points[first]
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        side = max(
            _CELL_M, math.sqrt(float(np.prod(high - low)) / (_CELLS_PER_POINT * len(points)))
        )
        columns, rows = (np.floor((high - low) / side).astype(np.int64) + 1).tolist()
        column, row = np.floor((points[:, :2] - low) / side).astype(np.int64).T
        # points sorted by their cell; of each row's cells, where they begin, and the last ends
        cells = row * columns + column
        order = np.argsort(cells, kind="stable")
        begins = np.searchsorted(cells[order], np.arange(rows * columns)).reshape(rows, columns)
        ends = np.searchsorted(cells[order], np.arange(1, rows + 1) * columns)
        self._ways = (
            *(np.ascontiguousarray(points[order]), counts[order]),
            *((float(low[0]), float(low[1]), side), np.column_stack((begins, ends))),
            *(_NEIGHBOURS, _SOFTENING_M),
        )
        self._ground_at, self._profiles_along = ground_at, profiles_along

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
        return self._ground_at(np.ascontiguousarray(places, np.float64), *self._ways)

    def along(
        self, pose: Pose2, eye: tuple[float, float], lines: Floats, samples: Floats
    ) -> tuple[Floats, Floats]:
        """Heights (n, samples) m over that at a pose, and distances to the nearest way.

        At horizontal distances (samples,) m from an eye in the pose's frame, along `lines` (n, 6)
        of `range_kernels.lines_of`.
        """
        heading = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
        return self._profiles_along(
            (pose.x_m, pose.y_m), heading, eye, lines, samples, *self._ways
        )


def _along(line: Floats) -> Floats:
    """Points (n, 3) on a straight line (2, 3), both ends among them."""
    length = float(np.hypot(*(line[1, :2] - line[0, :2])))
    shares = np.linspace(0.0, 1.0, max(2, int(length / _SPACING_M) + 1))
    return np.asarray(line[0] + shares[:, None] * (line[1] - line[0]), np.float64)
