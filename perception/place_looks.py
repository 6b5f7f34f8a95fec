"""How a place on the ground looks, from wherever it is looked at: upright patches of the picture.

A patch shows a board that stands upright at a place of the map and faces the camera, on a fixed
grid in metres, so looks from different distances can be compared: what stands there keeps its
look. Cells that somebody stands before, or that the picture does not show, are not seen. New
structure is contrast (gradient over brightness, so that shadows and lamps change it little) where
there was none before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundProjector
from perception.map_heights import MapHeights

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = NDArray[np.float64]

CELL_M = 0.025
WIDE, HIGH, BELOW = 80, 56, 18  # cells: of a patch, and how many rows of it are below the place
_BRIGHT = 12.0  # grey levels that are added to a brightness before it divides: noise of the dark
_AROUND = 9  # cells, for the brightness


@dataclass(frozen=True, slots=True)
class Patch:
    """Grey levels (HIGH, WIDE) of a place, and which of the cells are seen."""

    grey: Floats
    seen: Mask


@dataclass(frozen=True, slots=True)
class Window:
    """Where a place's patch lies in a picture: its left and low edges, the size of a cell, px."""

    left: float
    low: float
    px: float
    shape: tuple[int, int]  # of the picture, (h, w)

    @classmethod
    def of(
        cls,
        shape: tuple[int, ...],
        projector: GroundProjector,
        place: tuple[float, float],
        rise_m: float,
    ) -> Window | None:
        """Of a place whose ground is `rise_m` over the vehicle's plane; None out of view."""
        foot = projector.pixel(*place, rise_m)
        if foot is None:
            return None
        range_m = max(math.dist(projector.viewpoint_map, place), 0.5)
        px = projector.camera.focal_px * CELL_M / range_m
        window = cls(foot[0] - px * WIDE / 2, foot[1] + px * BELOW, px, (shape[0], shape[1]))
        left, top, right, low = window.around
        height, width = shape[:2]
        if left >= width or right <= 0 or top >= height or low <= 0 or low - top > 4 * height:
            return None
        return window

    @property
    def top(self) -> float:
        """Its upper edge, px."""
        return self.low - self.px * HIGH

    @property
    def around(self) -> tuple[int, int, int, int]:
        """The whole pixels around it: left, top, right, low."""
        right = self.left + self.px * WIDE
        return (
            *(math.floor(self.left), math.floor(self.top)),
            *(math.ceil(right), math.ceil(self.low)),
        )

    def seen(self, hidden: Box) -> Mask:
        """Which cells the picture shows, and nothing in boxes (n, 4) hides."""
        height, width = self.shape
        corner = np.array((self.left, self.top, self.left, self.top))
        seen = np.zeros((HIGH, WIDE), np.bool_)
        cells = _cells(np.vstack(((0.0, 0.0, width, height), hidden)), corner, self.px)
        x1, y1, x2, y2 = cells[0].tolist()
        seen[y1:y2, x1:x2] = True  # the picture itself
        inside = (cells[1:, 0] < cells[1:, 2]) & (cells[1:, 1] < cells[1:, 3])
        for x1, y1, x2, y2 in cells[1:][inside].tolist():
            seen[y1:y2, x1:x2] = False
        return seen

    def grey(self, picture: NDArray[np.uint8]) -> Floats:
        """Grey levels of its cells; the picture is grey (h, w) or BGR (h, w, 3)."""
        left, top, right, low = self.around
        height, width = self.shape
        part = picture[max(top, 0) : min(low, height), max(left, 0) : min(right, width)]
        if part.ndim == 3:
            part = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), np.uint8)
        return _resized(part, (max(left, 0) - self.left, max(top, 0) - self.top), self.px)


