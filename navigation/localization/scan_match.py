"""Where a lidar scan fits the building outlines: point-to-line ICP from a predicted pose.

Each point goes to the nearest wall that faces the sensor; Gauss-Newton steps on the distances
along the walls' normals (point-to-line metric: Censi, An ICP variant using a point-to-line metric,
ICRA 2008) with Huber's weights (Huber, Robust Estimation of a Location Parameter, 1964), so that
cars and people before the walls pull little. Directions that the walls do not hold, such as along
a plain alley, are left alone: steps and result live in the well-conditioned eigenvectors of the
information matrix only (Zhang, Kaess, Singh, On Degeneracy of Optimization-based State Estimation
Problems, ICRA 2016).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navigation.localization.outlines import Floats, Walls
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2

ITERATIONS = 12
MOST_POINTS = 180
FEWEST_POINTS = 25  # on walls
POINT_SIGMA_M = 0.05  # lidar, and walls that are not quite flat
HUBER_M = 0.08
NEAREST_GATE_M = 0.25  # the last steps take points within this of a wall
NARROWER = 0.6  # from step to step
MOST_SLACK_M = 2.0  # houses' corners repeat at no less than twice this
PAST_END_M = 0.1  # of a wall, where its neighbour's points begin
LEAST_SHARE = 0.5  # of the points near walls that must lie on them
ON_WALL_M = 0.12
LEAST_POINTS = 12.0  # that face a direction squarely, so that it counts; turning by its arc at 5 m
ARM_M = 5.0
# What a look adds: recesses, sills, other corners of the same houses; their place on the map is a
# state of the filter (lidar.py).
LOOK_SIGMA_M, LOOK_SIGMA_RAD = 0.05, 0.005
SETTLED = 1e-4


@dataclass(frozen=True, slots=True)
class OutlineFix:
    """A pose by the walls, known along `directions` (m, 3) of (x, y, yaw) alone.

    `covariance` (m, m) is that of the pose's components along them.
    """

    stamp_s: float
    pose: Pose2
    directions: Floats
    covariance: Floats

    @property
    def is_whole(self) -> bool:
        """Whether it holds the pose in every direction."""
        return len(self.directions) == 3


class _Equations(NamedTuple):
    """Of (x, y, arm yaw): information by Huber's weights and by geometry alone, (3, 3), gradient
    (3,), and the share of the points near walls that lie on them."""

    information: Floats
    geometry: Floats
    gradient: Floats
    share: float


def match_scan(
    points_base: Floats, sensor_base: tuple[float, float], walls: Walls, guess: Pose2,
    covariance: Floats, stamp_s: float,
) -> OutlineFix | None:  # fmt: skip
    """Fit hits (k, 2) in base_link to the walls; None where they say nothing.

    `covariance` (3, 3) is the guess's: how far before each wall its points may lie. Walls before
    which it is too unsure are left out: they could be the wrong ones.
    """
    slack_m = _slack_m(walls, covariance)
    walls, slack_m = (
        walls.pick(np.flatnonzero(slack_m <= MOST_SLACK_M)),
        slack_m[slack_m <= MOST_SLACK_M],
    )
    step = max(1, len(points_base) // MOST_POINTS)
    points = points_base[::step]
    if len(walls) == 0 or len(points) < FEWEST_POINTS:
        return None
    pose = guess
    for _ in range(ITERATIONS):
        found = _normal_equations(points, sensor_base, walls, pose, NEAREST_GATE_M + slack_m)
        if found is None:
            return None
        held = _held(found.geometry)
        if len(held) == 0:
            return None
        inside = held @ found.information @ held.T
        move = held.T @ np.linalg.solve(inside, held @ found.gradient)
        move[2] /= ARM_M
        pose = Pose2(
            pose.x_m + move[0], pose.y_m + move[1], wrap_angle(pose.yaw_rad + float(move[2]))
        )
        slack_m = NARROWER * slack_m
        if float(slack_m.max()) < ON_WALL_M and float(np.abs(move).max()) < SETTLED:
            break
    return _fix(points, sensor_base, walls, pose, stamp_s)


def _slack_m(walls: Walls, covariance: Floats) -> Floats:
    """Three sigmas of the guess along each wall's normal (n,), turning by its arc."""
    across = np.einsum("ni,ij,nj->n", walls.normal, covariance[:2, :2], walls.normal)
    slack: Floats = 3.0 * np.sqrt(across + ARM_M**2 * covariance[2, 2])
    return slack


