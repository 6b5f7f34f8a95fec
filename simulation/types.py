"""The values that enter and leave the simulator: a drive command in, sensor readings out.

Readings reuse navigation's input types, so a simulated sensor and a real driver look the same to
whoever reads them. All stamps are simulated epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navigation.types import BaseStatus, GnssFix, ImuSample
from patrol.geometry import Scan, StampedPose
from patrol.vehicle import CameraSpec


@dataclass(frozen=True, slots=True)
class DriveCommand:
    """What the base is told: speed of base_link (m/s), angle of the virtual middle wheel (rad)."""

    speed_mps: float = 0.0
    steering_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class ImageReading:
    """One camera picture; `bgr` is (height, width, 3) uint8."""

    stamp_s: float
    camera: CameraSpec
    bgr: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SensorFrame:
    """Everything the sensors produced since the last poll; `base` and `truth` are the newest.

    `contacts` names what the chassis began to touch since the last poll ("building b-012").
    """

    stamp_s: float
    base: BaseStatus
    truth: StampedPose
    scans: list[Scan] = field(default_factory=list)
    imu: list[ImuSample] = field(default_factory=list)
    gnss: list[GnssFix] = field(default_factory=list)
    images: list[ImageReading] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SensorOptions:
    """Error sizes of the simulated sensors (1 sigma); zero switches one off."""

    gnss_white_m: float = 0.02
    gnss_walk_m: float = 0.02  # slow first-order Gauss-Markov part (multipath, atmosphere)
    gnss_walk_time_s: float = 60.0
    gnss_rate_hz: float = 5.0
    imu_rate_hz: float = 50.0
    yaw_rate_noise_radps: float = 0.002
    yaw_rate_bias_radps: float = 0.001
    acceleration_noise_mps2: float = 0.03
    tilt_noise_rad: float = 0.003
    odometry_scale: float = 0.005
    odometry_noise_mps: float = 0.005
    steering_noise_rad: float = 0.002
    base_rate_hz: float = 50.0
