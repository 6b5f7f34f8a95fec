"""The speed of a log without wheels: of the IMU's forward acceleration and the fixes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from navigation.localization.inertial_speed import NOISE, with_inertial_speed
from navigation.localization.localizer import Localizer
from navigation.localization.replay import DriveLog, replay
from navigation.types import GnssFix, GnssFixType, ImuSample
from patrol.errors import LogError
from patrol.geodesy import wgs84_from_enu
from patrol.vehicle import GRAVITY_MPS2
from tests.unit.navigation.localization.drives import ORIGIN, SPEC

DT_S = 0.01
FOREVER_S = 1e9
Speed = Callable[[float], float]


def surging(t: float) -> float:
    """Between 2 and 6 m/s in 20 s."""
    return 4.0 + 2.0 * math.sin(math.tau * t / 20)


def log_of(
    speed: Speed, seconds: float, *, rate: float = 0.0, bias: float = 0.0, pitch: float = 0.0,
    without_fixes: tuple[float, float] = (FOREVER_S, FOREVER_S), imu_gap_s: float = 0.0,
) -> tuple[DriveLog, dict[float, tuple[float, float]]]:  # fmt: skip
    """A drive that turns at a rate; a fix a second, exact; the truth at the fixes' times."""
    imu, fixes, truth = [], [], {}
    x = y = yaw = 0.0
    for step in range(round(seconds / DT_S)):
        t = round(step * DT_S, 6)
        felt = (speed(t + DT_S) - speed(t)) / DT_S - GRAVITY_MPS2 * math.sin(pitch)
        if not 10.0 < t < 10.0 + imu_gap_s:
            imu.append(ImuSample(t, rate, felt + bias, 0.0, 0.0, pitch))
        if step % 100 == 50 and not without_fixes[0] <= t < without_fixes[1]:
            position = wgs84_from_enu(x, y, 0.0, ORIGIN)
            fixes.append(GnssFix(t, position, 0.05, GnssFixType.RTK_FIXED))
        truth[t] = (x, y)
        x += speed(t) * DT_S * math.cos(yaw + rate * DT_S / 2)
        y += speed(t) * DT_S * math.sin(yaw + rate * DT_S / 2)
        yaw += rate * DT_S
    return DriveLog((), fixes, imu), truth


def worst_mps(log: DriveLog, speed: Speed, from_s: float) -> float:
    wheels = with_inertial_speed(log, ORIGIN, SPEC).odometry
    return max(abs(w.speed_mps - speed(w.stamp_s)) for w in wheels if w.stamp_s >= from_s)


def test_the_speed_is_that_of_the_drive() -> None:
    log, _ = log_of(surging, 40.0)
    assert worst_mps(log, surging, 10.0) < 0.1


def test_an_accelerometer_that_reads_too_much_is_found_out() -> None:
    log, _ = log_of(surging, 60.0, bias=0.2)
    assert worst_mps(log, surging, 30.0) < 0.15


def test_gravity_on_a_slope_is_no_acceleration() -> None:
    level, _ = log_of(surging, 30.0)
    slope, _ = log_of(surging, 30.0, pitch=0.1)
    on_level = [w.speed_mps for w in with_inertial_speed(level, ORIGIN, SPEC).odometry]
    on_slope = [w.speed_mps for w in with_inertial_speed(slope, ORIGIN, SPEC).odometry]
    assert on_slope == pytest.approx(on_level, abs=1e-6)


def test_a_bend_is_longer_than_its_chord() -> None:
    log, _ = log_of(lambda _: 4.0, 40.0, rate=0.8, bias=0.01)  # in 1 s the chord is 3 % shorter
    assert worst_mps(log, lambda _: 4.0, 20.0) < 0.04


