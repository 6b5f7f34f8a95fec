"""GNSS: an RTK-like position of the antenna with white and slowly wandering error."""

from __future__ import annotations

import math

import numpy as np

from navigation.types import GnssFix, GnssFixType
from patrol.geodesy import GeoPoint, wgs84_from_enu
from simulation.types import SensorOptions

VERTICAL_FACTOR = 1.8  # height is worse than the horizontal axes


class GnssModel:
    """White noise plus a first-order Gauss-Markov process (Brown and Hwang, 4th ed., s. 4.2)."""

    def __init__(self, origin: GeoPoint, options: SensorOptions, rng: np.random.Generator) -> None:
        self._origin, self._options, self._rng = origin, options, rng
        self._walk_m = rng.normal(0.0, options.gnss_walk_m, 3)

    def read(self, antenna_map: tuple[float, float, float], stamp_s: float) -> GnssFix:
        """A fix for the antenna's true place; the stated sigma covers both parts of the error."""
        options = self._options
        keep = math.exp(-1.0 / (options.gnss_rate_hz * options.gnss_walk_time_s))
        drive = options.gnss_walk_m * math.sqrt(1 - keep**2)
        self._walk_m = keep * self._walk_m + self._rng.normal(0.0, drive, 3)
        error = self._walk_m + self._rng.normal(0.0, options.gnss_white_m, 3)
        x_m, y_m, z_m = np.asarray(antenna_map) + error * (1, 1, VERTICAL_FACTOR)
        return GnssFix(
            stamp_s=stamp_s,
            position=wgs84_from_enu(float(x_m), float(y_m), float(z_m), self._origin),
            sigma_m=max(0.005, math.hypot(options.gnss_white_m, options.gnss_walk_m)),
            fix=GnssFixType.RTK_FIXED,
        )
