"""Synthetic drives with a known truth, for a localizer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from navigation.localization.localizer import Localizer
from navigation.types import GnssFix, GnssFixType, ImuSample, LocalizationEstimate, WheelOdometry
from patrol.geodesy import GeoPoint, wgs84_from_enu, wrap_angle
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
ORIGIN = GeoPoint(37.4843, 126.9296, 60.0)
GNSS_SIGMA_M = 0.05
START = Pose2(5.0, -3.0, 0.7)


def fix_at(stamp_s: float, x_m: float, y_m: float, sigma_m: float = GNSS_SIGMA_M) -> GnssFix:
    return GnssFix(stamp_s, wgs84_from_enu(x_m, y_m, 0.0, ORIGIN), sigma_m, GnssFixType.RTK_FIXED)


@dataclass
class Drive:
    """A vehicle on a weaving course; noisy samples for a localizer, truth for the test."""

    seed: int
    bias_radps: float = 0.004
    scale: float = 0.01
    now_s: float = 1000.0
    truth: Pose2 = START
    speed_mps: float = 0.0
    yaw_rate_radps: float = 0.0
    gnss: bool = True
    gyro: bool = True
    offset_m: tuple[float, float] = (0.0, 0.0)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def step(self, localizer: Localizer, tick: int, speed_mps: float = 1.2) -> None:
        """20 ms of driving; odometry and IMU each time, a fix every 200 ms."""
        dt = 0.02
        self.now_s += dt
        self.speed_mps += float(np.clip(speed_mps - self.speed_mps, -0.012, 0.012))
        curvature = 0.25 * math.sin(0.01 * tick)
        self.yaw_rate_radps = self.speed_mps * curvature
        yaw = self.truth.yaw_rad + 0.5 * dt * self.yaw_rate_radps
        self.truth = Pose2(
            self.truth.x_m + dt * self.speed_mps * math.cos(yaw),
            self.truth.y_m + dt * self.speed_mps * math.sin(yaw),
            wrap_angle(self.truth.yaw_rad + dt * self.yaw_rate_radps),
        )
        moving = 0.02 if self.speed_mps else 0.0
        wheels = self.speed_mps * (1 + self.scale) + moving * self.rng.normal()
        steering = math.atan(SPEC.wheelbase_m * curvature)
        localizer.add_odometry(WheelOdometry(self.now_s, wheels, steering))
        if self.gyro:
            rate = self.yaw_rate_radps + self.bias_radps + 0.01 * self.rng.normal()
            localizer.add_imu(ImuSample(self.now_s, rate))
        if self.gnss and tick % 10 == 0:
            localizer.add_gnss(self.fix())

    def fix(self) -> GnssFix:
        x_m, y_m = self.truth.transform(SPEC.gnss_x_m, 0.0)
        noise = GNSS_SIGMA_M * self.rng.normal(size=2)
        return fix_at(
            self.now_s, x_m + noise[0] + self.offset_m[0], y_m + noise[1] + self.offset_m[1]
        )

    def run(self, localizer: Localizer, seconds: float, speed_mps: float = 1.2) -> None:
        start = round(self.now_s / 0.02)
        for tick in range(start, start + round(seconds / 0.02)):
            self.step(localizer, tick, speed_mps)

    def error_m(self, estimate: LocalizationEstimate) -> float:
        assert estimate.stamped is not None
        pose = estimate.stamped.pose
        return math.hypot(pose.x_m - self.truth.x_m, pose.y_m - self.truth.y_m)


@dataclass
class WanderingDrive(Drive):
    """A drive whose fixes are all off to one side, as those of a float solution among houses."""

    stated_m: float = 0.5

    def fix(self) -> GnssFix:
        x_m, y_m = self.truth.transform(SPEC.gnss_x_m, 0.0)
        return GnssFix(
            self.now_s,
            wgs84_from_enu(x_m + self.offset_m[0], y_m + self.offset_m[1], 0.0, ORIGIN),
            self.stated_m,
            GnssFixType.RTK_FLOAT,
        )


def known_start(drive: Drive, **options: float) -> Localizer:
    return Localizer(SPEC, ORIGIN, start=drive.truth, **options)
