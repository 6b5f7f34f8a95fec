"""What the base's IMU feels of the chassis: how fast it turns, and how it accelerates, level."""

from __future__ import annotations

import math

import numpy as np

from navigation.types import BodyMotion
from patrol.vehicle import GRAVITY_MPS2
from simulation.types import SensorOptions

Triple = tuple[float, float, float]


class BodySensor:
    """Differences the true velocity between readings, as an IMU's own low-pass filter does.

    A tilt that is wrong lets gravity into what is level.
    """

    def __init__(self, options: SensorOptions, rng: np.random.Generator) -> None:
        self._rate_hz, self._rng = options.base_rate_hz, rng
        white = options.acceleration_noise_mps2
        level = math.hypot(white, GRAVITY_MPS2 * options.tilt_noise_rad)
        self._sigmas = (*[options.yaw_rate_noise_radps] * 3, level, level, white)
        wanders = [options.yaw_rate_bias_radps] * 3 + [options.acceleration_instability_mps2] * 3
        self._bias = [float(rng.normal(0.0, sigma)) for sigma in wanders]
        self._last: Triple | None = None

    def read(
        self, velocity_map: Triple, rates_radps: Triple, yaw_rad: float, stamp_s: float
    ) -> BodyMotion:
        """One reading from the IMU's velocity (m/s) and the chassis's rates about its own axes."""
        last = velocity_map if self._last is None else self._last
        self._last = velocity_map
        east, north, up = (
            (now - before) * self._rate_hz
            for now, before in zip(velocity_map, last, strict=True)
        )  # fmt: skip
        cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
        true = (*rates_radps, cos * east + sin * north, cos * north - sin * east, up)
        noise = self._rng.normal(0.0, 1.0, 6).tolist()
        x, y, z, forward, left, rising = (
            value + bias + sigma * white
            for value, bias, sigma, white in zip(
                true, self._bias, self._sigmas, noise, strict=True
            )
        )
        return BodyMotion(stamp_s, math.hypot(x, y, z), forward, left, rising)
