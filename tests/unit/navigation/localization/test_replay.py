"""A recorded drive replayed gives what the vehicle would have known."""

from __future__ import annotations

import math
from dataclasses import replace as changed

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.localization.evaluation import (
    TruePose,
    compare_with_fixes,
    compare_with_truth,
    spread,
)
from navigation.localization.localizer import Localizer
from navigation.localization.replay import DriveLog, replay, times_of
from navigation.types import GnssFixType, ImuSample, LocalizationStatus, WheelOdometry
from patrol.errors import LogError
from tests.unit.navigation.localization.drives import ORIGIN, SPEC, fix_at
from tests.unit.navigation.localization.recorded import Recorded, record


@pytest.fixture(scope="module")
def drive() -> Recorded:
    return record(40.0)


def test_gives_the_estimates_of_the_live_localizer(drive: Recorded) -> None:
    end_s = drive.log.end_s
    result = replay(Localizer(SPEC, ORIGIN), drive.log, [end_s])
    (moment,) = result.at([end_s])
    live = drive.live.estimate(end_s)
    assert moment.pose is not None
    assert live.stamped is not None
    assert moment.pose.pose == live.stamped.pose
    assert np.array_equal(moment.pose.covariance, live.stamped.covariance)
    assert moment.estimate.position_sigma_m == live.position_sigma_m
    assert moment.is_ok
    assert result.taken["odometry"] == len(drive.log.odometry)


def test_an_estimate_knows_nothing_of_what_comes_later(drive: Recorded) -> None:
    log = drive.log
    middle_s = log.start_s + 20.0
    earlier = changed(log, odometry=[s for s in log.odometry if s.stamp_s <= middle_s])
    whole = replay(Localizer(SPEC, ORIGIN), log, [middle_s]).at([middle_s])[0]
    part = replay(Localizer(SPEC, ORIGIN), earlier, [middle_s]).at([middle_s])[0]
    assert whole.pose is not None
    assert part.pose is not None
    assert whole.pose.pose == part.pose.pose


def test_plain_arrays_make_the_same_log(drive: Recorded) -> None:
    log = drive.log
    arrays = DriveLog.from_arrays(
        odometry=np.array([(s.stamp_s, s.speed_mps, s.steering_rad) for s in log.odometry]),
        gnss=[
            (f.stamp_s, f.position.latitude_deg, f.position.longitude_deg, f.sigma_m, f.fix)
            for f in log.fixes
        ],
        imu=[(s.stamp_s, s.yaw_rate_radps) for s in log.imu],
    )
    assert list(arrays.odometry) == list(log.odometry)
    assert list(arrays.imu) == list(log.imu)
    assert [f.fix for f in arrays.fixes] == [GnssFixType.RTK_FIXED] * len(log.fixes)
    assert [f.stamp_s for f in arrays.fixes] == [f.stamp_s for f in log.fixes]


WHEELS = [(0.0, 1.0, 0.0), (0.1, 1.0, 0.0)]
FIXES = [(0.0, 37.0, 127.0, 0.1, 4)]


@pytest.mark.parametrize(
    ("odometry", "gnss", "imu", "what"),
    [
        ([(0.0, 1.0)], FIXES, (), "odometry: shape (1, 2) is not (n, 3)"),
        (WHEELS, FIXES, [(0.0,) * 7], "imu: shape (1, 7) is not (n, 2 to 6)"),
        ([(0.0, 1.0, 0.0), (0.1,)], FIXES, (), "odometry: is no array of numbers"),
        ([(0.0, math.nan, 0.0)], FIXES, (), "odometry: row 0 is not finite"),
        (WHEELS[::-1], FIXES, (), "odometry: row 1 goes back in time"),
        (WHEELS, [(0.0, 137.0, 27.0, 0.1, 4)], (), "gnss: latitude 137.0 is outside"),
        (WHEELS, [(0.0, 37.0, 127.0, 0.1, 2.5)], (), "gnss: 2.5 is no GnssFixType"),
        (WHEELS, [(0.0, 37.0, 127.0, 0.1, 9)], (), "gnss: 9 is not a valid GnssFixType"),
    ],
)
def test_arrays_of_wrong_shape_or_value_are_named(
    odometry: list[tuple[float, ...]],
    gnss: list[tuple[float, ...]],
    imu: list[tuple[float, ...]],
    what: str,
) -> None:
    with pytest.raises(LogError) as error:
        DriveLog.from_arrays(odometry, gnss, imu)
    assert what in str(error.value)


def wheels(*stamps_s: float) -> list[WheelOdometry]:
    return [WheelOdometry(stamp_s, 1.0, 0.0) for stamp_s in stamps_s]


