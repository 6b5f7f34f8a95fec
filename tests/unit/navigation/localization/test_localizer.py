"""The localizer on synthetic drives with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.types import GnssFix, GnssFixType, ImuSample, LocalizationStatus, WheelOdometry
from patrol.faults import FaultKind
from patrol.geodesy import wgs84_from_enu, wrap_angle
from patrol.geometry import Pose2
from tests.unit.navigation.localization.drives import (
    ORIGIN,
    SPEC,
    Drive,
    WanderingDrive,
    known_start,
)
from tests.unit.navigation.localization.street_scans import CANYON, YARD, scan_at

NEES_95_3DOF_50_RUNS = (2.36, 3.72)  # chi-square(150) / 50, two-sided 95 %


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


def test_readings_that_are_no_readings_are_ignored() -> None:
    drive = Drive(seed=10)
    localizer = known_start(drive)
    drive.run(localizer, 1.0)
    point = wgs84_from_enu(0.0, 0.0, 0.0, ORIGIN)
    assert localizer.add_odometry(WheelOdometry(drive.now_s, math.nan, 0.0))
    beyond_lock = WheelOdometry(drive.now_s, 1.0, -1.5699)
    assert localizer.add_odometry(beyond_lock) == "steering is beyond the lock"
    assert localizer.add_imu(ImuSample(drive.now_s, math.inf))
    assert localizer.add_imu(ImuSample(drive.now_s, 40.0))
    assert localizer.add_gnss(GnssFix(drive.now_s, point, math.nan, GnssFixType.SINGLE))
    assert localizer.add_gnss(GnssFix(drive.now_s, point, 1.0, GnssFixType.NONE))
    estimate = localizer.estimate(drive.now_s)
    assert drive.error_m(estimate) < 0.5
    assert estimate.status is LocalizationStatus.OK


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
