"""Data-sheet figures of the inertial sensor that the simulated IMU stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.vehicle import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class ImuSheet:
    """Noise densities (rad/s/sqrt(Hz), m/s2/sqrt(Hz)), bias instability (rad/s), scale error."""

    rate_density: float
    rate_instability_radps: float
    rate_scale: float
    acceleration_density: float
    acceleration_instability_mps2: float

    def rate_noise_radps(self, bandwidth_hz: float) -> float:
        """White noise of a rate sample (1 sigma) behind a low pass."""
        return self.rate_density * math.sqrt(bandwidth_hz)

    def acceleration_noise_mps2(self, bandwidth_hz: float) -> float:
        """White noise of a specific-force sample (1 sigma) behind a low pass."""
        return self.acceleration_density * math.sqrt(bandwidth_hz)


# Bosch Sensortec BMI088, data sheet BST-BMI088-DS001, a usual industrial MEMS: gyroscope 0.014
# deg/s/sqrt(Hz), bias stability below 2 deg/h, sensitivity within 1 % before calibration (a
# turntable leaves a tenth); accelerometer 175 micro-g/sqrt(Hz), and the wander that its
# temperature drift (0.2 mg/K) leaves in a day's shade and sun.
BMI088 = ImuSheet(
    rate_density=math.radians(0.014),
    rate_instability_radps=math.radians(2.0 / 3600.0),
    rate_scale=0.001,
    acceleration_density=175e-6 * GRAVITY_MPS2,
    acceleration_instability_mps2=1e-3 * GRAVITY_MPS2,
)
