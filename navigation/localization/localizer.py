"""Localizer: wheel odometry, IMU, GNSS and lidar in, a pose with its certainty out.

Samples may come late and out of order (timeline.py). What is too old, from the future or
implausible is refused, and the caller is told why.
"""

from __future__ import annotations

import math
from dataclasses import replace

from navigation.localization import gnss, imu, lidar, odometry
from navigation.localization.ekf import (
    BIAS,
    SCALE,
    SPEED,
    Belief,
    ProcessNoise,
    doubt_way,
    first_belief,
    predict,
    update,
)
from navigation.localization.heading_start import HeadingStart
from navigation.localization.monitor import LocalizationMonitor
from navigation.localization.outlines import Outlines
from navigation.localization.placing import SIGMA_M, SIGMA_RAD, check_place
from navigation.localization.scan_match import OutlineFix
from navigation.localization.timeline import Sample, TimeLine
from navigation.types import (
    GnssFix,
    ImuSample,
    LocalizationEstimate,
    LocalizationStatus,
    WheelOdometry,
)
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import PatrolMap
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

STEERING_SLACK_RAD = 0.2  # wheels that a kerb knocks; more is no reading
MAX_AHEAD_S = 0.5  # a sample this far ahead of the wheels has another clock
MAX_EXTRAPOLATION_S = 0.1  # five of the wheels' periods: without news from them, no new pose
GYRO_MAX_AGE_S = TOPICS["/imu/data"].max_age_s or 0.2


