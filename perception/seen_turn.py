"""How far the vehicle turned between two pictures of one camera: a gyroscope made of the street.

Every corner moves in the picture for two reasons. The turn moves all alike, whatever their
distance; the way that the camera went moves each along the line from the epipole, the more the
nearer it is. Across that line the turn alone is seen (Longuet-Higgins and Prazdny 1980), so no
distance has to be known. The picture before is turned by a first guess, corners are followed from
there (Lucas and Kanade 1981, forth and back), and what is left of the turn is the weighted median
of all corners. The camera stands before the axle: how far the turn itself carried it aside depends
on the turn, so this is done again until it settles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import CameraSpec
from perception.camera_rays import rays_of, rotation
from perception.detectors.base import Image
from perception.image_motion import free_of

Array = NDArray[np.float64]
Grey = NDArray[np.uint8]

_LONG_SIDE_PX = 640  # of the pictures that are compared
_CORNERS, _FEWEST = 400, 12
_BACK_PX = 1.0  # a corner that is followed back ends so near where it began
_EDGE_PX = 15  # at the turned picture's edge nothing is there to follow
_SEEN_SHARE = 0.15  # of a turn: what a corner shows across its line
_AGREE_RAD, _AGREE_SHARE = 0.008, 0.4
_LEAST_WAY_M = 0.02  # of the camera: below, there is no epipole, and nothing but the turn
_SETTLED_RAD, _ROUNDS = 0.002, 5


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture, the pose that is believed of its time, and what moves by itself in it."""

    image_bgr: Image
    stamped: StampedPose
    boxes_xyxy: Array  # (n, 4) px


def rolled(way_m: float, turn_rad: float) -> Pose2:
    """base_link after a way on a circle's arc, as seen from before it."""
    half_rad = turn_rad / 2
    return Pose2(way_m * math.cos(half_rad), way_m * math.sin(half_rad), turn_rad)


def seen_turn_rad(
    camera: CameraSpec, before: SeenPicture, now: SeenPicture, way_m: float, guess_rad: float
) -> float | None:
    """How far to the left base_link turned, within about 1 mrad; None where it cannot be told.

    That is so where too few corners are found or agree, and where the guess is too far off to
    settle (from 0.05 to 0.1 rad on, the sooner the darker). Of the poses only the tilt is used.
    """
    scale = min(1.0, _LONG_SIDE_PX / max(camera.width_px, camera.height_px))
    size = round(camera.width_px * scale), round(camera.height_px * scale)
    camera = replace(camera, width_px=size[0], height_px=size[1])
    pictures = _grey(before.image_bgr, size), _free(before, size), _grey(now.image_bgr, size)
    for _ in range(_ROUNDS):
        turned = _turned(camera, before.stamped, now.stamped, guess_rad)
        flow = _followed(camera, *pictures, turned)
        if flow is None:
            return None
        left_rad = _rest_of_turn(flow, _way_optical(camera, way_m, guess_rad))
        if left_rad is None:
            return None
        guess_rad += left_rad
        if abs(left_rad) < _SETTLED_RAD:
            return guess_rad
    return None


def _grey(image_bgr: Image, size: tuple[int, int]) -> Grey:
    grey = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _free(picture: SeenPicture, size: tuple[int, int]) -> Grey:
    """255 where no box is, of a picture of that size."""
    free = free_of(picture.image_bgr, picture.boxes_xyxy)
    return np.asarray(cv2.resize(free, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _turned(camera: CameraSpec, before: StampedPose, now: StampedPose, turn_rad: float) -> Array:
    """3 x 3: pixels of far things in the picture before into those after a turn."""
    middle = (camera.width_px / 2, camera.height_px / 2)
    lens = np.array([[camera.focal_px, 0, middle[0]], [0, camera.focal_px, middle[1]], [0, 0, 1]])
    base_from_optical = rays_of(camera).base_from_optical
    was, is_now = (rotation(one.roll_rad, one.pitch_rad, 0.0) for one in (before, now))
    turn = is_now.T @ rotation(0.0, 0.0, -turn_rad) @ was
    pixels: Array = lens @ base_from_optical.T @ turn @ base_from_optical @ np.linalg.inv(lens)
    return pixels


def _followed(
    camera: CameraSpec, before: Grey, free: Grey, now: Grey, turned: Array
) -> tuple[Array, Array] | None:
    """Corners (n, 2) of the turned picture, and how far they moved: in focal lengths, from the
    middle; None where there are too few."""
    size = (camera.width_px, camera.height_px)
    first = cv2.warpPerspective(before, turned, size, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.erode(cv2.warpPerspective(free, turned, size), np.ones((_EDGE_PX, _EDGE_PX)))
    corners = cv2.goodFeaturesToTrack(first, _CORNERS, 0.01, 7, mask=inside)
    if corners is None or len(corners) < _FEWEST:
        return None
    moved, found, _ = cv2.calcOpticalFlowPyrLK(first, now, corners, np.zeros_like(corners))
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(now, first, moved, np.zeros_like(corners))
    apart = np.linalg.norm((back - corners).reshape(-1, 2), axis=1)
    good = (found.ravel() == 1) & (found_back.ravel() == 1) & (apart < _BACK_PX)
    if good.sum() < _FEWEST:
        return None
    at = corners[good].reshape(-1, 2).astype(np.float64)
    to = moved[good].reshape(-1, 2).astype(np.float64)
    return (at - np.array(size) / 2) / camera.focal_px, (to - at) / camera.focal_px


def _way_optical(camera: CameraSpec, way_m: float, turn_rad: float) -> Array:
    """Where the camera went (3,) m: right, down and ahead in its picture after the turn."""
    base = rolled(way_m, turn_rad)
    x_m, y_m = base.transform(camera.x_m, camera.y_m)
    gone = rotation(0.0, 0.0, -turn_rad) @ (x_m - camera.x_m, y_m - camera.y_m, 0.0)
    way: Array = rays_of(camera).base_from_optical.T @ gone
    return way


def _rest_of_turn(flow: tuple[Array, Array], way: Array) -> float | None:
    """What is left of a turn (rad, left) by corners (n, 2) and how they moved (n, 2)."""
    (x, y), (right, down) = flow[0].T, flow[1].T
    by_turn_right, by_turn_down = 1 + x * x, x * y  # for each radian to the left
    if np.linalg.norm(way) < _LEAST_WAY_M:
        across_right, across_down = by_turn_right, by_turn_down
    else:  # square to the line from the epipole
        across_right, across_down = y * way[2] - way[1], way[0] - x * way[2]
    size = np.hypot(across_right, across_down) + 1e-9
    moved = (right * across_right + down * across_down) / size
    by_turn = (by_turn_right * across_right + by_turn_down * across_down) / size
    tells = np.abs(by_turn) > _SEEN_SHARE
    if tells.sum() < _FEWEST:
        return None
    turns, weights = moved[tells] / by_turn[tells], np.abs(by_turn[tells])
    agree = np.abs(turns - _weighted_median(turns, weights)) < _AGREE_RAD
    if weights[agree].sum() < _AGREE_SHARE * weights.sum():
        return None
    return float(np.average(turns[agree], weights=weights[agree]))


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])
