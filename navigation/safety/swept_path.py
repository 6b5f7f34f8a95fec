"""How far a vehicle can travel along an arc before its outline touches a point.

The outline is a rectangle around base_link; along a constant curvature it turns about a fixed
centre (Ackermann). Instead of moving the rectangle, every point is moved the other way and tested
against the rectangle at stations along the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STATION_M = 0.05


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle in base_link: from `-rear_m` to `front_m`, `half_width_m` to either side."""

    front_m: float
    rear_m: float
    half_width_m: float


def free_travel_m(
    points_base: NDArray[np.float64],
    curvature_1pm: float,
    direction: float,
    length_m: float,
    outline: Outline,
) -> float:
    """Travel (m) until a point of shape (n, 2) is inside the outline; inf when none up to length.

    `direction` is +1 forward, -1 in reverse. Points already inside count as travel 0; the answer
    is the last station that is free, so never more than the truth.
    """
    reach = length_m + max(outline.front_m, outline.rear_m) + outline.half_width_m
    near = points_base[_may_touch(points_base, curvature_1pm, reach, outline)]
    if len(near) == 0:
        return math.inf
    travel = direction * np.arange(0.0, length_m + STATION_M, STATION_M)
    x, y = _seen_from(near, travel, curvature_1pm)
    hit: NDArray[np.bool_] = np.any(_inside(x, y, outline), axis=1)
    first = int(np.argmax(hit))
    return float(abs(travel[max(0, first - 1)])) if hit[first] else math.inf


def _may_touch(
    points: NDArray[np.float64], curvature_1pm: float, reach_m: float, outline: Outline
) -> NDArray[np.bool_]:
    """Which points lie in reach and in the ring that the outline sweeps on a full circle.

    With radius R = 1 / |k| and r the point's distance from the turning centre, the ring is
    (R - w)² <= r² <= (R + w)² + l² for half width w and length l; in terms of
    (r² - R²) / 2R, which is minus the lateral position on a straight, it holds for k = 0 too.
    """
    bend, side = abs(curvature_1pm), math.copysign(1.0, curvature_1pm)
    half, longest = outline.half_width_m, max(outline.front_m, outline.rear_m)
    squares = np.einsum("ij,ij->i", points, points)
    outward = squares * bend / 2 - side * points[:, 1]
    inner = -half + bend * half * half / 2
    outer = half + bend * (half * half + longest * longest) / 2
    touched: NDArray[np.bool_] = (
        (squares <= reach_m * reach_m) & (outward >= inner) & (outward <= outer)
    )
    return touched


def _seen_from(
    points: NDArray[np.float64], travel: NDArray[np.float64], curvature_1pm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points in base_link after each travel; two arrays of shape (stations, n)."""
    turn = travel * curvature_1pm
    # sin(t)/t and (1 - cos(t))/t, also where the path is straight
    base_x = travel * np.sinc(turn / np.pi)
    base_y = travel * np.sin(turn / 2) * np.sinc(turn / (2 * np.pi))
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    dx = points[None, :, 0] - base_x[:, None]
    dy = points[None, :, 1] - base_y[:, None]
    return cos * dx + sin * dy, cos * dy - sin * dx


def are_inside(points_base: NDArray[np.float64], outline: Outline) -> NDArray[np.bool_]:
    """Which points (n, 2) lie in the outline where it is now."""
    return _inside(points_base[:, 0], points_base[:, 1], outline)


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], outline: Outline) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (
        (x <= outline.front_m) & (x >= -outline.rear_m) & (np.abs(y) <= outline.half_width_m)
    )
    return inside
