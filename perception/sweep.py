"""The sweep: the band of ground ahead, enlarged and turned by 90° to one side or both."""

from __future__ import annotations

import math

import numpy as np

from patrol.vehicle import CameraSpec
from perception.config import SweepConfig
from perception.detectors.base import Detector, Image
from perception.looks import LEFT, RIGHT, Box, Sighting, look

_BODY_M = 0.5  # the band's upper edge leaves room for a body at its far end


def band_of(camera: CameraSpec, config: SweepConfig) -> Box:
    """The rows that show ground from `near_m` to `far_m`, over the picture's full width (xyxy).

    The vehicle stands on the same plane that it looks at, so its own tilt does not move them.
    """

    def row(range_m: float, height_m: float) -> float:
        depression = math.atan2(camera.z_m - height_m, range_m)
        return camera.height_px / 2 + camera.focal_px * math.tan(depression - camera.pitch_rad)

    top = float(np.clip(row(config.far_m, _BODY_M), 0, camera.height_px - 32))
    bottom = float(np.clip(row(config.near_m, 0.0), top + 32, camera.height_px))
    return np.round(np.array([0.0, top, camera.width_px, bottom]))


class Sweep:
    """Runs the turned look on every Nth picture; `detector` takes the band's shape."""

    def __init__(self, config: SweepConfig, detector: Detector, min_score: float) -> None:
        self._config = config
        self._detector = detector
        self._min_score = min_score
        self._count = 0

    def step(self, image: Image, camera: CameraSpec) -> list[Sighting]:
        """People in the turned band, in pixels of the whole picture."""
        if self._config.every == 0:
            return []
        self._count += 1
        if self._count % self._config.every:
            return []
        number = self._count // self._config.every
        turns = (LEFT, RIGHT) if self._config.both_sides else ((RIGHT, LEFT)[number % 2],)
        region = band_of(camera, self._config)
        return [
            sighting
            for turn in turns
            for sighting in look(image, region, turn, self._detector, self._min_score)
        ]
