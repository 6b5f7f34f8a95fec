"""View: what a picture's pixels look at: rays, distances, points in the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec

Array = NDArray[np.float64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """A camera at a place; `axes` are its forward, left and up as rows (3, 3) in the map.

    `depth_m` (height, width) is measured along forward; None where it was not asked for.
    """

    camera: CameraSpec
    place: Array
    axes: Array
    depth_m: Floats | None = None

    @property
    def has_depth(self) -> bool:
        """Whether distances are known."""
        return self.depth_m is not None

    def _slopes(self, step: int) -> tuple[Floats, Floats]:
        camera = self.camera
        columns = np.arange(0, camera.width_px, step, dtype=np.float32) + 0.5 * step
        rows = np.arange(0, camera.height_px, step, dtype=np.float32) + 0.5 * step
        left = (camera.width_px / 2 - columns) / np.float32(camera.focal_px)
        up = (camera.height_px / 2 - rows) / np.float32(camera.focal_px)
        return left, up

    def depths(self, step: int = 1) -> Floats:
        """Depths of every step-th pixel."""
        if self.depth_m is None:
            raise ValueError("this view has no depth: open its renderer with truth=True")
        return self.depth_m[::step, ::step]

    def distance_m(self, step: int = 1) -> Floats:
        """Metres from the camera (rows, columns)."""
        left, up = self._slopes(step)
        stretch = np.sqrt(1.0 + left[None, :] ** 2 + up[:, None] ** 2)
        distance: Floats = self.depths(step) * stretch
        return distance

    def points(self, step: int = 1) -> tuple[Floats, Floats, Floats]:
        """Map x, y, z of every step-th pixel, relative to the camera's place."""
        depth = self.depths(step)
        left, up = self._slopes(step)
        forward_axis, left_axis, up_axis = self.axes.astype(np.float32)
        xyz = [
            depth * (forward_axis[k] + left[None, :] * left_axis[k] + up[:, None] * up_axis[k])
            for k in range(3)
        ]
        return xyz[0], xyz[1], xyz[2]

    def project(self, point: Array) -> tuple[float, float, float] | None:
        """Column, row and depth of a map point; None behind the camera."""
        forward, left, up = self.axes @ (np.asarray(point, float) - self.place)
        if forward < 0.1:
            return None
        focal, camera = self.camera.focal_px, self.camera
        column = camera.width_px / 2 - focal * left / forward
        row = camera.height_px / 2 - focal * up / forward
        return float(column), float(row), float(forward)

    def open_to(self, column: float, row: float, depth_m: float) -> bool:
        """Whether nothing stands before a point that projects there; False out of the picture."""
        i, j = round(row), round(column)
        if not (0 <= i < self.camera.height_px and 0 <= j < self.camera.width_px):
            return False
        return bool(self.depths()[i, j] >= depth_m - 0.35)
