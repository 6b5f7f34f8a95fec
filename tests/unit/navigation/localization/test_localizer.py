"""The localizer on synthetic drives with a known truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.types import (
    GnssFix,
    GnssFixType,
    ImuSample,
    LocalizationEstimate,
    LocalizationStatus,
    WheelOdometry,
)
from patrol.faults import FaultKind
from patrol.geodesy import GeoPoint, wgs84_from_enu, wrap_angle
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle
from tests.unit.navigation.localization.street_scans import CANYON, YARD, scan_at

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
ORIGIN = GeoPoint(37.4843, 126.9296, 60.0)
GNSS_SIGMA_M = 0.05
START = Pose2(5.0, -3.0, 0.7)
NEES_95_3DOF_50_RUNS = (2.36, 3.72)  # chi-square(150) / 50, two-sided 95 %


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


def test_follows_a_drive_within_centimetres() -> None:
    drive = Drive(seed=1)
    localizer = known_start(drive)
    drive.run(localizer, 60.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.10
    assert estimate.faults == frozenset()
    assert localizer.odometry_scale_error == pytest.approx(0.01, abs=0.005)
    assert estimate.stamped is not None
    assert estimate.stamped.speed_mps == pytest.approx(drive.speed_mps, abs=0.03)
    assert estimate.stamped.yaw_rate_radps == pytest.approx(drive.yaw_rate_radps, abs=0.05)


def test_is_as_sure_as_it_should_be() -> None:
    # NEES (Bar-Shalom et al. 2001, sec. 5.4.2): the mean over runs of e' P^-1 e is its dimension.
    nees = []
    for seed in range(50):
        drive = Drive(seed)
        rng = np.random.default_rng(1000 + seed)
        drive.bias_radps, drive.scale = 0.01 * rng.normal(), 0.02 * rng.normal()
        dx, dy, dyaw = rng.normal(scale=(0.3, 0.3, 0.1))
        truth = drive.truth
        start = Pose2(truth.x_m + dx, truth.y_m + dy, truth.yaw_rad + dyaw)
        localizer = Localizer(SPEC, ORIGIN, start=start, gnss_sigma_factor=1.0)
        drive.run(localizer, 8.0)
        estimate = localizer.estimate(drive.now_s)
        assert estimate.stamped is not None
        pose = estimate.stamped.pose
        error = np.array(
            [
                pose.x_m - drive.truth.x_m,
                pose.y_m - drive.truth.y_m,
                wrap_angle(pose.yaw_rad - drive.truth.yaw_rad),
            ]
        )
        nees.append(error @ np.linalg.solve(estimate.stamped.covariance, error))
    low, high = NEES_95_3DOF_50_RUNS
    # Process noise leaves room for slip that this drive does not have: surer than needed never.
    assert 0.4 * low < float(np.mean(nees)) < high


def test_refuses_a_jump_of_20_m_and_reports_a_lost_position() -> None:
    drive = Drive(seed=2)
    localizer = known_start(drive)
    drive.run(localizer, 20.0)
    drive.offset_m = (20.0, 0.0)
    drive.run(localizer, 1.0)
    assert drive.error_m(localizer.estimate(drive.now_s)) < 0.2
    drive.run(localizer, 4.0)
    estimate = localizer.estimate(drive.now_s)
    assert drive.error_m(estimate) < 0.5
    assert estimate.status is LocalizationStatus.LOST
    assert estimate.faults == {FaultKind.LOCALIZATION_LOST}


def test_finds_itself_again_when_the_jump_is_over() -> None:
    drive = Drive(seed=3)
    localizer = known_start(drive)
    drive.run(localizer, 10.0)
    drive.offset_m = (20.0, 0.0)
    drive.run(localizer, 4.0)
    drive.offset_m = (0.0, 0.0)
    drive.run(localizer, 4.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.2


def test_a_new_seed_with_a_wide_sigma_converges() -> None:
    drive = Drive(seed=4)
    wrong = Pose2(drive.truth.x_m + 2.0, drive.truth.y_m - 1.5, drive.truth.yaw_rad + 0.3)
    localizer = Localizer(SPEC, ORIGIN, start=wrong, start_sigma_m=2.5, start_sigma_rad=0.4)
    drive.step(localizer, 1)
    assert localizer.estimate(drive.now_s).status is LocalizationStatus.INITIALIZING
    assert localizer.estimate(drive.now_s).faults == {FaultKind.LOCALIZATION_LOST}
    drive.run(localizer, 20.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.2


def test_finds_an_unknown_heading_by_driving() -> None:
    drive = Drive(seed=5)
    localizer = Localizer(SPEC, ORIGIN)
    drive.run(localizer, 0.5)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.stamped is None
    assert estimate.status is LocalizationStatus.INITIALIZING
    drive.run(localizer, 20.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.stamped is not None
    assert wrap_angle(estimate.stamped.pose.yaw_rad - drive.truth.yaw_rad) == pytest.approx(
        0.0, abs=0.05
    )
    assert drive.error_m(estimate) < 0.2


def test_a_minute_of_fixes_off_to_one_side_is_no_certainty() -> None:
    drive = WanderingDrive(seed=21)
    localizer = known_start(drive, start_sigma_m=0.05, start_sigma_rad=0.02)
    drive.offset_m = (0.35, -0.35)
    drive.run(localizer, 60.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert estimate.position_sigma_m > 0.2
    assert drive.error_m(estimate) < 3 * estimate.position_sigma_m
    assert abs(wrap_angle(estimate.stamped.pose.yaw_rad - drive.truth.yaw_rad)) < 0.05


def test_fixes_of_a_standing_vehicle_do_not_turn_it() -> None:
    drive = Drive(seed=22)
    localizer = known_start(drive)
    drive.run(localizer, 100.0, speed_mps=0.0)
    estimate = localizer.estimate(drive.now_s)
    assert abs(wrap_angle(estimate.stamped.pose.yaw_rad - drive.truth.yaw_rad)) < 0.02
    assert drive.error_m(estimate) < 0.1


@pytest.mark.parametrize("city", [CANYON, YARD])
def test_walls_hold_the_position_through_an_outage(city: list[list[tuple[float, float]]]) -> None:
    start = Pose2(-60.0, 0.0, 0.0) if city is CANYON else Pose2(-4.0, 0.0, 0.0)
    drive = Drive(seed=23, truth=start, scale=0.003)
    localizer = Localizer(SPEC, ORIGIN, start=start, outlines=Outlines(city))
    drive.gnss = False
    speed_mps = 1.2 if city is CANYON else 0.08
    for tick in range(3000):
        drive.step(localizer, 0, speed_mps)  # straight on
        if tick % 25 == 0:
            localizer.add_scan(scan_at(drive.truth, city, drive.rng, drive.now_s))
    estimate = localizer.estimate(drive.now_s)
    assert drive.error_m(estimate) < 0.3
    assert abs(wrap_angle(estimate.stamped.pose.yaw_rad - drive.truth.yaw_rad)) < 0.01
    assert drive.error_m(estimate) < 3 * estimate.position_sigma_m


def test_scans_without_outlines_or_out_of_their_time_are_ignored() -> None:
    drive = Drive(seed=24, truth=Pose2(0.0, 0.0, 0.0))
    scan = scan_at(drive.truth, YARD, drive.rng, drive.now_s)
    assert known_start(drive).add_scan(scan) == "the map has no outlines"
    localizer = Localizer(SPEC, ORIGIN, start=drive.truth, outlines=Outlines(YARD))
    assert localizer.add_scan(scan) == "its time is unknown"
    drive.run(localizer, 1.0, speed_mps=0.0)
    late = scan_at(drive.truth, YARD, drive.rng, drive.now_s - 3.0)
    ahead = scan_at(drive.truth, YARD, drive.rng, drive.now_s + 3.0)
    assert localizer.add_scan(late) == localizer.add_scan(ahead) == "its time is unknown"
    now = scan_at(drive.truth, YARD, drive.rng, drive.now_s)
    assert localizer.add_scan(now) is None
    assert localizer.add_scan(now) == "one was taken just before"


def test_reports_missing_gnss_after_ten_seconds_and_dead_reckons() -> None:
    drive = Drive(seed=6)
    localizer = known_start(drive)
    drive.run(localizer, 30.0)
    drive.gnss = False
    drive.run(localizer, 9.5)
    assert FaultKind.GNSS_LOST not in localizer.estimate(drive.now_s).faults
    drive.run(localizer, 1.5)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.faults == {FaultKind.GNSS_LOST}
    assert drive.error_m(estimate) < 0.5
    drive.run(localizer, 600.0)
    assert FaultKind.LOCALIZATION_LOST in localizer.estimate(drive.now_s).faults


def test_steering_stands_in_for_a_silent_gyro() -> None:
    drive = Drive(seed=7)
    localizer = known_start(drive)
    drive.run(localizer, 5.0)
    drive.gyro = False
    drive.run(localizer, 20.0)
    assert drive.error_m(localizer.estimate(drive.now_s)) < 0.3


def test_a_late_fix_lands_where_it_belongs() -> None:
    on_time, late = Drive(seed=8), Drive(seed=8)
    first, second = known_start(on_time), known_start(late)
    on_time.gnss = late.gnss = False
    for tick in range(200):
        on_time.step(first, tick)
        late.step(second, tick)
        if tick == 150:
            fix = fix_at(on_time.now_s, on_time.truth.x_m + 0.3, on_time.truth.y_m)
            assert first.add_gnss(fix) is None
            pending = fix
        if tick == 170:
            assert second.add_gnss(pending) is None
    expected, got = first.estimate(on_time.now_s).stamped, second.estimate(late.now_s).stamped
    assert expected is not None
    assert got is not None
    assert got.pose.x_m == pytest.approx(expected.pose.x_m, abs=1e-9)
    assert np.allclose(got.covariance, expected.covariance)


@pytest.mark.parametrize(("age_s", "reason"), [(2.0, "late by"), (-5.0, "ahead of the wheels by")])
def test_a_fix_of_another_time_is_ignored_with_its_reason(age_s: float, reason: str) -> None:
    drive = Drive(seed=9)
    localizer = known_start(drive)
    drive.run(localizer, 5.0)
    before = localizer.estimate(drive.now_s).stamped
    refused = localizer.add_gnss(fix_at(drive.now_s - age_s, drive.truth.x_m, drive.truth.y_m))
    after = localizer.estimate(drive.now_s).stamped
    assert refused is not None
    assert reason in refused
    assert before is not None
    assert after is not None
    assert before.pose == after.pose


def test_readings_that_are_no_readings_are_ignored() -> None:
    drive = Drive(seed=10)
    localizer = known_start(drive)
    drive.run(localizer, 1.0)
    point = wgs84_from_enu(0.0, 0.0, 0.0, ORIGIN)
    assert localizer.add_odometry(WheelOdometry(drive.now_s, math.nan, 0.0))
    assert localizer.add_imu(ImuSample(drive.now_s, math.inf))
    assert localizer.add_imu(ImuSample(drive.now_s, 40.0))
    assert localizer.add_gnss(GnssFix(drive.now_s, point, math.nan, GnssFixType.SINGLE))
    assert localizer.add_gnss(GnssFix(drive.now_s, point, 1.0, GnssFixType.NONE))
    assert drive.error_m(localizer.estimate(drive.now_s)) < 0.5


def test_a_silent_base_makes_the_pose_old() -> None:
    drive = Drive(seed=11)
    localizer = known_start(drive)
    drive.run(localizer, 2.0)
    estimate = localizer.estimate(drive.now_s + 3.0)
    assert estimate.stamped is not None
    assert drive.now_s + 3.0 - estimate.stamped.stamp_s > 2.5


def test_standing_still_learns_the_gyro_bias() -> None:
    drive = Drive(seed=12, bias_radps=0.02)
    localizer = known_start(drive)
    drive.run(localizer, 10.0, speed_mps=0.0)
    drive.gnss = False
    drive.run(localizer, 60.0, speed_mps=0.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.stamped is not None
    assert wrap_angle(estimate.stamped.pose.yaw_rad - drive.truth.yaw_rad) == pytest.approx(
        0.0, abs=0.1
    )
