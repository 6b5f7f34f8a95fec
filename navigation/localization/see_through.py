"""Does the lidar look through walls? Then the vehicle is not where it believes to be.

What stands before a wall, people, cars, a hedge, only shortens a ray. A ray that goes on well
beyond where a wall of the map should have ended it contradicts the pose (or the map): the beam
model's one case that nothing in the street explains (Thrun, Burgard, Fox, Probabilistic Robotics,
2005, sec. 6.3).
"""

from __future__ import annotations

import numpy as np

from navigation.localization.outlines import Floats, Walls
from patrol.geometry import Pose2

MOST_RAYS = 120
FEWEST_RAYS = 25  # that a wall should have ended
BEYOND_M = 0.8  # houses off by 0.3 m on the map, twice, and a recess
TURN_SLACK_RAD = 0.03  # of heading and outline: what it moves a wall by along a slanting ray
SQUARE = 0.2  # a ray meets a wall at this sine at least, or where it ends is anybody's guess


def share_beyond(
    points_base: Floats,
    sensor_base: tuple[float, float],
    walls: Walls,
    pose: Pose2,
    sigma_m: float,
) -> float | None:
    """Of the rays that a wall should have ended, how many went on beyond it.

    `points_base` (k, 2) are hits in base_link; rays without an echo say nothing (glass, fog). None
    where fewer than FEWEST_RAYS should have met a wall. `sigma_m`: of the position.
    """
    step = max(1, len(points_base) // MOST_RAYS)
    hits = points_base[::step] - np.array(sensor_base)
    measured_m = np.hypot(*hits.T)
    if len(walls) == 0 or len(hits) < FEWEST_RAYS:
        return None
    cos, sin = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
    rays = (hits / measured_m[:, None]) @ np.array(((cos, sin), (-sin, cos)))
    expected_m, square = _first_wall(rays, np.array(pose.transform(*sensor_base)), walls)
    slack_m = (BEYOND_M + 3.0 * sigma_m + TURN_SLACK_RAD * expected_m) / np.maximum(square, SQUARE)
    counts = np.isfinite(expected_m) & (square >= SQUARE)
    if int(counts.sum()) < FEWEST_RAYS:
        return None
    beyond = measured_m[counts] > (expected_m + slack_m)[counts]
    return float(beyond.mean())


def _first_wall(rays: Floats, eye: Floats, walls: Walls) -> tuple[Floats, Floats]:
    """For each ray (n, 2) how far its first wall is (inf: none), and its sine to it."""
    offset = walls.start - eye
    with np.errstate(divide="ignore", invalid="ignore"):
        square = rays @ walls.normal.T  # negative where the wall faces the eye
        far = (offset * walls.normal).sum(axis=1) / square
        at = far * (rays @ walls.along.T) - (offset * walls.along).sum(axis=1)
        meets = (square < 0) & (far > 0) & (at >= 0) & (at <= walls.length_m)
    far = np.where(meets, far, np.inf)
    first = far.argmin(axis=1)
    every = np.arange(len(rays))
    return far[every, first], -square[every, first]