class Localizer:
    """Fuses wheel odometry, IMU, GNSS and (with `outlines`) lidar into base_link in the map frame.

    `start` None: position and heading come from the first fixes while driving. To re-seed after a
    restart, make a new one from the last pose with a sigma that covers what may have happened;
    `place` puts one that is lost where a person sees it.
    """

    def __init__(
        self,
        spec: VehicleSpec,
        origin: GeoPoint,
        start: Pose2 | None = None,
        start_sigma_m: float = 0.3,
        start_sigma_rad: float = 0.1,
        noise: ProcessNoise | None = None,
        gnss_sigma_factor: float = gnss.SIGMA_FACTOR,
        outlines: Outlines | None = None,
    ) -> None:
        self._spec = spec
        self._origin = origin
        self._noise = noise or ProcessNoise()
        self._gnss_sigma_factor = gnss_sigma_factor
        self._line = TimeLine(self._advance, self._measure)
        self._start = start
        self._start_sigmas = (start_sigma_m, start_sigma_rad)
        self._heading_start = HeadingStart()
        self._monitor = LocalizationMonitor()
        self._last_imu: ImuSample | None = None
        self._newest_wheels: WheelOdometry | None = None
        self._outlines = outlines
        self._last_scan_s = -math.inf

    def add_odometry(self, sample: WheelOdometry) -> str | None:
        """Returns why the sample was ignored, or None."""
        if not (math.isfinite(sample.speed_mps) and math.isfinite(sample.steering_rad)):
            return "odometry is not finite"
        if abs(sample.steering_rad) > self._spec.max_steering_rad + STEERING_SLACK_RAD:
            return "steering is beyond the lock"
        if self._start is None and self._line.newest is None:
            self._heading_start.roll(
                sample, self._last_imu, GYRO_MAX_AGE_S, self._spec.wheelbase_m
            )
        if sample.stamp_s >= self._newest_wheels_s:
            self._newest_wheels = sample
        return self._add(sample)

    def add_imu(self, sample: ImuSample) -> str | None:
        """Returns why the sample was ignored, or None."""
        if not imu.is_plausible(sample):
            return "IMU sample is not plausible"
        self._last_imu = sample
        return self._add(sample)

    def add_gnss(self, fix: GnssFix) -> str | None:
        """Returns why the fix was ignored, or None."""
        if not gnss.usable(fix):
            return "receiver has no fix"
        if self._start is None and self._line.newest is None:
            self._try_heading_start(fix)
            return None
        return self._add(fix)

    def add_scan(self, scan: Scan) -> str | None:
        """Returns why the scan was ignored, or None; walls are looked at twice a second, more
        often where the last look contradicted the pose."""
        if self._outlines is None:
            return "the map has no outlines"
        every_s = lidar.AGAIN_S if self._monitor.doubts_walls else lidar.EVERY_S
        if abs(scan.stamp_s - self._last_scan_s) < every_s:
            return "one was taken just before"
        is_ahead = scan.stamp_s > self._newest_wheels_s + MAX_AHEAD_S
        belief = None if is_ahead else self._line.at(scan.stamp_s)
        if belief is None:
            return "its time is unknown"
        self._last_scan_s = scan.stamp_s
        elsewhere = not self._monitor.is_confirmed(scan.stamp_s)
        look = lidar.look(scan, self._spec.lidar, self._outlines, belief, elsewhere)
        reason = "it fits no walls" if look.fix is None else self._add(look.fix)
        if look.contradicts:
            self._monitor.walls(scan.stamp_s, agree=False)  # though some of them may fit
        elif reason is None and look.fix is not None:
            self._monitor.walls(scan.stamp_s, agree=True, whole=look.fix.is_whole)
        return reason

    def place(self, pose: Pose2, patrol_map: PatrolMap, now_s: float) -> None:
        """Begin anew at a pose of base_link that a person tells, with a person's certainty.

        Fixes and walls then judge it as they judge any pose: a wrong one is `lost` again. Raises
        ValueError where it cannot be taken (placing.py).
        """
        check_place(pose, patrol_map, self._newest_wheels, now_s)
        self._start, self._start_sigmas = pose, (SIGMA_M, SIGMA_RAD)
        self._line = TimeLine(self._advance, self._measure)
        self._monitor = LocalizationMonitor()

    def estimate(self, now_s: float) -> LocalizationEstimate:
        """The pose, carried forward to `now_s` but never far beyond the newest odometry."""
        newest = self._line.newest
        if newest is None:
            return LocalizationEstimate(
                None, LocalizationStatus.INITIALIZING, self._monitor.faults(now_s)
            )
        belief = newest.copy()
        horizon_s = max(belief.stamp_s, self._newest_wheels_s + MAX_EXTRAPOLATION_S)
        self._advance(belief, min(now_s, horizon_s))
        sigma_m = belief.position_sigma_m
        status = self._monitor.status(sigma_m)
        return LocalizationEstimate(
            self._stamped(belief, now_s), status, self._monitor.faults(now_s), sigma_m
        )

    def _stamped(self, belief: Belief, now_s: float) -> StampedPose:
        mean = belief.mean
        bias = float(mean[BIAS]) if self._has_gyro(belief) else 0.0
        return StampedPose(
            # A pose is as fresh as the wheels behind it: a silent base must not look alive.
            stamp_s=min(now_s, self._newest_wheels_s + MAX_EXTRAPOLATION_S),
            pose=belief.pose,
            covariance=belief.covariance[:3, :3].copy(),
            speed_mps=float(mean[SPEED] / (1.0 + mean[SCALE])),
            yaw_rate_radps=belief.yaw_rate_radps - bias,
            roll_rad=belief.roll_rad,
            pitch_rad=belief.pitch_rad,
        )

    @property
    def odometry_scale_error(self) -> float:
        """Estimated wheels' reading over true distance, minus 1."""
        newest = self._line.newest
        return float(newest.mean[SCALE]) if newest is not None else 0.0

    @property
    def _newest_wheels_s(self) -> float:
        return -math.inf if self._newest_wheels is None else self._newest_wheels.stamp_s

    def _has_gyro(self, belief: Belief) -> bool:
        return belief.stamp_s - belief.gyro_stamp_s <= GYRO_MAX_AGE_S

    def _advance(self, belief: Belief, stamp_s: float) -> None:
        predict(belief, stamp_s, self._noise, self._has_gyro(belief))

    # --- samples ---

    def _add(self, sample: Sample) -> str | None:
        if self._line.newest is None:
            if self._start is not None and isinstance(sample, WheelOdometry):
                self._seed(sample, self._start, *self._start_sigmas)
            return None
        reason = self._line.too_late(sample.stamp_s) or self._too_early(sample)
        if reason is not None:
            return reason
        reason = self._line.put(sample)
        newest = self._line.newest
        if isinstance(sample, ImuSample) and newest is not None:
            self._monitor.wheels(sample.stamp_s, newest.slip.way_m)
        if isinstance(sample, GnssFix):
            apart_m = 0.0 if reason is None else self._apart_m(sample)
            self._monitor.fix(sample.stamp_s, reason is None, apart_m)
        return reason

    def _apart_m(self, fix: GnssFix) -> float:
        """How far a fix is from where the antenna is believed to have been."""
        belief = self._line.at(fix.stamp_s)
        if belief is None:
            return 0.0
        believed = belief.pose.transform(*self._antenna_arm(belief))
        return math.dist(believed, gnss.antenna_map(fix, self._origin))

    def _antenna_arm(self, belief: Belief) -> tuple[float, float]:
        spec = self._spec
        return gnss.lever_arm(spec.gnss_x_m, spec.gnss_z_m, belief.roll_rad, belief.pitch_rad)

    def _too_early(self, sample: Sample) -> str | None:
        stamp_s, wheels_s = sample.stamp_s, self._newest_wheels_s
        if isinstance(sample, WheelOdometry) or stamp_s <= wheels_s + MAX_AHEAD_S:
            return None
        return f"ahead of the wheels by {stamp_s - wheels_s:.2f} s"

    def _measure(self, belief: Belief, sample: Sample) -> str | None:
        if isinstance(sample, WheelOdometry):
            update(belief, odometry.speed_measurement(belief, sample))
            # Wheels that slip must not make the gyro look wrong, nor locked ones its turn a bias.
            driven_mps = belief.slip.speed_mps(sample.stamp_s, sample.speed_mps)
            driven = replace(sample, speed_mps=driven_mps)
            belief.standing = odometry.is_standing(driven)
            rate = odometry.yaw_rate_from_steering(driven, self._spec.wheelbase_m)
            belief.steering_radps = rate
            if not self._has_gyro(belief):
                belief.yaw_rate_radps = rate
            return None
        if isinstance(sample, ImuSample):
            belief.yaw_rate_radps, belief.gyro_stamp_s = sample.yaw_rate_radps, sample.stamp_s
            belief.roll_rad, belief.pitch_rad = sample.roll_rad, sample.pitch_rad
            self._feel(belief, sample)
            if belief.standing:
                update(belief, imu.bias_measurement(belief, sample))
            return None
        if isinstance(sample, OutlineFix):
            return lidar.apply(belief, sample)
        return self._measure_fix(belief, sample)

    @staticmethod
    def _feel(belief: Belief, sample: ImuSample) -> None:
        """Doubt the wheels where they gain or lose a speed that the accelerometer does not."""
        before = belief.slip
        belief.slip = before.heard(sample, float(belief.mean[SPEED] / (1.0 + belief.mean[SCALE])))
        if belief.slip.doubt_m > before.doubt_m:
            doubt_way(belief, belief.slip.variance_since(before))

    def _measure_fix(self, belief: Belief, fix: GnssFix) -> str | None:
        arm = self._antenna_arm(belief)
        antenna = gnss.antenna_map(fix, self._origin)
        sigma_m = fix.sigma_m * self._gnss_sigma_factor
        if belief.fix is not fix.fix:
            gnss.forget_error(belief)
            belief.fix = fix.fix
        if update(belief, gnss.position_measurement(belief, antenna, sigma_m, arm)):
            return None
        return f"fix refused: squared Mahalanobis distance {belief.last_nis:.1f} > {gnss.GATE}"

    # --- the beginning ---

    def _seed(self, wheels: WheelOdometry, pose: Pose2, sigma_m: float, sigma_rad: float) -> None:
        belief = first_belief(wheels.stamp_s, pose, wheels.speed_mps, sigma_m, sigma_rad)
        if self._last_imu is not None and self._last_imu.stamp_s <= wheels.stamp_s:
            self._measure(belief, self._last_imu)
        self._line.start(wheels, belief)

    def _try_heading_start(self, fix: GnssFix) -> None:
        found = self._heading_start.fix(gnss.antenna_map(fix, self._origin), fix.sigma_m)
        if found is None or self._heading_start.last_wheels is None:
            return
        antenna, sigma_rad = found
        x_m, y_m = antenna.transform(-self._spec.gnss_x_m, 0.0)
        pose = Pose2(x_m, y_m, antenna.yaw_rad)
        self._seed(
            self._heading_start.last_wheels, pose, fix.sigma_m * self._gnss_sigma_factor, sigma_rad
        )
