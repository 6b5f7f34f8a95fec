"""Corner rounding: an arc that the vehicle can steer and that stays on the way.

An arc of radius R in a corner of turn angle a begins R tan(a/2) before the node and passes it at
R (1/cos(a/2) - 1). Where no arc fits, the vehicle has to stop and turn (`turning.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.following.corner_room import fits
from patrol.geodesy import wrap_angle
from patrol.vehicle import VehicleSpec

Point = tuple[float, float]

RADIUS_RESERVE = 1.15  # over the turning radius: what is left for corrections
MAX_CUT_M = 0.66  # how far the arc may pass from the node
MAX_RADIUS_M = 10.0
RADII_TRIED = 8
STRAIGHT_RAD = math.radians(1.0)
MILD_RAD = math.radians(45.0)  # up to here an arc that does not fit is better than a turn
TURN_ROUND_RAD = math.radians(150.0)
SAMPLE_M = 0.05  # of the raw line, before smoothing


@dataclass(frozen=True, slots=True)
class Corner:
    """The rounding at a node; radius 0 is a straight, None a turn that no arc can make."""

    turn_rad: float
    radius_m: float | None

    @property
    def tangent_m(self) -> float:
        """How long before and after the node the arc lies."""
        return (self.radius_m or 0.0) * math.tan(abs(self.turn_rad) / 2)


def heading(start: Point, end: Point) -> float:
    """Direction from one point to another (rad)."""
    return math.atan2(end[1] - start[1], end[0] - start[0])


def corner(
    before: Point, node: Point, after: Point, widths_m: tuple[float, float], spec: VehicleSpec
) -> Corner:
    """How to round a node between ways of these widths; an arc gets at most half of either."""
    turn = wrap_angle(heading(node, after) - heading(before, node))
    if abs(turn) < STRAIGHT_RAD:
        return Corner(turn, 0.0)
    if abs(turn) > TURN_ROUND_RAD:
        return Corner(turn, None)
    least = spec.min_turning_radius_m * RADIUS_RESERVE
    room = min(math.dist(before, node), math.dist(node, after)) / 2
    wished = max(least, MAX_CUT_M / (1 / math.cos(turn / 2) - 1))
    largest = min(wished, room / math.tan(abs(turn) / 2), MAX_RADIUS_M)
    if largest >= least:
        for radius in np.linspace(largest, least, RADII_TRIED):
            if fits(abs(turn), float(radius), *widths_m, spec):
                return Corner(turn, float(radius))
    return Corner(turn, None if abs(turn) > MILD_RAD else min(least, largest))


def rounded_line(points: Sequence[Point], corners: Sequence[Corner]) -> NDArray[np.float64]:
    """A dense line (n, 3): x, y and the running position in `points` (1.5: halfway from 1 to 2).

    `corners[i]` rounds `points[i + 1]`. In the arc, the position follows the turn.
    """
    chunks = [np.array([[*points[0], 0.0]])]
    begin = 0.0
    for index, rounding in enumerate(corners, start=1):
        before = rounding.tangent_m / math.dist(points[index - 1], points[index])
        after = rounding.tangent_m / math.dist(points[index], points[index + 1])
        chunks.append(_straight(points, index - 1, begin, 1.0 - before))
        if after > 0:
            chunks.append(_arc(points, index, rounding, before, after))
        begin = after
    chunks.append(_straight(points, len(points) - 2, begin, 1.0))
    return np.concatenate(chunks)


def _straight(points: Sequence[Point], leg: int, begin: float, end: float) -> NDArray[np.float64]:
    (x0, y0), (x1, y1) = points[leg], points[leg + 1]
    count = max(1, math.ceil((end - begin) * math.hypot(x1 - x0, y1 - y0) / SAMPLE_M))
    share = np.linspace(begin, end, count + 1)[1:]
    return np.column_stack((x0 + share * (x1 - x0), y0 + share * (y1 - y0), leg + share))


def _arc(
    points: Sequence[Point], index: int, rounding: Corner, before: float, after: float
) -> NDArray[np.float64]:
    radius = rounding.radius_m or 0.0
    side = math.copysign(1.0, rounding.turn_rad)
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    start_yaw = heading(points[index - 1], points[index])
    start = (x1 - before * (x1 - x0), y1 - before * (y1 - y0))
    centre_x = start[0] - side * radius * math.sin(start_yaw)
    centre_y = start[1] + side * radius * math.cos(start_yaw)
    turn = abs(rounding.turn_rad)
    count = max(2, math.ceil(radius * turn / SAMPLE_M))
    share = np.linspace(0.0, 1.0, count + 1)[1:]
    yaw = start_yaw + side * share * turn
    signed = 2 * share - 1
    where = index + signed * np.where(signed < 0, before, after)
    return np.column_stack(
        (centre_x + side * radius * np.sin(yaw), centre_y - side * radius * np.cos(yaw), where)
    )