def _fix(
    points: Floats, sensor: tuple[float, float], walls: Walls, pose: Pose2, stamp_s: float
) -> OutlineFix | None:
    gate = np.full(len(walls), NEAREST_GATE_M)
    found = _normal_equations(points, sensor, walls, pose, gate)
    if found is None:
        return None
    held = _held(found.geometry)
    if found.share < LEAST_SHARE or len(held) == 0:
        return None
    scale = np.array((1.0, 1.0, ARM_M))
    # v' (x, y, arm yaw): the rows take the state's own units.
    directions = held * scale
    floor = np.diag((LOOK_SIGMA_M**2, LOOK_SIGMA_M**2, LOOK_SIGMA_RAD**2))
    own = POINT_SIGMA_M**2 * np.linalg.inv(held @ found.information @ held.T)
    covariance = own + directions @ floor @ directions.T
    return OutlineFix(stamp_s, pose, directions, covariance)


def _normal_equations(
    points: Floats, sensor: tuple[float, float], walls: Walls, pose: Pose2, gate_m: Floats
) -> _Equations | None:
    """The normal equations at a pose; None where too few points are near walls."""
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    turned = points @ np.array(((cos, sin), (-sin, cos)))
    placed = turned + np.array((pose.x_m, pose.y_m))
    eye = np.array(pose.transform(*sensor))
    rows, offsets = _nearest(placed, eye, walls, gate_m)
    taken = rows >= 0
    if int(taken.sum()) < FEWEST_POINTS:
        return None
    normal, offset, arm = walls.normal[rows[taken]], offsets[taken], turned[taken]
    weight = np.minimum(1.0, HUBER_M / np.maximum(np.abs(offset), 1e-9))
    turning = (normal[:, 1] * arm[:, 0] - normal[:, 0] * arm[:, 1]) / ARM_M
    jacobian = np.column_stack((normal, turning))
    weighted = jacobian * weight[:, None]
    share = float((np.abs(offset) < ON_WALL_M).mean())
    return _Equations(jacobian.T @ weighted, jacobian.T @ jacobian, -(weighted.T @ offset), share)


def share_on_walls(
    points_base: Floats, sensor_base: tuple[float, float], walls: Walls, pose: Pose2
) -> float:
    """The share of all hits (k, 2) that lie on a wall that faces the sensor."""
    points = points_base[:: max(1, len(points_base) // MOST_POINTS)]
    eye = np.array(pose.transform(*sensor_base))
    gate = np.full(len(walls), ON_WALL_M)
    rows, _ = _nearest(pose.transform_points(points), eye, walls, gate)
    return float((rows >= 0).mean())


def _nearest(
    placed: Floats, eye: Floats, walls: Walls, gate_m: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """For each point the nearest wall that faces the eye (-1: none within the gate) and the
    point's offset along its normal."""
    facing = ((eye - walls.start) * walls.normal).sum(axis=1) > 0.05
    if not facing.any():
        return np.full(len(placed), -1, np.int64), np.zeros(len(placed))
    seen = np.flatnonzero(facing)
    start, along, normal = walls.start[seen], walls.along[seen], walls.normal[seen]
    across = placed @ normal.T - (start * normal).sum(axis=1)
    ahead = placed @ along.T - (start * along).sum(axis=1)
    beyond = np.maximum(np.maximum(-ahead, ahead - walls.length_m[seen]), 0.0)
    squared = across**2 + beyond**2
    best = squared.argmin(axis=1)
    every = np.arange(len(placed))
    near = (squared[every, best] < gate_m[seen][best] ** 2) & (beyond[every, best] < PAST_END_M)
    return np.where(near, seen[best], -1), across[every, best]


def _held(geometry: Floats) -> Floats:
    """Unit vectors (m, 3) along which the walls hold the pose."""
    values, vectors = np.linalg.eigh(geometry)
    held: Floats = vectors.T[values >= LEAST_POINTS]
    return held
