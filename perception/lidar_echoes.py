"""What a lidar measured at a picture's time, as that camera sees it: what stands in a box."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec
from perception.ground_projection import GroundPoint, GroundProjector
from perception.lidar_ground import LidarGround

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_MARGIN_SHARE = 0.2  # of a box's width, on either side: what is beside somebody
_THICK_M = 0.4  # returns so much further off than the nearest are of the same thing
_BODY_M = 0.4  # echoes so near a body's middle are its own
_OVER_BEAM_M = 0.15  # what a beam meets may be so much taller


class LidarEchoes:
    """The returns (n, 2) of base_link; angles and ranges are found once for all boxes."""

    def __init__(
        self, points: Floats, projector: GroundProjector, ground: LidarGround | None = None
    ) -> None:
        """`ground` tells which of them are nobody's."""
        self._points, self._projector, self._ground = points, projector, ground
        relative = points - projector.camera_base[:2]
        self._azimuth = np.arctan2(relative[:, 1], relative[:, 0])
        self._ranges = np.hypot(relative[:, 0], relative[:, 1])
        self._places = projector.stamped.pose.transform_points(points)

    @property
    def camera(self) -> CameraSpec:
        """Whose boxes are measured."""
        return self._projector.camera

    @property
    def viewpoint_map(self) -> tuple[float, float]:
        """Where the camera is, map metres."""
        return self._projector.viewpoint_map

    def hit(
        self,
        box_xyxy: tuple[float, float, float, float],
        from_m: float,
        to_m: float,
        others: Sequence[Mask],
    ) -> GroundPoint | None:
        """The nearest cluster of returns in the middle of a box between two ranges.

        But those of `others`.
        """
        x1, _, x2, y2 = box_xyxy
        rays = self._projector.rays
        near = self._within(box_xyxy, from_m, to_m, others)
        if not near.any():
            return None
        ranges, points = self._ranges[near], self._points[near]
        cluster = ranges < ranges.min() + _THICK_M
        xs, ys = points[cluster].T.tolist()
        hit_m = statistics.median(ranges[cluster].tolist())
        rise_m = self._projector.camera.z_m + hit_m * rays.slope((x1 + x2) / 2, y2)
        variance = self._projector.config.lidar_sigma_m**2
        return self._projector.base_point(
            (statistics.median(xs), statistics.median(ys)),
            (variance, 0.0, variance),
            hit_m,
            rise_m,
            from_lidar=True,
        )

    def before_feet_m(
        self,
        box_xyxy: tuple[float, float, float, float],
        until_m: float,
        beam_m: float,
        others: Sequence[Mask],
    ) -> float | None:
        """How far off something is, nearer than `until_m`, that hides where a box ends; or None.

        What a beam `beam_m` over the ground meets is at least so tall there, so a line of sight
        to the box's lower edge that passes it no higher than that ends at it.
        """
        x1, _, x2, y2 = box_xyxy
        falls = -self._projector.rays.slope((x1 + x2) / 2, y2)
        if falls <= 0:
            return None
        from_m = (self._projector.camera.z_m - beam_m - _OVER_BEAM_M) / falls
        near = self._within(box_xyxy, from_m, until_m, others)
        return float(self._ranges[near].min()) if near.any() else None

    def _within(
        self,
        box_xyxy: tuple[float, float, float, float],
        from_m: float,
        to_m: float,
        others: Sequence[Mask],
    ) -> Mask:
        """Returns in the middle of a box between two ranges, but the ground's and `others`."""
        x1, _, x2, y2 = box_xyxy
        margin, rays = _MARGIN_SHARE * (x2 - x1), self._projector.rays
        low, high = rays.azimuth(x2 - margin, y2), rays.azimuth(x1 + margin, y2)
        near = (self._azimuth >= low) & (self._azimuth <= high)
        near &= (self._ranges > from_m) & (self._ranges < to_m)
        for theirs in others:
            near &= ~theirs
        if near.any():
            near &= ~self._of_ground
        return np.asarray(near, np.bool_)

    @cached_property
    def _of_ground(self) -> Mask:
        """Which of those that the camera may see (n,) are the ground's."""
        found = np.zeros(len(self._points), np.bool_)
        if self._ground is not None:
            rays, camera = self._projector.rays, self._projector.camera
            rows = (0.0, camera.height_px)
            seen = self._azimuth >= min(rays.azimuth(camera.width_px, row) for row in rows)
            seen &= self._azimuth <= max(rays.azimuth(0.0, row) for row in rows)
            found[seen] = self._ground.met(self._points[seen], self._projector)
        return found

    def of_body(self, point: GroundPoint) -> Mask:
        """Which of them (n,) are of who stands at a place."""
        apart = np.hypot(self._places[:, 0] - point.x_m, self._places[:, 1] - point.y_m)
        return np.asarray(~(apart > _BODY_M), np.bool_)
