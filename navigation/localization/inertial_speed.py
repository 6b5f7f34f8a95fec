"""The speed of a recorded drive without wheel odometry, from the IMU and the fixes.

A Kalman filter over the way since the last fix, the speed and the error of the forward
acceleration (its bias and what tilt lets gravity leak into it): acceleration moves it, the
distance between two fixes corrects it (loosely coupled INS/GNSS in one dimension: Groves,
Principles of GNSS, Inertial, and Multisensor Integrated Navigation Systems, 2nd ed., sec. 14.1).
A speed knows nothing that came later than itself.

Fixes tell distances, not directions along the vehicle: a drive in reverse reads as forward.
Without fixes the error grows with the square of time, where wheels' grows with the way.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from navigation.localization import gnss
from navigation.localization.ekf import ProcessNoise
from navigation.localization.replay import DriveLog
from navigation.types import GnssFix, ImuSample, WheelOdometry
from patrol.errors import LogError
from patrol.geodesy import GeoPoint
from patrol.vehicle import GRAVITY_MPS2, VehicleSpec

START_SPEED_SIGMA_MPS = 10.0
START_ERROR_SIGMA_MPS2 = 0.3  # 2 degrees of tilt
SPEED_MPS_PER_RTS = 0.1  # noise of the accelerometer, vibration
ERROR_MPS2_PER_RTS = 0.02  # slopes come and go
GATE = 10.83  # squared Mahalanobis distance that 99.9 % of honest distances stay under
MAX_STEP_S = 0.5  # over a longer silence of the IMU the speed is not known any more
MIN_TRAVEL_M = 0.5  # below it, chord over way says nothing of how bent the way was
# The localizer takes wheels for exact to 0.02 m/s, and doubts them no more after a minute. These
# are off by decimetres a second, for long: without this it would refuse the fixes after a tunnel.
NOISE = ProcessNoise(position_m_per_rts=1.0, scale_per_rts=0.02)


def with_inertial_speed(log: DriveLog, origin: GeoPoint, spec: VehicleSpec) -> DriveLog:
    """A log with odometry made of its IMU and fixes; run it with a Localizer of NOISE.

    Raises LogError where there is no IMU with a forward acceleration, it is too slow, or there are
    too few fixes.
    """
    _check_imu(log.imu)
    speeds = _Speed(origin)
    wheels = []
    samples: Iterator[ImuSample | GnssFix] = heapq.merge(
        log.imu, log.fixes, key=lambda sample: sample.stamp_s
    )
    for sample in samples:
        if isinstance(sample, GnssFix):
            speeds.fix(sample)
        elif speeds.roll(sample):
            wheels.append(_wheels(sample, speeds.speed_mps, spec))
    if not wheels:
        raise LogError(
            "gnss: without wheel odometry the speed starts from two fixes within the IMU's times; "
            "there are none"
        )
    # The wheels are made of the accelerometer: it is no witness for or against them (slip.py).
    silent = [replace(sample, ax_mps2=0.0) for sample in log.imu]
    return replace(log, odometry=wheels, imu=silent)


def _check_imu(samples: Sequence[ImuSample]) -> None:
    if not any(sample.ax_mps2 for sample in samples):
        raise LogError(
            "imu: without wheel odometry the forward acceleration is needed (ax_mps2), and every "
            "sample of it is 0 or missing"
        )
    steps_s = np.diff([sample.stamp_s for sample in samples])
    if len(steps_s) and float(np.median(steps_s)) > MAX_STEP_S:
        raise LogError(
            f"imu: a sample every {np.median(steps_s):g} s is too seldom to make a speed of, at "
            f"least one every {MAX_STEP_S:g} s is needed; are the times in seconds?"
        )


def _wheels(sample: ImuSample, speed_mps: float, spec: VehicleSpec) -> WheelOdometry:
    """Wheels that stand as the gyro turns, within the lock."""
    speed_mps = max(0.0, speed_mps)
    angle = math.atan2(spec.wheelbase_m * sample.yaw_rate_radps, max(speed_mps, 1e-3))
    lock = spec.max_steering_rad
    return WheelOdometry(sample.stamp_s, speed_mps, min(max(angle, -lock), lock))


class _Speed:
    """Way since the last fix (m), speed (m/s), error of the acceleration (m/s²)."""

    def __init__(self, origin: GeoPoint) -> None:
        self._origin = origin
        self._mean = np.zeros(3)
        self._covariance = np.diag(np.square((0.0, START_SPEED_SIGMA_MPS, START_ERROR_SIGMA_MPS2)))
        self._imu_s: float | None = None
        self._from: tuple[tuple[float, float], float] | None = None  # last fix: place, sigma
        self._is_known = False
        self._yaw_rad = 0.0
        self._chord = np.zeros(2)  # the way since the last fix as the crow flies

    @property
    def speed_mps(self) -> float:
        """As estimated now."""
        return float(self._mean[1])

    def roll(self, sample: ImuSample) -> bool:
        """Move on by the acceleration; whether the speed is known."""
        last_s, self._imu_s = self._imu_s, sample.stamp_s
        if last_s is None or not 0.0 < sample.stamp_s - last_s <= MAX_STEP_S:
            self._forget()
            return False
        dt = sample.stamp_s - last_s
        # Nose down, gravity pulls the proof mass forward: the reading is that much too small.
        forward = sample.ax_mps2 + GRAVITY_MPS2 * math.sin(sample.pitch_rad)
        way_m = self.speed_mps * dt
        self._yaw_rad += sample.yaw_rate_radps * dt
        self._chord += way_m * np.array((math.cos(self._yaw_rad), math.sin(self._yaw_rad)))
        move = np.array(((1.0, dt, -dt * dt / 2), (0.0, 1.0, -dt), (0.0, 0.0, 1.0)))
        self._mean = move @ self._mean + forward * np.array((dt * dt / 2, dt, 0.0))
        self._covariance = move @ self._covariance @ move.T
        self._covariance[1, 1] += SPEED_MPS_PER_RTS**2 * dt
        self._covariance[2, 2] += ERROR_MPS2_PER_RTS**2 * dt
        return self._is_known

    def fix(self, fix: GnssFix) -> None:
        """Correct by the distance from the fix before, and begin anew from this one."""
        if not gnss.usable(fix) or self._imu_s is None:
            return
        place = gnss.antenna_map(fix, self._origin)
        before, self._from = self._from, (place, fix.sigma_m)
        if before is not None:
            self._measure(math.dist(before[0], place), math.hypot(before[1], fix.sigma_m))
        self._mean[0] = 0.0
        self._covariance[0, :] = self._covariance[:, 0] = 0.0
        self._yaw_rad, self._chord = 0.0, np.zeros(2)

    def _measure(self, distance_m: float, sigma_m: float) -> None:
        way_m = float(self._mean[0])
        chord_m = math.hypot(*self._chord)
        is_bent = way_m > MIN_TRAVEL_M and chord_m > MIN_TRAVEL_M
        driven_m = distance_m * (way_m / chord_m if is_bent else 1.0)
        seen = self._covariance[0]
        innovation = float(seen[0]) + sigma_m**2
        residual = driven_m - way_m
        if self._is_known and residual**2 > GATE * innovation:
            return
        gain = seen / innovation
        self._mean = self._mean + gain * residual
        self._covariance = self._covariance - np.outer(gain, seen)
        self._is_known = True

    def _forget(self) -> None:
        """Of a time without the IMU: it may have sped up or stopped."""
        self._from, self._is_known = None, False
        self._covariance[1, :] = self._covariance[:, 1] = 0.0
        self._covariance[1, 1] = START_SPEED_SIGMA_MPS**2
