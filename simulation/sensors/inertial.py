"""IMU: yaw rate, specific force and the attitude filter's tilt, with bias, scale and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navigation.types import ImuSample
from patrol.vehicle import GRAVITY_MPS2
from simulation.types import SensorOptions


class ImuModel:
    """Differences the true velocity between samples, as an IMU's own low-pass filter does.

    The bias has a part from switching on and one that wanders (bias instability, as a first-order
    Gauss-Markov process; IEEE Std 952-1997, annex C).
    """

    def __init__(self, options: SensorOptions, rng: np.random.Generator) -> None:
        self._options, self._rng = options, rng
        self._turn_on_radps = float(rng.normal(0.0, options.yaw_rate_bias_radps))
        self._scale = 1.0 + float(rng.normal(0.0, options.yaw_rate_scale))
        self._sigmas = (
            options.yaw_rate_instability_radps, *[options.acceleration_instability_mps2] * 2
        )  # fmt: skip
        wander: list[float] = rng.normal(0.0, 1.0, 3).tolist()
        self._wander = [w * sigma for w, sigma in zip(wander, self._sigmas, strict=True)]
        self._keep = math.exp(-1.0 / (options.imu_rate_hz * options.instability_time_s))
        self._last_velocity: list[float] | None = None

    def read(
        self,
        map_from_base: NDArray[np.float64],
        velocity_map: NDArray[np.float64],
        yaw_rate_radps: float,
        tilt_rad: tuple[float, float],
        stamp_s: float,
    ) -> ImuSample:
        """One sample from rotation (3, 3), velocity (3,) m/s, rate about z and (roll, pitch)."""
        options = self._options
        velocity: list[float] = velocity_map.tolist()
        last = self._last_velocity or velocity
        self._last_velocity = velocity
        ax, ay, az = ((v - w) * options.imu_rate_hz for v, w in zip(velocity, last, strict=True))
        east, north, up = map_from_base.tolist()
        az += GRAVITY_MPS2
        noise = self._rng.normal(0.0, 1.0, 8).tolist()
        rate_bias, ax_bias, ay_bias = self._wander_on(noise[5:])
        white = options.acceleration_noise_mps2
        return ImuSample(
            stamp_s=stamp_s,
            yaw_rate_radps=yaw_rate_radps * self._scale
            + self._turn_on_radps
            + rate_bias
            + options.yaw_rate_noise_radps * noise[0],
            ax_mps2=east[0] * ax + north[0] * ay + up[0] * az + ax_bias + white * noise[1],
            ay_mps2=east[1] * ax + north[1] * ay + up[1] * az + ay_bias + white * noise[2],
            roll_rad=tilt_rad[0] + options.tilt_noise_rad * noise[3],
            pitch_rad=tilt_rad[1] + options.tilt_noise_rad * noise[4],
        )

    def _wander_on(self, noise: Sequence[float]) -> list[float]:
        keep, spread = self._keep, math.sqrt(1 - self._keep**2)
        self._wander = [
            keep * w + spread * sigma * n
            for w, sigma, n in zip(self._wander, self._sigmas, noise, strict=True)
        ]
        return self._wander
