"""The values that enter and leave the simulator: a drive command in, sensor readings out.

Readings reuse navigation's input types, so a simulated sensor and a real driver look the same to
whoever reads them. All stamps are simulated epoch seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navigation.types import BaseStatus, GnssFix, ImuSample
from patrol.geometry import Scan, StampedPose
from patrol.signals import SignalState
from patrol.vehicle import CameraSpec, DropRangerSpec, UltrasonicSpec
from simulation.sensors.imu_sheet import BMI088


@dataclass(frozen=True, slots=True)
class DriveCommand:
    """What the base is told: speed of base_link (m/s), angle of the virtual middle wheel (rad).

    `cut_power` opens the motors' contactor and lets the spring-applied brakes close, whatever the
    motor controller does.
    """

    speed_mps: float = 0.0
    steering_rad: float = 0.0
    cut_power: bool = False


@dataclass(frozen=True, slots=True)
class Actuation:
    """What is broken in drive and steering; the default is a sound vehicle.

    A runaway drives at its speed whatever is commanded until its power is cut, by the emergency
    stop or by command; a free drive neither pulls nor holds; without brakes a vehicle stops and
    stands by its motors alone.
    """

    stuck_steering_rad: float | None = None  # the steering stays at this angle
    runaway_mps: float | None = None
    brakes_fail: bool = False
    drive_free: bool = False


SOUND = Actuation()


@dataclass(frozen=True, slots=True)
class ImageReading:
    """One camera picture; `bgr` is (height, width, 3) uint8."""

    stamp_s: float
    camera: CameraSpec
    bgr: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ThermalReading:
    """One thermal picture; `celsius` is (height, width) float32."""

    stamp_s: float
    camera: CameraSpec
    celsius: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RangeReading:
    """One ultrasonic or drop ranger's range (m), infinite without an echo.

    An ultrasonic one is at least `range_min_m`.
    """

    stamp_s: float
    sensor: UltrasonicSpec | DropRangerSpec
    range_m: float


@dataclass(frozen=True, slots=True)
class SoundReading:
    """The level at the microphone, dB(A)."""

    stamp_s: float
    level_dba: float


@dataclass(frozen=True, slots=True)
class PowerReading:
    """The battery at its terminals; the current is negative while it charges."""

    stamp_s: float
    voltage_v: float
    current_a: float


@dataclass(frozen=True, slots=True)
class SensorFrame:
    """What the sensors produced since the last poll; `base`, `truth` and `power` are the newest.

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
    thermal: list[ThermalReading] = field(default_factory=list)
    ranges: list[RangeReading] = field(default_factory=list)  # ultrasonic
    drops: list[RangeReading] = field(default_factory=list)
    sounds: list[SoundReading] = field(default_factory=list)
    signals: list[SignalState] = field(default_factory=list)
    power: PowerReading | None = None


@dataclass(frozen=True, slots=True)
class SensorOptions:
    """Error sizes of the simulated sensors (1 sigma); zero switches one off.

    IMU noise is the data sheet's behind a 25 Hz low pass, and what a rolling vehicle shakes; its
    bias from switching on is what the zeroing at standstill leaves.
    """

    gnss_white_m: float = 0.02
    gnss_walk_m: float = 0.02  # slow first-order Gauss-Markov part (atmosphere, base line)
    gnss_walk_time_s: float = 60.0
    gnss_rate_hz: float = 5.0
    gnss_shadow: bool = False  # houses hide satellites and reflect them
    imu_rate_hz: float = 50.0
    yaw_rate_noise_radps: float = math.hypot(BMI088.rate_noise_radps(25.0), 0.0015)
    yaw_rate_bias_radps: float = 0.001
    yaw_rate_instability_radps: float = BMI088.rate_instability_radps
    yaw_rate_scale: float = BMI088.rate_scale
    acceleration_noise_mps2: float = math.hypot(BMI088.acceleration_noise_mps2(25.0), 0.03)
    acceleration_instability_mps2: float = BMI088.acceleration_instability_mps2
    instability_time_s: float = 300.0
    tilt_noise_rad: float = 0.003
    odometry_scale: float = 0.005
    odometry_noise_mps: float = 0.005
    steering_noise_rad: float = 0.002
    base_rate_hz: float = 50.0
