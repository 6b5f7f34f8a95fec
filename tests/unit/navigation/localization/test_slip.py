"""Wheels against the accelerometer: what slips is doubted, what lies for long is a loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.monitor import LocalizationMonitor
from navigation.localization.slip import BELIEVED_S, DOUBT_M, Slip
from navigation.types import ImuSample, LocalizationEstimate, LocalizationStatus, WheelOdometry
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.vehicle import GRAVITY_MPS2
from tests.unit.navigation.localization.drives import ORIGIN, SPEC, fix_at

STEP_S = 0.02
SpeedAt = Callable[[float], float]


def felt(
    truth: SpeedAt, wheels: SpeedAt, seconds: float, bias_mps2: float = 0.0, pitch_rad: float = 0.0
) -> Slip:
    slip = Slip()
    for tick in range(1, round(seconds / STEP_S) + 1):
        now_s = tick * STEP_S
        forward = (truth(now_s) - truth(now_s - STEP_S)) / STEP_S
        forward += bias_mps2 - GRAVITY_MPS2 * math.sin(pitch_rad)
        slip = slip.heard(ImuSample(now_s, 0.0, ax_mps2=forward, pitch_rad=pitch_rad),
                          wheels(now_s))  # fmt: skip
    return slip


def stop_and_go(now_s: float) -> float:
    """Up to 1.4 m/s and down again every ten seconds, at 0.6 m/s² and at 2."""
    phase_s = now_s % 10.0
    return max(0.0, min(0.6 * phase_s, 1.4, 1.4 - 2.0 * (phase_s - 8.0)))


@pytest.mark.parametrize("bias_mps2", [0.02, -0.03])
@pytest.mark.parametrize("pitch_rad", [0.0, 0.12])
def test_honest_wheels_are_never_doubted(bias_mps2: float, pitch_rad: float) -> None:
    slip = felt(stop_and_go, lambda t: 1.01 * stop_and_go(t), 120.0, bias_mps2, pitch_rad)
    assert slip.way_m == 0.0
    assert slip.doubt_m == pytest.approx(0.0, abs=1e-3)
    assert slip.bias_mps2 == pytest.approx(bias_mps2, abs=0.012)


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.5])
def test_wheels_that_lie_are_told_by_what_they_lie(factor: float) -> None:
    def wheels(now_s: float) -> float:
        return 1.2 * (factor if 20.0 <= now_s < 21.0 else 1.0)

    slip = felt(lambda now_s: 1.2, wheels, 25.0, bias_mps2=0.01)
    assert slip.way_m == pytest.approx(1.2 * (factor - 1.0), abs=0.05)
    assert slip.off_mps == 0.0


def test_a_slip_is_doubt_up_to_what_one_can_be_worth() -> None:
    before, short, long = Slip(), Slip(doubt_m=0.3), Slip(doubt_m=3.0)
    assert short.variance_since(before) == pytest.approx(0.09)
    assert long.variance_since(short) == pytest.approx(DOUBT_M**2 - 0.09)
    assert Slip(doubt_m=4.0).variance_since(long) == 0.0
    assert before.variance_since(short) == 0.0


def test_an_accelerometer_is_not_believed_for_ever() -> None:
    slip = felt(lambda now_s: 1.0, lambda now_s: 1.0 if now_s < 10.0 else 0.0, 60.0, 0.02)
    assert slip.way_m == pytest.approx(-BELIEVED_S, rel=0.15)
    assert slip.inertial_mps == pytest.approx(0.0, abs=0.1)


def test_an_imu_without_acceleration_says_nothing() -> None:
    slip = Slip()
    for tick in range(500):
        slip = slip.heard(ImuSample(tick * STEP_S, 0.0), 1.2 if tick < 250 else 0.0)
    assert slip == Slip()


@pytest.mark.parametrize("gap_s", [0.5, -1.0, 0.0])
def test_a_gap_begins_anew(gap_s: float) -> None:
    slip = felt(lambda now_s: 1.0, lambda now_s: 1.0, 5.0, 0.01)
    later = slip.heard(ImuSample(slip.stamp_s + gap_s, 0.0, ax_mps2=0.01), 0.0)
    assert (later.inertial_mps, later.off_mps, later.way_m) == (0.0, 0.0, 0.0)


def test_a_way_that_wheels_told_too_much_is_a_loss_without_a_fix() -> None:
    monitor = LocalizationMonitor()
    monitor.wheels(0.0, 0.7)
    assert monitor.status(0.1) is LocalizationStatus.OK
    monitor.wheels(0.1, 0.9)
    assert monitor.status(0.1) is LocalizationStatus.LOST
    monitor.fix(0.2, accepted=True)
    assert monitor.status(0.1) is LocalizationStatus.OK
    monitor.wheels(5.0, 1.5)
    assert monitor.status(0.1) is LocalizationStatus.OK, "0.6 m since the fix"
    monitor.wheels(5.1, 0.0)
    assert monitor.status(0.1) is LocalizationStatus.LOST, "too little is no better"


def test_a_fix_that_is_taken_outweighs_the_accelerometer() -> None:
    monitor = LocalizationMonitor()
    for tick in range(100):
        monitor.fix(0.2 * tick, accepted=True)
        monitor.wheels(0.2 * tick + 0.1, 0.2 * tick)
    assert monitor.status(0.1) is LocalizationStatus.OK


def driven(wheels_factor: Callable[[float], float], with_fixes: bool) -> tuple[
    list[LocalizationEstimate], list[float]
]:  # fmt: skip
    """Straight on at 1.2 m/s, no lidar; estimates and their errors (m) every 20 ms."""
    localizer = Localizer(SPEC, ORIGIN, Pose2(0.0, 0.0, 0.0), 0.05, 0.02)
    estimates, errors = [], []
    for tick in range(1500):
        now_s, x_m = tick * STEP_S, 1.2 * tick * STEP_S
        localizer.add_odometry(WheelOdometry(now_s, 1.2 * wheels_factor(now_s), 0.0))
        localizer.add_imu(ImuSample(now_s, 0.0, ax_mps2=0.01))
        if tick % 10 == 0 and (with_fixes or now_s < 10.0):
            localizer.add_gnss(fix_at(now_s, x_m + SPEC.gnss_x_m, 0.0, 0.03))
        estimates.append(localizer.estimate(now_s))
        stamped = estimates[-1].stamped
        errors.append(math.inf if stamped is None else abs(stamped.pose.x_m - x_m))
    return estimates, errors


@pytest.mark.parametrize("factor", [0.0, 2.5])
def test_wheels_that_lie_without_fixes_and_walls_are_a_loss_at_once(factor: float) -> None:
    estimates, errors = driven(lambda now_s: factor if now_s >= 15.0 else 1.0, with_fixes=False)
    gone = next(i for i, error in enumerate(errors) if i > 500 and error > 1.0)
    told = next(i for i, e in enumerate(estimates) if e.status is LocalizationStatus.LOST)
    assert gone - 50 < told <= gone + 50, "within a second of the metre"


def test_a_slip_that_fixes_correct_is_no_loss() -> None:
    estimates, errors = driven(lambda now_s: 1.4 if 15.0 <= now_s < 15.8 else 1.0, with_fixes=True)
    assert 0.05 < max(errors[750:800]) < 0.5
    assert not any(e.status is LocalizationStatus.LOST for e in estimates)
    assert errors[-1] < 0.1


def test_a_slip_without_fixes_is_doubt() -> None:
    estimates, errors = driven(
        lambda now_s: 1.4 if 15.0 <= now_s < 15.8 else 1.0, with_fixes=False
    )
    assert errors[-1] == pytest.approx(0.38, abs=0.08)
    assert 0.3 < estimates[-1].position_sigma_m < 0.7
    assert estimates[-1].status is LocalizationStatus.OK


def test_locked_wheels_that_slide_in_a_bend_teach_the_gyro_no_bias() -> None:
    rate_radps, speed_mps = 0.15, 1.2
    steering_rad = math.atan(SPEC.wheelbase_m * rate_radps / speed_mps)
    localizer = Localizer(SPEC, ORIGIN, Pose2(0.0, -8.0, 0.0), 0.05, 0.02)
    for tick in range(1000):
        now_s = tick * STEP_S
        yaw = rate_radps * now_s
        truth = Pose2(8.0 * math.sin(yaw), -8.0 * math.cos(yaw), wrap_angle(yaw))
        wheels_mps = 0.0 if 10.0 <= now_s < 10.4 else speed_mps
        localizer.add_odometry(WheelOdometry(now_s, wheels_mps, steering_rad))
        localizer.add_imu(ImuSample(now_s, rate_radps, ax_mps2=0.01))
        if tick % 10 == 0:
            localizer.add_gnss(fix_at(now_s, *truth.transform(SPEC.gnss_x_m, 0.0), 0.03))
        estimate = localizer.estimate(now_s)
        assert estimate.status is not LocalizationStatus.LOST
    assert estimate.stamped is not None
    pose = estimate.stamped.pose
    assert abs(wrap_angle(pose.yaw_rad - truth.yaw_rad)) < 0.03
    assert math.dist((pose.x_m, pose.y_m), (truth.x_m, truth.y_m)) < 0.1