def patch_at(
    picture: NDArray[np.uint8],
    projector: GroundProjector,
    place: tuple[float, float],
    rise_m: float,
    hidden: Box,
) -> Patch | None:
    """The patch of a place whose ground is `rise_m` over the vehicle's plane; None out of view.

    `picture` (h, w) grey or (h, w, 3) BGR; `hidden` are boxes (n, 4) of who stands before it.
    """
    window = Window.of(picture.shape, projector, place, rise_m)
    return None if window is None else Patch(window.grey(picture), window.seen(hidden))


def _cells(boxes: Box, corner: Box, px: float) -> NDArray[np.int64]:
    """The cells (n, 4) whose middles are in boxes (n, 4): first and one past the last, x and y.

    `corner` (4,) is the patch's, twice; px a cell's size.
    """
    cells = np.ceil((boxes - corner) / px - 0.5)
    return np.asarray(np.clip(cells, 0, (WIDE, HIGH, WIDE, HIGH)), np.int64)


def _resized(part: NDArray[np.uint8], offset: tuple[float, float], px: float) -> Floats:
    """A part of a picture on the patch's grid; `offset` is its corner from the patch's, px."""
    if px > 1.5:  # many pixels to a cell: their mean
        size = max(round(part.shape[1] / px), 1), max(round(part.shape[0] / px), 1)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        offset, px = (offset[0] / px, offset[1] / px), 1.0
    shift = 0.5 * px - 0.5
    warp = np.array([[px, 0, shift - offset[0]], [0, px, shift - offset[1]]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(part, warp, (WIDE, HIGH), flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def contrast(grey: Floats) -> Floats:
    """Gradient over brightness, cell by cell."""
    across, down = gradients(grey)
    bright = cv2.blur(grey, (_AROUND, _AROUND)) + _BRIGHT
    return np.asarray(cv2.magnitude(across, down) / bright, np.float32)


def gradients(grey: Floats) -> tuple[Floats, Floats]:
    """Across and down, grey levels a cell."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def filled(patch: Patch) -> Floats:
    """Its grey levels, with what is not seen made up from what is seen around it."""
    unseen = (~patch.seen).astype(np.uint8)
    if not unseen.any():
        return patch.grey
    grey = np.clip(patch.grey, 0, 255).astype(np.uint8)
    return np.asarray(cv2.inpaint(grey, unseen, 3, cv2.INPAINT_TELEA), np.float32)


def one_way(grey: Floats, cells: Mask) -> float:
    """How much the gradients of some cells run one way: 0 not at all, 1 all of them.

    The coherence of the structure tensor (Bigün and Granlund 1987).
    """
    across, down = gradients(grey)
    x, y = across[cells], down[cells]
    xx, yy, xy = float((x * x).sum()), float((y * y).sum()), float((x * y).sum())
    return math.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-6)


def rise_by_map(
    projector: GroundProjector, heights: MapHeights | None, place: tuple[float, float]
) -> float:
    """How high the map says that ground is over the vehicle's plane; 0 without heights."""
    if heights is None:
        return 0.0
    pose = projector.stamped.pose
    levels, _ = heights.at(np.array([place, (pose.x_m, pose.y_m)]))
    dx, dy = place[0] - pose.x_m, place[1] - pose.y_m
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    tilt = projector.level_from_base[2]
    plane_m = float(tilt[0] * (cos * dx + sin * dy) + tilt[1] * (cos * dy - sin * dx))
    return float(levels[0] - levels[1]) - plane_m


def place_of(
    place: tuple[float, float],
    right_m: float,
    up_m: float,
    camera_m: float,
    projector: GroundProjector,
) -> tuple[float, float]:
    """Where something stands whose foot is so far right of a place and above it in its patch."""
    eye = np.array(projector.stamped.pose.transform(projector.camera.x_m, projector.camera.y_m))
    ahead = np.array(place) - eye
    range_m = max(float(np.hypot(*ahead)), 0.5)
    ahead /= range_m
    far_m = range_m * camera_m / max(camera_m - up_m, 0.2)
    right = np.array([ahead[1], -ahead[0]])
    x, y = eye + far_m * ahead + (right_m * far_m / range_m) * right
    return float(x), float(y)
