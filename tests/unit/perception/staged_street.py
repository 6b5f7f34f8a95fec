"""Streets for tests: patches of all greys, far or on a wall, before and after a motion."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec
from perception.detectors.base import Image


def street(camera: CameraSpec, seed: int = 5) -> Image:
    """The first picture."""
    size = (camera.width_px, camera.height_px)
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (size[1] // 20, size[0] // 20), dtype=np.uint8)
    grey = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def after_turn(image: Image, camera: CameraSpec, turn_rad: float, nods_rad: float = 0.0) -> Image:
    """What a level camera sees of it, far away as it is, once it turned left and nodded down."""
    return _seen(image, camera, _turn(turn_rad, nods_rad))


def after_way(
    image: Image, camera: CameraSpec, turn_rad: float, gone: tuple[float, float], wall_m: float
) -> Image:
    """The same of a wall so far ahead, once the camera went ahead and left (m), then turned."""
    ahead_m, left_m = gone
    way = np.array([[-left_m], [0.0], [ahead_m]])  # right, down, ahead
    return _seen(image, camera, _turn(turn_rad, 0.0) @ (np.eye(3) - way @ [[0, 0, 1 / wall_m]]))


def _turn(left_rad: float, down_rad: float) -> NDArray[np.float64]:
    c, s, p, q = np.cos(left_rad), np.sin(left_rad), np.cos(down_rad), np.sin(down_rad)
    nod = np.array([[1, 0, 0], [0, p, -q], [0, q, p]])
    turned: NDArray[np.float64] = nod @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return turned


def _seen(image: Image, camera: CameraSpec, optical: NDArray[np.float64]) -> Image:
    f, size = camera.focal_px, (camera.width_px, camera.height_px)
    lens = np.array([[f, 0, size[0] / 2], [0, f, size[1] / 2], [0, 0, 1]])
    pixels = lens @ optical @ np.linalg.inv(lens)
    return np.asarray(cv2.warpPerspective(image, pixels, size, borderMode=cv2.BORDER_REFLECT))
