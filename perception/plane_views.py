"""Rectified views: what a picture shows of an upright plane of the map, in pixels of 5 cm.

The plane's homography comes from the picture's pose. What stands before the plane and is a person
or a vehicle is unknown. Several looks within a second are fused by their median: rain and noise
go, and how much they differ says how noisy the result is.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detectors.base import Image
from perception.ground_projection import GroundProjector
from perception.watched_property import PIXEL_M, Point, WatchedPlane

Levels = NDArray[np.float32]
Mask = NDArray[np.bool_]

_EDGE_PX = 2.0  # of the picture: not used
_GROWN = 0.08  # a box's share that it is grown by, and 2 px: umbrellas and hands reach out of it


@dataclass(frozen=True, slots=True)
class PlaneLook:
    """A plane in one picture: grey levels and tints (height, width), what is known of it.

    A tint is (red - blue) / (red + green + blue): a thing's own, whatever the light's strength.
    """

    stamp_s: float
    viewpoint_map: Point
    levels: Levels
    tints: Levels
    known: Mask
    wall: Mask  # elsewhere the ground is seen


@dataclass(frozen=True, slots=True, eq=False)  # each is itself alone
class PlaneView:
    """Several looks in one; `noise` is one standard deviation in grey levels."""

    stamp_s: float
    viewpoint_map: Point
    levels: Levels
    tints: Levels
    known: Mask
    wall: Mask
    noise: float


def look_at(
    plane: WatchedPlane,
    image: Image,
    projector: GroundProjector,
    rise_m: float,
    hidden_xyxy: Sequence[NDArray[np.float64]],
) -> PlaneLook | None:
    """What a picture shows of a plane; None where a corner of it is behind the camera.

    `rise_m` is its ground over the plane that the vehicle stands on.
    """
    pixels = [projector.pixel(x, y, z + rise_m) for x, y, z in plane.corners()]
    corners = [pixel for pixel in pixels if pixel is not None]
    if len(corners) < 4:
        return None
    height, width = plane.shape
    own = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    found = cv2.getPerspectiveTransform(own, np.array(corners, np.float32) - np.float32(0.5))
    turn = np.asarray(found, np.float64)
    view = cv2.warpPerspective(
        image, turn, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    stamped, camera = projector.stamped, projector.camera
    viewpoint = stamped.pose.transform(camera.x_m, camera.y_m)
    bgr = view.astype(np.float32)
    levels = bgr.mean(axis=2)
    tints = (bgr[..., 2] - bgr[..., 0]) / (3.0 * levels + 1.0)
    known = _known(turn, (height, width), image.shape[:2], hidden_xyxy)
    wall = _wall(plane, viewpoint, camera.z_m - rise_m)
    return PlaneLook(stamped.stamp_s, viewpoint, levels, tints, known, wall)


def _known(
    turn: NDArray[np.float64],
    shape: tuple[int, int],
    picture: tuple[int, int],
    hidden_xyxy: Sequence[NDArray[np.float64]],
) -> Mask:
    """Pixels that lie in the picture and in no box."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    flat = np.stack((columns.ravel(), rows.ravel(), np.ones(rows.size))).astype(np.float64)
    u, v, w = turn @ flat
    u, v = (u / w).reshape(shape), (v / w).reshape(shape)
    known = (u > _EDGE_PX) & (u < picture[1] - 1 - _EDGE_PX)
    known &= (v > _EDGE_PX) & (v < picture[0] - 1 - _EDGE_PX)
    for box in hidden_xyxy:
        x1, y1, x2, y2 = (float(value) for value in box)
        dx, dy = _GROWN * (x2 - x1) + 2.0, _GROWN * (y2 - y1) + 2.0
        known &= ~((u > x1 - dx) & (u < x2 + dx) & (v > y1 - dy) & (v < y2 + dy))
    return np.asarray(known, np.bool_)


def _wall(plane: WatchedPlane, viewpoint: Point, eye_m: float) -> Mask:
    """Where a view shows the wall behind the plane, not the ground before it.

    The foot of the wall is seen through the plane at eye (1 - near / far) over the ground.
    """
    height, width = plane.shape
    foot_m = 0.0
    if plane.wall_behind_m is not None:
        near_m = plane.distance_m(viewpoint)
        foot_m = eye_m * plane.wall_behind_m / max(near_m + plane.wall_behind_m, 0.1)
    wall = np.zeros((height, width), np.bool_)
    wall[: max(round((plane.high_m - foot_m) / PIXEL_M), 0)] = True
    return wall


class Looks:
    """The last looks at one plane; looks that are old, or from too far away, are forgotten."""

    def __init__(self, count: int, within_s: float, within_m: float) -> None:
        self._looks: deque[PlaneLook] = deque(maxlen=count)
        self._within_s, self._within_m = within_s, within_m

    def add(self, look: PlaneLook) -> None:
        """The newest; a clock that steps back begins anew."""
        self._looks.append(look)
        while not (
            0 <= look.stamp_s - self._looks[0].stamp_s <= self._within_s
            and math.dist(look.viewpoint_map, self._looks[0].viewpoint_map) <= self._within_m
        ):
            self._looks.popleft()

    def clear(self) -> None:
        """Begin anew."""
        self._looks.clear()

    def view(self) -> PlaneView | None:
        """All of them fused; None where they are fewer than three."""
        if len(self._looks) < 3:
            return None
        looks = list(self._looks)
        return fused(looks)


def fused(looks: Sequence[PlaneLook]) -> PlaneView:
    """The median of looks where most of them know something."""
    count = len(looks)
    known = np.stack([look.known for look in looks])
    many = known.sum(axis=0)
    sure = many >= (count + 1) // 2
    levels = np.stack([look.levels for look in looks])
    median = _median(levels, known, sure)
    apart = np.abs(levels - median).mean(axis=0)[sure & (many == count)]
    # the mean distance from the median of a few normal values is 0.7 of their sigma
    spread = float(np.median(apart)) / 0.7 if len(apart) else 10.0
    newest = looks[-1]
    viewpoint = np.mean([look.viewpoint_map for look in looks], axis=0)
    return PlaneView(
        newest.stamp_s,
        (float(viewpoint[0]), float(viewpoint[1])),
        median,
        _median(np.stack([look.tints for look in looks]), known, sure),
        sure,
        looks[count // 2].wall,
        max(1.25 * spread / math.sqrt(count), 0.3),
    )


def _median(values: Levels, known: Mask, sure: Mask) -> Levels:
    """The median (h, w) of what is known of (looks, h, w); 0 where that is not sure."""
    ordered = np.sort(np.where(known, values, np.inf), axis=0)
    middle = np.maximum((known.sum(axis=0) - 1) // 2, 0)[None]
    median = np.take_along_axis(ordered, middle, axis=0)[0]
    return np.asarray(np.where(sure, median, 0.0), np.float32)