def test_a_speed_knows_nothing_that_came_later() -> None:
    whole, _ = log_of(surging, 30.0)
    early = DriveLog(
        (), [f for f in whole.fixes if f.stamp_s < 15], [s for s in whole.imu if s.stamp_s < 15]
    )
    short = with_inertial_speed(early, ORIGIN, SPEC).odometry
    assert list(short) == list(with_inertial_speed(whole, ORIGIN, SPEC).odometry[: len(short)])
    assert short[-1].stamp_s == pytest.approx(14.99)


def test_no_speed_is_told_before_two_fixes_nor_after_the_imu_was_silent() -> None:
    log, _ = log_of(surging, 20.0, imu_gap_s=2.0)
    stamps = np.array([w.stamp_s for w in with_inertial_speed(log, ORIGIN, SPEC).odometry])
    assert stamps[0] == pytest.approx(1.5, abs=0.02)
    assert not ((stamps > 10.01) & (stamps < 13.4)).any()  # fixes at 12.5 and 13.5
    assert ((stamps > 13.6) & (stamps < 20)).any()


def test_a_standing_vehicle_never_rolls_back() -> None:
    log, _ = log_of(lambda t: max(0.0, 4.0 - 0.5 * t), 30.0, bias=-0.05)
    wheels = with_inertial_speed(log, ORIGIN, SPEC).odometry
    assert min(w.speed_mps for w in wheels) == 0.0
    assert all(abs(w.steering_rad) <= SPEC.max_steering_rad for w in wheels)


def test_a_false_fix_moves_the_speed_by_little() -> None:
    log, _ = log_of(surging, 40.0)
    far = wgs84_from_enu(900.0, 900.0, 0.0, ORIGIN)
    fixes = list(log.fixes)
    fixes[20] = GnssFix(fixes[20].stamp_s, far, 0.05, GnssFixType.RTK_FIXED)
    wheels = with_inertial_speed(DriveLog((), fixes, log.imu), ORIGIN, SPEC).odometry
    off = [abs(w.speed_mps - surging(w.stamp_s)) for w in wheels if w.stamp_s > 10]
    assert max(off) < 0.3


def test_the_localizer_takes_the_fixes_after_a_tunnel() -> None:
    log, truth = log_of(surging, 90.0, rate=0.1, bias=0.02, without_fixes=(40.0, 70.0))
    made = with_inertial_speed(log, ORIGIN, SPEC)
    times = [fix.stamp_s for fix in made.fixes if fix.stamp_s > 75.0]
    result = replay(Localizer(SPEC, ORIGIN, noise=NOISE), made, times)
    assert not any(kind == "gnss" for kind, _ in result.refused)
    for moment in result.at(times):
        assert moment.pose is not None
        antenna = moment.pose.pose.transform(SPEC.gnss_x_m, 0.0)
        assert math.dist(antenna, truth[moment.stamp_s]) < 0.5


WRONG: dict[str, tuple[DriveLog, str]] = {
    "no IMU": (DriveLog((), log_of(surging, 5.0)[0].fixes), "imu: without wheel odometry"),
    "no acceleration": (
        DriveLog((), log_of(surging, 5.0)[0].fixes, [ImuSample(0.0, 0.1), ImuSample(1.0, 0.1)]),
        "imu: without wheel odometry",
    ),
    "an IMU too slow": (
        replace(log_of(surging, 5.0)[0], imu=log_of(surging, 5.0)[0].imu[::60]),
        "imu: a sample every 0.6 s is too seldom",
    ),
    "one fix": (
        DriveLog((), log_of(surging, 5.0)[0].fixes[:1], log_of(surging, 5.0)[0].imu),
        "gnss: without wheel odometry",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_log_that_tells_no_speed_is_refused(name: str) -> None:
    log, line = WRONG[name]
    with pytest.raises(LogError, match=line):
        with_inertial_speed(log, ORIGIN, SPEC)


def test_a_log_without_wheels_begins_and_ends_with_the_imu() -> None:
    log, _ = log_of(surging, 5.0)
    assert (log.start_s, log.end_s) == (0.0, 4.99)
