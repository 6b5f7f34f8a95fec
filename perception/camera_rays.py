"""Rays of a camera's pixels in base_link, and where they meet the plane it stands on.

Many boxes are asked about one pixel at a time, so that one is plain arithmetic: NumPy takes ten
times as long for three numbers.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec

Vector = NDArray[np.float64]

# base axes (x forward, y left, z up) from optical axes (x right, y down, z forward), REP-103
_LEVEL_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
LEAST_AHEAD_M = 0.1  # of the camera: nearer is not in the picture
LEAST_FALL = -1e-3  # a ray that falls less never meets level ground


def rotation(roll: float, pitch: float, yaw: float) -> Vector:
    """Rz(yaw) Ry(pitch) Rx(roll), pitch positive nose down (REP-103)."""
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    rx = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    ry = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    rz = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return np.asarray(rz @ ry @ rx, np.float64)


class CameraRays:
    """One camera as it is mounted."""

    def __init__(self, camera: CameraSpec) -> None:
        self.camera = camera
        self.base_from_optical = (
            rotation(0.0, camera.pitch_rad, camera.yaw_rad) @ _LEVEL_FROM_OPTICAL
        )
        self._rows = [tuple(row) for row in self.base_from_optical.tolist()]
        self._focal_px = camera.focal_px
        self._middle_px = camera.width_px / 2, camera.height_px / 2

    def ray(self, u_px: float, v_px: float, tilt_rad: float = 0.0) -> tuple[float, float, float]:
        """The ray (x, y, z) of a pixel, of any length, after tilting it down by `tilt_rad`."""
        middle_u, middle_v = self._middle_px
        right = (u_px - middle_u) / self._focal_px
        down = (v_px - middle_v) / self._focal_px + math.tan(tilt_rad)
        (a, b, c), (d, e, f), (g, h, i) = self._rows
        return a * right + b * down + c, d * right + e * down + f, g * right + h * down + i

    def slope(self, u_px: float, v_px: float) -> float:
        """How far the ray of a pixel rises for each metre along the ground."""
        x, y, z = self.ray(u_px, v_px)
        return z / math.hypot(x, y)

    def azimuth(self, u_px: float, v_px: float) -> float:
        """The direction of a pixel's ray along the ground, rad, left positive."""
        x, y, _ = self.ray(u_px, v_px)
        return math.atan2(y, x)

    def on_plane(
        self, u_px: float, v_px: float, tilt_rad: float = 0.0
    ) -> tuple[float, float] | None:
        """Where (x, y) a pixel's ray meets the plane z = 0; None above the horizon."""
        x, y, z = self.ray(u_px, v_px, tilt_rad)
        if z > LEAST_FALL * math.sqrt(x * x + y * y + z * z):
            return None
        far = -self.camera.z_m / z
        return self.camera.x_m + far * x, self.camera.y_m + far * y

    def pixel(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float] | None:
        """Where a point of base_link is in the picture or beside it; None behind the camera."""
        camera = self.camera
        x, y, z = x_m - camera.x_m, y_m - camera.y_m, z_m - camera.z_m
        (a, b, c), (d, e, f), (g, h, i) = self._rows
        ahead = c * x + f * y + i * z
        if not ahead >= LEAST_AHEAD_M:  # NaN, too
            return None
        right, down = a * x + d * y + g * z, b * x + e * y + h * z
        scale, (middle_u, middle_v) = self._focal_px / ahead, self._middle_px
        return middle_u + scale * right, middle_v + scale * down

    def rays(self, us_px: Vector, vs_px: Vector) -> Vector:
        """Unit rays (n, 3) of pixels (n,)."""
        middle_u, middle_v = self._middle_px
        x, y = (us_px - middle_u) / self._focal_px, (vs_px - middle_v) / self._focal_px
        rays = np.column_stack((x, y, np.ones(len(x)))) @ self.base_from_optical.T
        return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True), np.float64)


@lru_cache(maxsize=32)
def rays_of(camera: CameraSpec) -> CameraRays:
    """A camera's rays, made once for each that is mounted."""
    return CameraRays(camera)
