"""IMU: yaw rate, specific force and the attitude filter's tilt, with bias and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.types import ImuSample
from patrol.vehicle import GRAVITY_MPS2
from simulation.types import SensorOptions


class ImuModel:
    """Differences the true velocity between samples, as an IMU's own low-pass filter does."""

    def __init__(self, options: SensorOptions, rng: np.random.Generator) -> None:
        self._options, self._rng = options, rng
        self._bias_radps = float(rng.normal(0.0, options.yaw_rate_bias_radps))
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
        options, rng = self._options, self._rng
        last = velocity_map if self._last_velocity is None else self._last_velocity
        self._last_velocity = velocity_map
        acceleration = (velocity_map - last) * options.imu_rate_hz
        force = map_from_base.T @ (acceleration + np.array((0.0, 0.0, GRAVITY_MPS2)))
        noise = rng.normal(0.0, 1.0, 5).tolist()
        return ImuSample(
            stamp_s=stamp_s,
            yaw_rate_radps=yaw_rate_radps
            + self._bias_radps
            + options.yaw_rate_noise_radps * noise[0],
            ax_mps2=float(force[0]) + options.acceleration_noise_mps2 * noise[1],
            ay_mps2=float(force[1]) + options.acceleration_noise_mps2 * noise[2],
            roll_rad=tilt_rad[0] + options.tilt_noise_rad * noise[3],
            pitch_rad=tilt_rad[1] + options.tilt_noise_rad * noise[4],
        )
