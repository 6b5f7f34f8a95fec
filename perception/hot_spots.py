"""Hot spots in a thermal picture, and where they stand.

Nothing that people or the sun warm in a street comes near to what burns: skin 33 degrees Celsius,
asphalt in the sun up to 60, a car's bonnet or exhaust 60 to 90 (small and steady); flames are
above 300 and take an uncooled camera to the end of its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundPoint, GroundProjector, predicted_pose
from perception.types import ThermalPicture

Floats = NDArray[np.float32]
_HIDDEN_M = 1.5  # so much nearer an obstacle hides the foot
_BEHIND_M, _BEHIND_SIGMA_M = 2.2, 1.5  # then it stands so far behind its front: half a car
_FAR_SHARE, _NEAR_M = 0.5, 6.0  # beyond that the obstacle may as well be something behind it
_ASIDE_RAD = 0.01  # beside a spot, lidar returns count


@dataclass(frozen=True, slots=True)
class HotSpot:
    """Something hot: its place on the ground, its size (of a square as large), and its heat."""

    point: GroundPoint
    size_m: float
    degrees_c: float  # the hottest
    box_xyxy: NDArray[np.float64]  # in the thermal picture
    heat: float  # degrees above the surroundings, summed over its pixels


def thermal_projector(thermal: ThermalPicture, projector: GroundProjector) -> GroundProjector:
    """The thermal camera at the pose of its own picture."""
    stamped = predicted_pose(projector.stamped, thermal.stamp_s)
    return GroundProjector(thermal.camera, stamped, projector.config)


def hot_spots(
    thermal: ThermalPicture,
    projector: GroundProjector,
    returns_base: NDArray[np.float64] | None,
    above_c: float,
    least_px: int,
) -> list[HotSpot]:
    """Everything above a temperature; `projector` is the thermal camera's."""
    hot = (thermal.celsius >= above_c).astype(np.uint8)
    if not hot.any():
        return []
    joined = cv2.morphologyEx(hot, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    spots = []
    for label in range(1, count):
        x, y, width, height, _ = (int(v) for v in stats[label])
        inside = (labels[y : y + height, x : x + width] == label) & (
            hot[y : y + height, x : x + width] > 0
        )
        if int(inside.sum()) < least_px:
            continue
        part = thermal.celsius[y : y + height, x : x + width]
        columns = np.nonzero(inside[-max(1, height // 4) :].any(axis=0))[0]
        foot_u = x + (float(columns.mean()) if len(columns) else width / 2) + 0.5
        point = place_of((foot_u, float(y + height)), (x, x + width), projector, returns_base)
        size_m = math.sqrt(inside.sum()) * point.range_m / projector.camera.focal_px
        box = np.array([x, y, x + width, y + height], np.float64)
        heat = _heat(thermal.celsius, (x, y, x + width, y + height))
        spots.append(HotSpot(point, size_m, float(part[inside].max()), box, heat))
    return spots


def place_of(
    foot_px: tuple[float, float],
    columns_px: tuple[float, float],
    projector: GroundProjector,
    returns_base: NDArray[np.float64] | None,
    foot_sigma_px: float = 1.0,
) -> GroundPoint:
    """Where something is whose lowest visible point is `foot_px`.

    On the ground, unless the lidar finds something well before that: then its foot is hidden (or
    it burns above, in a window), and it is taken to be a little behind. Without either, it is
    taken to be half as far as is looked, with as much doubt.
    """
    ground = projector.ground_point(*foot_px, foot_sigma_px)
    obstacle_m = _obstacle_m(columns_px, projector, returns_base)
    if ground is not None and (obstacle_m is None or obstacle_m > ground.range_m - _HIDDEN_M):
        return ground
    far_m = projector.config.max_range_m
    if obstacle_m is None:
        range_m, along_m = far_m / 2, far_m / 4
    else:
        range_m = obstacle_m + _BEHIND_M
        along_m = max(_BEHIND_SIGMA_M, _FAR_SHARE * (obstacle_m - _NEAR_M))
    stamped, camera = projector.stamped, projector.camera
    heading = stamped.pose.yaw_rad + projector.rays.azimuth(*foot_px)
    eye_x, eye_y = stamped.pose.transform(camera.x_m, camera.y_m)
    along = np.array([math.cos(heading), math.sin(heading)])
    across = np.array([-along[1], along[0]])
    covariance = along_m**2 * np.outer(along, along) + (0.03 * range_m) ** 2 * np.outer(
        across, across
    )
    x_m, y_m = eye_x + range_m * along[0], eye_y + range_m * along[1]
    return GroundPoint(float(x_m), float(y_m), covariance, range_m, obstacle_m is not None)


def _obstacle_m(
    columns_px: tuple[float, float],
    projector: GroundProjector,
    returns_base: NDArray[np.float64] | None,
) -> float | None:
    """Distance from the camera to the nearest lidar return within columns of its picture."""
    if returns_base is None or len(returns_base) == 0:
        return None
    middle = projector.camera.height_px / 2
    high, low = (projector.rays.azimuth(u, middle) for u in columns_px)
    relative = returns_base - projector.camera_base[:2]
    azimuth = np.arctan2(relative[:, 1], relative[:, 0])
    near = (azimuth >= low - _ASIDE_RAD) & (azimuth <= high + _ASIDE_RAD)
    if not near.any():
        return None
    return float(np.hypot(relative[near, 0], relative[near, 1]).min())


def _heat(celsius: Floats, box: tuple[int, int, int, int]) -> float:
    """How much warmth a spot and its blurred edge give; hardly depends on how pixels cut it."""
    x1, y1, x2, y2 = box
    aside, above = 3 + (x2 - x1) // 2, 3 + (y2 - y1) // 2
    around = celsius[max(y1 - above, 0) : y2 + above, max(x1 - aside, 0) : x2 + aside]
    cool = float(np.percentile(around, 30)) + 3.0
    return float(np.maximum(around - cool, 0.0).sum())
