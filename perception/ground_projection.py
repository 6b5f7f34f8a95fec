"""Pixels to map positions with covariance, and back.

Frames: map → base_link (`StampedPose` with roll and pitch) → camera → camera_optical (x right,
y down, z forward). The ground near the vehicle is the plane it stands on (z = 0 of base_link):
a patrol robot is stiff, so on a slope it tilts with the street. What that plane gets wrong, a
slope that begins ahead, is part of the covariance. What else is known of ranges (lidar, the map's
slopes, people's heights) is weighed in `placing.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.geometry import StampedPose, larger_sigma
from patrol.vehicle import CameraSpec
from perception.camera_rays import LEAST_AHEAD_M, LEAST_FALL, rays_of, rotation

Vector = NDArray[np.float64]
Number = TypeVar("Number", float, Vector)
Spread = tuple[Number, Number, Number]  # a covariance: xx, xy, yy, m²

_NUDGE_RAD = 0.002  # for differences
BODY_FLAT_M, BODY_SIDE_M = 0.20, 0.50  # thickness of a body on its back, on its side


@dataclass(frozen=True, slots=True)
class ProjectionConfig:
    """Noise of the projection: assumed, not calibrated on a real camera."""

    max_range_m: float = 25.0
    pixel_sigma_px: float = 3.0  # where a box's bottom edge really is
    pitch_sigma_rad: float = 0.012  # ground plane against camera
    lidar_sigma_m: float = 0.15

    def __post_init__(self) -> None:
        for name in ("max_range_m", "pixel_sigma_px", "lidar_sigma_m"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


class GroundPoint(Struct, frozen=True):
    """A place on the ground: map metres, 2 x 2 covariance (m²), distance from the camera.

    `rise_m` is how high the ground there seems to be over the plane that the vehicle stands on;
    `measured_range_m` the distance by lidar or ground alone, where people's heights were used too.
    """

    x_m: float
    y_m: float
    covariance: NDArray[np.float64]
    range_m: float
    from_lidar: bool = False
    rise_m: float = 0.0
    measured_range_m: float | None = None

    @property
    def sigma_m(self) -> float:
        """One standard deviation of the larger axis."""
        return larger_sigma(self.covariance)


class Footprint(Struct, frozen=True):
    """What a box would be as a thing on the ground.

    `height_m` is how high its top edge reaches above the ground at the near edge's distance;
    `width_m` is across the view; a lying body has a ground extent from `shortest_m` (on its
    side, as thick as shoulders are wide) to `longest_m` (flat on its back), `inf` where the top
    edge is above that thickness at any distance.
    """

    width_m: float
    height_m: float
    shortest_m: float
    longest_m: float
    cut: bool  # touches the picture's edge: the true size is larger

    @property
    def middle_m(self) -> float:
        """A likely length: between the shortest and the longest."""
        return (self.shortest_m + self.longest_m) / 2


class GroundProjector:
    """One camera at one pose."""

    def __init__(
        self, camera: CameraSpec, stamped: StampedPose, config: ProjectionConfig | None = None
    ) -> None:
        self.camera = camera
        self.stamped = stamped
        self.config = config or ProjectionConfig()
        self.rays = rays_of(camera)
        self._pose_covariance = stamped.covariance.tolist()
        self.camera_base = np.array([camera.x_m, camera.y_m, camera.z_m])
        self.level_from_base = rotation(stamped.roll_rad, stamped.pitch_rad, 0.0)
        self._map_from_base = rotation(stamped.roll_rad, stamped.pitch_rad, stamped.pose.yaw_rad)
        self._turn = self._map_from_base.tolist()
        self._heading = math.cos(stamped.pose.yaw_rad), math.sin(stamped.pose.yaw_rad)

    def ground_point(self, u_px: float, v_px: float, sigma_px: float = 0.0) -> GroundPoint | None:
        """Where a pixel meets the ground; None above the horizon or beyond `max_range_m`.

        Covariance: pixel noise, tilt of the ground plane and the pose's own covariance, to first
        order by differences.
        """
        on_plane, camera = self.rays.on_plane, self.camera
        point = on_plane(u_px, v_px)
        if point is None:
            return None
        range_m = math.hypot(point[0] - camera.x_m, point[1] - camera.y_m)
        if range_m > self.config.max_range_m:
            return None
        noise_px = math.hypot(self.config.pixel_sigma_px, sigma_px)
        xx = xy = yy = 0.0
        for nudged, sigma in (
            (on_plane(u_px, v_px + 1.0), noise_px),
            (on_plane(u_px + 1.0, v_px), noise_px),
            (on_plane(u_px, v_px, _NUDGE_RAD), self.config.pitch_sigma_rad / _NUDGE_RAD),
        ):
            if nudged is not None:
                x, y = (nudged[0] - point[0]) * sigma, (nudged[1] - point[1]) * sigma
                xx, xy, yy = xx + x * x, xy + x * y, yy + y * y
        return self.base_point(point, (xx, xy, yy), range_m)

    def base_point(
        self,
        point: tuple[float, float],
        spread: Spread[float],
        range_m: float,
        rise_m: float = 0.0,
        *,
        from_lidar: bool = False,
    ) -> GroundPoint:
        """A ground point of base_link in the map, with the pose's uncertainty added."""
        east, north, _ = (self._map_from_base @ np.array([point[0], point[1], 0.0])).tolist()
        xx, xy, yy = self._turned(east, north, spread)
        pose, covariance = self.stamped.pose, np.array([[xx, xy], [xy, yy]])
        x_m, y_m = pose.x_m + east, pose.y_m + north
        return GroundPoint(x_m, y_m, covariance, range_m, from_lidar, rise_m)

    def level_points(
        self, x: Vector, y: Vector, spread: Spread[Vector]
    ) -> tuple[Vector, Vector, Vector]:
        """Places (n,) with their spreads given in the vehicle's level frame, in the map.

        Gives x and y (n,) and covariances (n, 2, 2). The level frame has base_link's heading and
        no tilt.
        """
        cos, sin = self._heading
        east, north = cos * x - sin * y, sin * x + cos * y
        xx, xy, yy = self._turned(east, north, spread)
        covariances = np.stack((xx, xy, xy, yy), axis=1).reshape(-1, 2, 2)
        pose = self.stamped.pose
        return pose.x_m + east, pose.y_m + north, covariances

    def _turned(self, east: Number, north: Number, spread: Spread[Number]) -> Spread[Number]:
        """The spread at an offset from base_link in the map; it is given along the heading."""
        (along, both, across), (cos, sin) = spread, self._heading
        # turned by the heading: R C R^T
        xx = cos * cos * along - 2 * cos * sin * both + sin * sin * across
        xy = cos * sin * (along - across) + (cos * cos - sin * sin) * both
        yy = sin * sin * along + 2 * cos * sin * both + cos * cos * across
        # and the pose's own, by the jacobian [[1, 0, -north], [0, 1, east]]
        (pxx, pxy, pxt), (_, pyy, pyt), (_, _, ptt) = self._pose_covariance
        xx += pxx - 2 * north * pxt + north * north * ptt
        xy += pxy + east * pxt - north * pyt - north * east * ptt
        yy += pyy + 2 * east * pyt + east * east * ptt
        return xx, xy, yy

    def box_point(self, box_xyxy: Vector) -> GroundPoint | None:
        """Where a box stands on that plane: its bottom middle."""
        x1, y1, x2, y2 = box_xyxy.tolist()
        return self.ground_point((x1 + x2) / 2, y2, 0.03 * (y2 - y1))

    def box_range_m(self, box_xyxy: Vector) -> float | None:
        """How far that place is from the camera; None where `box_point` has none."""
        x1, _, x2, y2 = box_xyxy.tolist()
        point = self.rays.on_plane((x1 + x2) / 2, y2)
        if point is None:
            return None
        range_m = math.hypot(point[0] - self.camera.x_m, point[1] - self.camera.y_m)
        return None if range_m > self.config.max_range_m else range_m

    def footprint(self, box_xyxy: Vector) -> Footprint:
        """Size of a box as a thing on the ground; `inf` where its foot is above the horizon."""
        x1, y1, x2, y2 = box_xyxy.tolist()
        cut = x1 <= 2 or y1 <= 2 or x2 >= self.camera.width_px - 2
        cut |= y2 >= self.camera.height_px - 2
        middle = (x1 + x2) / 2
        foot, camera = self.rays.on_plane(middle, y2), self.camera
        if foot is None:
            return Footprint(math.inf, math.inf, math.inf, math.inf, cut)
        distance = math.hypot(foot[0] - camera.x_m, foot[1] - camera.y_m)
        angle = self.rays.azimuth(x1, y2) - self.rays.azimuth(x2, y2)
        width = 2 * distance * math.tan(angle / 2)
        slope = self.rays.slope(middle, y1)  # of the top edge's ray
        height = camera.z_m + slope * distance

        def extent(thickness_m: float) -> float:
            if slope >= LEAST_FALL:
                return math.inf
            beyond = (camera.z_m - thickness_m) / -slope - distance
            return math.hypot(width, max(beyond, 0.0))

        return Footprint(width, height, extent(BODY_SIDE_M), extent(BODY_FLAT_M), cut)

    def pixel(self, x_m: float, y_m: float, height_m: float = 0.0) -> tuple[float, float] | None:
        """The pixel of a map position at a height above the ground; None behind the camera."""
        pose, ((a, b, _), (c, d, _), _) = self.stamped.pose, self._turn
        east, north = x_m - pose.x_m, y_m - pose.y_m
        return self.rays.pixel(east * a + north * c, east * b + north * d, height_m)

    def box_at(self, x_m: float, y_m: float, width_m: float, height_m: float) -> Vector | None:
        """The box of an upright thing of a size standing at a map position; None out of view."""
        size = np.array([[width_m, height_m]])
        box = self.boxes_at(np.array([[x_m, y_m]]), size, np.zeros(1))[0]
        return None if np.isnan(box).any() else box

    @property
    def motion(self) -> None:
        """A place on the map stays where it is (`tracking_view.View`)."""
        return None

    def units_per_m(self, sizes: Vector) -> Vector:
        """Places are metres already."""
        return np.ones(len(sizes))

    def boxes_at(self, places: Vector, sizes: Vector, rises_m: Vector) -> Vector:
        """Boxes (n, 4) of upright things of sizes (n, 2) m at map places (n, 2); NaN out of view.

        `rises_m` (n,) is their ground over the plane that the vehicle stands on. "Out of view" is
        behind the camera: a box may lie beside the picture.
        """
        base = self._base(places)
        foot, top = self._pixels(base, rises_m), self._pixels(base, rises_m + sizes[:, 1])
        x, y = (places - np.array(self.viewpoint_map)).T
        half = self.camera.focal_px * sizes[:, 0] / np.maximum(np.hypot(x, y), 0.5) / 2
        boxes = np.stack((foot[:, 0] - half, top[:, 1], foot[:, 0] + half, foot[:, 1]), axis=1)
        boxes[np.isnan(boxes).any(axis=1)] = np.nan
        return np.asarray(boxes, np.float64)

    @property
    def viewpoint_map(self) -> tuple[float, float]:
        """Where the camera is, map metres."""
        return self.stamped.pose.transform(self.camera.x_m, self.camera.y_m)

    def _base(self, places: Vector) -> Vector:
        """Map places (n, 2) in base_link (n, 3), of which the heights are to be filled in."""
        pose = self.stamped.pose
        delta = np.zeros((len(places), 3))
        delta[:, :2] = places - np.array([pose.x_m, pose.y_m])
        return np.asarray(delta @ self._map_from_base, np.float64)

    def _pixels(self, base: Vector, heights: Vector) -> Vector:
        """Pixels (n, 2) of places of base_link (n, 3) at heights (n,) m; NaN behind the camera."""
        base[:, 2] = heights
        optical = (base - self.camera_base) @ self.rays.base_from_optical
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = np.array([self.camera.width_px / 2, self.camera.height_px / 2])
            pixels = middle + self.camera.focal_px * optical[:, :2] / optical[:, 2:]
        pixels[~(optical[:, 2] >= LEAST_AHEAD_M)] = np.nan
        return np.asarray(pixels, np.float64)

    def in_view(self, x_m: float, y_m: float, margin_px: float = 10.0) -> bool:
        """Whether a ground position is in the picture and within range."""
        pixel = self.pixel(x_m, y_m)
        if pixel is None:
            return False
        inside_u = margin_px < pixel[0] < self.camera.width_px - margin_px
        inside_v = margin_px < pixel[1] < self.camera.height_px - margin_px
        return inside_u and inside_v


def predicted_pose(stamped: StampedPose, stamp_s: float) -> StampedPose:
    """The pose moved to another time with its own speed and yaw rate (unicycle, first order)."""
    dt = stamp_s - stamped.stamp_s
    turn = stamped.yaw_rate_radps * dt
    heading = stamped.pose.yaw_rad + turn / 2
    pose = type(stamped.pose)(
        stamped.pose.x_m + stamped.speed_mps * dt * math.cos(heading),
        stamped.pose.y_m + stamped.speed_mps * dt * math.sin(heading),
        stamped.pose.yaw_rad + turn,
    )
    return StampedPose(
        stamp_s,
        pose,
        stamped.covariance,
        stamped.speed_mps,
        stamped.yaw_rate_radps,
        stamped.roll_rad,
        stamped.pitch_rad,
    )
