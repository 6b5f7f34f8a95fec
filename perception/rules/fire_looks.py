"""What one picture shows of flames: by the thermal camera, elsewhere by colour."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.flame_colours import FlameBlob, flame_blobs
from perception.ground_projection import GroundPoint, GroundProjector
from perception.hot_spots import hot_spots, thermal_projector
from perception.rules.base import Scene
from perception.types import ThermalPicture


@dataclass(frozen=True, slots=True)
class LookConfig:
    """What counts as hot or as flame colours."""

    hot_c: float = 65.0
    least_hot_px: int = 3
    least_colour_px: int = 30
    most_range_m: float = 15.0  # by colour

    def __post_init__(self) -> None:
        if not 45 <= self.hot_c <= 300:
            raise ValueError(f"hot_c: {self.hot_c} must be in [45, 300]")
        if self.least_hot_px < 1 or self.least_colour_px < 4:
            raise ValueError("least_hot_px: must be at least 1, and least_colour_px at least 4")
        if not 0 < self.most_range_m <= 60:
            raise ValueError(f"most_range_m: {self.most_range_m} must be in (0, 60]")


@dataclass(frozen=True, slots=True)
class FlameLook:
    """Something that looks like flames: its place, its size (the side of a square as large)."""

    point: GroundPoint
    size_m: float
    glow: float  # how much heat or light it gives, in its camera's units
    degrees_c: float | None  # None: by colour alone
    box_xyxy: NDArray[np.float64] | None = None  # in the picture; None where thermal alone saw it


def looks_of(scene: Scene, config: LookConfig) -> list[FlameLook]:
    """Everything in a picture that may be flames."""
    thermal, looks = scene.thermal, []
    eye = None if thermal is None else thermal_projector(thermal, scene.projector)
    if thermal is not None and eye is not None:
        for spot in hot_spots(thermal, eye, scene.returns_base, config.hot_c, config.least_hot_px):
            looks.append(FlameLook(spot.point, spot.size_m, spot.heat, spot.degrees_c))
    for blob in flame_blobs(scene.image_bgr, config.least_colour_px):
        point = scene.projector.ground_point(blob.foot_u_px, float(blob.box_xyxy[3]))
        if point is None or point.range_m > config.most_range_m or _somebodys(blob, scene):
            continue
        if thermal is not None and eye is not None and _covers(blob, scene, thermal, eye):
            continue  # the thermal camera has said what it is
        size_m = math.sqrt(blob.area_px) * point.range_m / scene.projector.camera.focal_px
        looks.append(FlameLook(point, size_m, blob.glow, None, blob.box_xyxy))
    return looks


def _somebodys(blob: FlameBlob, scene: Scene) -> bool:
    """Whether it lies in the box of a person or a vehicle: clothes, lamps."""
    middle_u = float(blob.box_xyxy[0] + blob.box_xyxy[2]) / 2
    middle_v = float(blob.box_xyxy[1] + blob.box_xyxy[3]) / 2
    boxes = [track.observation.box_xyxy for track in scene.tracks]
    boxes += [sighting.box_xyxy for sighting in scene.sightings]
    return any(b[0] <= middle_u <= b[2] and b[1] <= middle_v <= b[3] for b in boxes)


def _covers(blob: FlameBlob, scene: Scene, thermal: ThermalPicture, eye: GroundProjector) -> bool:
    """Whether the thermal camera looks there: then colours say nothing more."""
    x1, _, x2, y2 = blob.box_xyxy
    point = scene.projector.ground_point(float(x1 + x2) / 2, float(y2))
    pixel = None if point is None else eye.pixel(point.x_m, point.y_m)
    if pixel is None or math.isnan(pixel[0]):
        return False
    inside_u = 4 <= pixel[0] < thermal.camera.width_px - 4
    return inside_u and 0 <= pixel[1] < thermal.camera.height_px
