"""Whether a vehicle's whole outline stays on two ways while it rounds the corner between them.

The node is the origin, the way before it runs along +x, and turns count as left turns. Two ways
that meet leave an L: outside, both their outer edges bound it; inside, a point is free as long as
it lies on either way. The ways' widths may differ: from a street into an alley it is the alley
that bounds the front's swing, and the street that gives room to make it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import VehicleSpec

INNER_CLEARANCE_M = 0.25  # to the inner edges' meeting, a house's corner
OUTER_CLEARANCE_M = 0.10  # to the outer edges: what the gate lets pass beside the vehicle
SAMPLE_M = 0.1  # of the outline and of the arc

Array = NDArray[np.float64]


def fits(
    turn_rad: float, radius_m: float, before_m: float, after_m: float, spec: VehicleSpec
) -> bool:
    """Whether an arc of `radius_m` through `turn_rad` (unsigned) stays on ways of these widths.

    The arc touches both ways' middles; the straights before and after it need no test, as long as
    either way is wider than the vehicle.
    """
    poses = _arc_poses(turn_rad, radius_m)
    near_1, near_2 = _aside(_outline(spec, OUTER_CLEARANCE_M), poses, turn_rad)
    if np.any(near_1 < -before_m / 2) or np.any(near_2 < -after_m / 2):
        return False
    inner_1, inner_2 = _aside(_outline(spec, INNER_CLEARANCE_M), poses, turn_rad)
    return not bool(np.any((inner_1 > before_m / 2) & (inner_2 > after_m / 2)))


def room_m(
    poses: Array, turn_rad: float, before_m: float, after_m: float, spec: VehicleSpec
) -> float:
    """How far inside both ways' edges the outline is at poses (n, 3); negative outside."""
    near_1, near_2 = _aside(_outline(spec, 0.0), poses, turn_rad)
    outer_m = np.minimum(near_1 + before_m / 2, near_2 + after_m / 2)
    inner_m = np.maximum(before_m / 2 - near_1, after_m / 2 - near_2)
    return float(np.minimum(outer_m, inner_m).min())


def _arc_poses(turn_rad: float, radius_m: float) -> Array:
    """base_link along the arc, shape (n, 3): x, y, yaw."""
    yaw = np.linspace(0.0, turn_rad, max(2, math.ceil(radius_m * turn_rad / SAMPLE_M) + 1))
    tangent_m = radius_m * math.tan(turn_rad / 2)
    return np.column_stack(
        (radius_m * np.sin(yaw) - tangent_m, radius_m * (1.0 - np.cos(yaw)), yaw)
    )


def _outline(spec: VehicleSpec, clearance_m: float) -> Array:
    """Points around the vehicle, wider by a clearance on either side; shape (n, 2), base_link."""
    half = spec.width_m / 2 + clearance_m
    along = np.linspace(
        -spec.rear_overhang_m, spec.front_m, math.ceil(spec.length_m / SAMPLE_M) + 1
    )
    left = np.column_stack((along, np.full_like(along, half)))
    return np.concatenate((left, left * (1.0, -1.0)))


def _aside(outline: Array, poses: Array, turn_rad: float) -> tuple[Array, Array]:
    """How far left of the way before, and of the way after, the outline is at every pose."""
    cos, sin = np.cos(poses[:, 2:]), np.sin(poses[:, 2:])
    x = poses[:, :1] + cos * outline[:, 0] - sin * outline[:, 1]
    y = poses[:, 1:2] + sin * outline[:, 0] + cos * outline[:, 1]
    return y, math.cos(turn_rad) * y - math.sin(turn_rad) * x
