"""The localizer and the times of its samples: late, ahead, out of order, or none."""

from __future__ import annotations

import numpy as np
import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.types import LocalizationStatus
from patrol.geometry import Pose2
from tests.unit.navigation.localization.drives import ORIGIN, SPEC, Drive, fix_at, known_start
from tests.unit.navigation.localization.street_scans import YARD, scan_at


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


def test_fixes_that_come_too_late_are_no_sign_of_a_lost_position() -> None:
    drive = Drive(seed=9)
    localizer = known_start(drive)
    drive.run(localizer, 5.0)
    for _ in range(20):
        assert localizer.add_gnss(fix_at(drive.now_s - 2.0, drive.truth.x_m, drive.truth.y_m))
    assert localizer.estimate(drive.now_s).status is LocalizationStatus.OK


def test_a_silent_base_makes_the_pose_old() -> None:
    drive = Drive(seed=11)
    localizer = known_start(drive)
    drive.run(localizer, 2.0)
    estimate = localizer.estimate(drive.now_s + 3.0)
    assert estimate.stamped is not None
    assert drive.now_s + 3.0 - estimate.stamped.stamp_s > 2.5


@pytest.mark.parametrize("seconds", [5.0, 60.0, 86_400.0])
def test_a_clock_set_forward_while_driving_is_doubt_that_the_next_fixes_end(
    seconds: float,
) -> None:
    drive = Drive(seed=12)
    localizer = known_start(drive)
    drive.run(localizer, 20.0)
    drive.now_s += seconds  # in which the vehicle moved nowhere
    drive.gnss = False
    drive.run(localizer, 0.1)
    assert localizer.estimate(drive.now_s).status is not LocalizationStatus.OK
    drive.gnss = True
    drive.run(localizer, 2.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.2


def test_a_clock_set_forward_while_standing_changes_nothing() -> None:
    drive = Drive(seed=13)
    localizer = known_start(drive)
    drive.run(localizer, 20.0)
    drive.run(localizer, 5.0, speed_mps=0.0)
    drive.now_s += 60.0
    drive.gnss = False
    drive.run(localizer, 0.1, speed_mps=0.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.2


def test_a_vehicle_that_drove_on_unheard_finds_itself_by_the_next_fixes() -> None:
    drive = Drive(seed=14)
    localizer = known_start(drive)
    drive.run(localizer, 20.0)
    drive.run(known_start(drive), 4.0)  # somebody else hears it
    drive.run(localizer, 3.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is LocalizationStatus.OK
    assert drive.error_m(estimate) < 0.3
