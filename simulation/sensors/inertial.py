"""IMU: yaw rate, specific force and the attitude filter's tilt, with bias, scale and noise."""

from __future__ import annotations

import math

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
        self._sigmas = np.array(
            (options.yaw_rate_instability_radps, *[options.acceleration_instability_mps2] * 2)
        )
        self._wander: NDArray[np.float64] = rng.normal(0.0, 1.0, 3) * self._sigmas
        self._last_velocity: NDArray[np.float64] | None = None

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
        last = velocity_map if self._last_velocity is None else self._last_velocity
        self._last_velocity = velocity_map
        acceleration = (velocity_map - last) * options.imu_rate_hz
        force = map_from_base.T @ (acceleration + np.array((0.0, 0.0, GRAVITY_MPS2)))
        noise = self._rng.normal(0.0, 1.0, 8)
        rate_bias, ax_bias, ay_bias = self._wander_on(noise[5:]).tolist()
        return ImuSample(
            stamp_s=stamp_s,
            yaw_rate_radps=yaw_rate_radps * self._scale
            + self._turn_on_radps
            + rate_bias
            + options.yaw_rate_noise_radps * float(noise[0]),
            ax_mps2=float(force[0]) + ax_bias + options.acceleration_noise_mps2 * float(noise[1]),
            ay_mps2=float(force[1]) + ay_bias + options.acceleration_noise_mps2 * float(noise[2]),
            roll_rad=tilt_rad[0] + options.tilt_noise_rad * float(noise[3]),
            pitch_rad=tilt_rad[1] + options.tilt_noise_rad * float(noise[4]),
        )

    def _wander_on(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        options = self._options
        keep = math.exp(-1.0 / (options.imu_rate_hz * options.instability_time_s))
        self._wander = keep * self._wander + math.sqrt(1 - keep**2) * self._sigmas * noise
        return self._wander
