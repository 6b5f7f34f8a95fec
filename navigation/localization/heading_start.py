"""The first heading, from driving: two fixes far enough apart, with the wheels going straight."""

from __future__ import annotations

import math

from navigation.localization.odometry import yaw_rate_from_steering
from navigation.types import ImuSample, WheelOdometry
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2

MIN_TRAVEL_M = 2.0
TRAVEL_SIGMAS = 8.0  # baseline over fix sigma: heading sigma = sqrt(2) / 8 = 0.18 rad at worst
MAX_STEP_S = 0.5  # between two reports of the wheels: what rolled in a longer gap is unknown
MAX_TURN_RAD = 0.25  # more than this on the way and the baseline starts anew


class HeadingStart:
    """Waits for a straight baseline; antenna offsets are constant along it and cancel."""

    def __init__(self) -> None:
        self.last_wheels: WheelOdometry | None = None
        self._from: tuple[float, float] | None = None
        self._travel_m = 0.0
        self._turn_rad = 0.0

    def roll(
        self, sample: WheelOdometry, gyro: ImuSample | None, max_gyro_age_s: float,
        wheelbase_m: float,
    ) -> None:  # fmt: skip
        """Dead-reckon with the wheels' next report; without a gyro by the steering angle."""
        previous, self.last_wheels = self.last_wheels, sample
        if previous is None or not 0 < sample.stamp_s - previous.stamp_s <= MAX_STEP_S:
            return
        dt = sample.stamp_s - previous.stamp_s
        rate = yaw_rate_from_steering(sample, wheelbase_m)
        if gyro is not None and abs(sample.stamp_s - gyro.stamp_s) <= max_gyro_age_s:
            rate = gyro.yaw_rate_radps
        self.move(sample.speed_mps * dt, rate * dt)

    def move(self, distance_m: float, turn_rad: float) -> None:
        """Note how far the wheels rolled and how far the vehicle turned since the last call."""
        self._travel_m += distance_m
        self._turn_rad += turn_rad
        if abs(self._turn_rad) > MAX_TURN_RAD:
            self._from = None

    def fix(self, antenna: tuple[float, float], sigma_m: float) -> tuple[Pose2, float] | None:
        """The antenna's pose and the heading's sigma once known, else None."""
        if self._from is None:
            self._from, self._travel_m, self._turn_rad = antenna, 0.0, 0.0
            return None
        needed = max(MIN_TRAVEL_M, TRAVEL_SIGMAS * sigma_m)
        if abs(self._travel_m) < needed:
            return None
        dx, dy = antenna[0] - self._from[0], antenna[1] - self._from[1]
        along = math.copysign(1.0, self._travel_m)
        # The chord's direction is the mean heading; half of the turn is still to add.
        yaw = wrap_angle(math.atan2(along * dy, along * dx) + 0.5 * self._turn_rad)
        sigma_rad = math.hypot(math.sqrt(2) * sigma_m / math.hypot(dx, dy), 0.05)
        return Pose2(antenna[0], antenna[1], yaw), sigma_rad