@pytest.mark.parametrize(
    ("log", "what"),
    [
        (DriveLog([], [fix_at(0.0, 0, 0)]), "at least two samples at different times"),
        (DriveLog(wheels(1.0, 1.0), [fix_at(1.0, 0, 0)]), "at least two samples at different"),
        (DriveLog(wheels(0.0, 20.0, 40.0), [fix_at(1.0, 0, 0)]), "are the times in seconds?"),
        (DriveLog(wheels(0.0, 1.7e9), [fix_at(1.0, 0, 0)]), "is a time wrong?"),
        (DriveLog(wheels(0.0, 0.1), []), "gnss: there is no fix"),
        (DriveLog(wheels(0.0, 0.1), [fix_at(1.7e9, 0, 0)]), "both must be of one clock"),
        (
            DriveLog(wheels(9.0, 9.1), [fix_at(9.0, 0, 0)], [ImuSample(0.0, 0.0)]),
            "imu: its times, 0.000 to 0.000 s, lie outside odometry's",
        ),
    ],
)
def test_a_log_that_no_localization_comes_of_is_refused(log: DriveLog, what: str) -> None:
    with pytest.raises(LogError) as error:
        replay(Localizer(SPEC, ORIGIN), log, [])
    assert what in str(error.value)


def test_refused_samples_are_counted_by_reason(drive: Recorded) -> None:
    log = drive.log
    jump_s = log.start_s + 30.0
    fixes = [fix_at(f.stamp_s, 500.0, 0.0) if f.stamp_s > jump_s else f for f in log.fixes]
    none = changed(log.fixes[5], fix=GnssFixType.NONE)
    imu = [changed(log.imu[0], yaw_rate_radps=40.0), *log.imu[1:]]
    fixes[5] = none
    result = replay(Localizer(SPEC, ORIGIN), DriveLog(log.odometry, fixes, imu), [log.end_s])
    assert result.refused["gnss", "squared Mahalanobis distance"] >= 49
    assert result.refused["gnss", "receiver has no fix"] == 1
    assert result.refused["imu", "IMU sample is not plausible"] == 1
    assert result.at([log.end_s])[0].estimate.status is LocalizationStatus.LOST
    taken_and_refused = sum(result.taken.values()) + sum(result.refused.values())
    assert taken_and_refused == len(log.odometry) + len(fixes) + len(imu)


def test_silent_wheels_give_no_pose(drive: Recorded) -> None:
    log = drive.log
    gap_s = log.start_s + 30.0
    odometry = [s for s in log.odometry if not gap_s < s.stamp_s < gap_s + 2.0]
    result = replay(
        Localizer(SPEC, ORIGIN), changed(log, odometry=odometry), [gap_s + 0.05, gap_s + 1.0]
    )
    before, silent = result.at([gap_s + 0.05, gap_s + 1.0])
    assert before.pose is not None
    assert silent.pose is None
    assert not silent.is_ok


def test_withheld_fixes_are_met_within_bounds(drive: Recorded) -> None:
    log = drive.log
    apart = [f for f in log.fixes if 20.0 <= f.stamp_s - log.start_s <= 35.0]
    kept = changed(log, fixes=[f for f in log.fixes if f not in apart])
    times = [f.stamp_s for f in apart]
    result = replay(Localizer(SPEC, ORIGIN), kept, times)
    found = compare_with_fixes(result.at(times), apart, SPEC, ORIGIN)
    assert (found.compared, found.without_pose, found.heading_rad) == (len(apart), 0, None)
    assert found.position_m is not None
    assert found.position_m.rms < 0.3  # with the fixes' own 0.07 m
    assert found.position_m.rms <= found.position_m.p95 <= found.position_m.maximum < 0.6


def test_the_truth_is_met_within_bounds(drive: Recorded) -> None:
    truth = [TruePose(*pose) for pose in drive.truth]
    times = [pose.stamp_s for pose in truth]
    result = replay(Localizer(SPEC, ORIGIN), drive.log, times)
    found = compare_with_truth(result.at(times), truth)
    assert found.compared + found.without_pose == len(truth)
    assert found.without_pose < 20  # until the first heading
    assert found.position_m is not None
    assert found.heading_rad is not None
    assert found.position_m.rms < 0.15
    assert found.heading_rad.rms < math.radians(2.0)


def test_a_truth_without_headings_has_no_heading_error(drive: Recorded) -> None:
    end_s = drive.log.end_s
    result = replay(Localizer(SPEC, ORIGIN), drive.log, [end_s])
    found = compare_with_truth(result.at([end_s]), [TruePose(end_s, 0.0, 0.0)])
    assert found.position_m is not None
    assert found.heading_rad is None


def test_nothing_has_no_spread() -> None:
    assert spread([]) is None


@given(st.lists(st.floats(-100, 100).map(lambda error_m: round(error_m, 9)), min_size=1))
def test_a_spread_is_in_order(errors: list[float]) -> None:
    found = spread(errors)
    assert found is not None
    largest = max(map(abs, errors))
    assert found.maximum == largest
    assert 0 <= found.p95 <= largest
    assert 0 <= found.rms <= largest * (1 + 1e-9)


@settings(max_examples=30)
@given(st.floats(0.1, 50.0), st.floats(0.1, 30.0), st.sampled_from([0.0, 1.7e9]))
def test_rows_come_at_their_rate_and_end_with_the_log(
    rate_hz: float, length_s: float, start_s: float
) -> None:
    log = DriveLog(wheels(start_s, start_s + length_s), [])
    times = times_of(log, rate_hz)
    assert times[0] == log.start_s
    assert times[-1] <= log.end_s + 1e-5
    assert log.end_s - times[-1] < 1 / rate_hz + 1e-5
    assert np.diff(times) == pytest.approx(1 / rate_hz, abs=1e-6)
