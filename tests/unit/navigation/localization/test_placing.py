"""A localizer that is told by a person where it stands."""

from __future__ import annotations

import math

import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.placing import BESIDE_MAP_M, sigma_to_keep_m
from navigation.types import LocalizationEstimate, LocalizationStatus
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from tests.unit.navigation.localization.drives import ORIGIN, SPEC, Drive, known_start
from tests.unit.navigation.replaying.made_tape import TOWN

OK, LOST = LocalizationStatus.OK, LocalizationStatus.LOST


def standing(seed: int, off_m: float) -> tuple[Drive, Localizer]:
    """A vehicle that stands on the map and believes to be so far east of where it is."""
    drive = Drive(seed)
    truth = drive.truth
    believed = Pose2(truth.x_m + off_m, truth.y_m, truth.yaw_rad)
    localizer = Localizer(SPEC, ORIGIN, start=believed)
    drive.run(localizer, 6.0, speed_mps=0.0)
    return drive, localizer


def beside(drive: Drive, north_m: float, turned_rad: float = 0.0) -> Pose2:
    truth = drive.truth
    return Pose2(truth.x_m, truth.y_m + north_m, truth.yaw_rad + turned_rad)


def test_who_is_lost_far_off_stays_lost_until_somebody_says_where_it_stands() -> None:
    drive, localizer = standing(1, off_m=30.0)
    assert localizer.estimate(drive.now_s).status is LOST
    localizer.place(beside(drive, 0.6, 0.1), TOWN, drive.now_s)
    assert FaultKind.LOCALIZATION_LOST in localizer.estimate(drive.now_s).faults
    drive.run(localizer, 1.0, speed_mps=0.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.status is OK
    assert estimate.faults == frozenset()
    assert drive.error_m(estimate) < 0.1


def test_a_heading_that_was_told_wrong_is_put_right_by_driving() -> None:
    drive, localizer = standing(2, off_m=30.0)
    localizer.place(beside(drive, 0.3, 0.4), TOWN, drive.now_s)
    drive.run(localizer, 1.0, speed_mps=0.0)
    drive.run(localizer, 12.0, speed_mps=1.0)
    estimate = localizer.estimate(drive.now_s)
    assert estimate.stamped is not None
    assert estimate.stamped.pose.yaw_rad == pytest.approx(drive.truth.yaw_rad, abs=0.03)
    assert drive.error_m(estimate) < 0.15


@pytest.mark.parametrize("north_m", [8.0, -15.0, 300.0])
def test_a_wrong_place_is_never_believed(north_m: float) -> None:
    drive, localizer = standing(3, off_m=0.0)
    assert localizer.estimate(drive.now_s).status is OK
    pose = beside(drive, north_m)
    if abs(pose.y_m) > BESIDE_MAP_M:
        with pytest.raises(ValueError, match="m outside map town"):
            localizer.place(pose, TOWN, drive.now_s)
        assert localizer.estimate(drive.now_s).status is OK
        return
    localizer.place(pose, TOWN, drive.now_s)
    for _ in range(40):
        drive.run(localizer, 0.25, speed_mps=0.0)
        assert localizer.estimate(drive.now_s).status is not OK


def test_without_a_fix_or_a_wall_nobodys_word_is_enough() -> None:
    drive, localizer = standing(4, off_m=30.0)
    localizer.place(beside(drive, 0.0), TOWN, drive.now_s)
    drive.gnss = False
    drive.run(localizer, 20.0, speed_mps=0.0)
    assert FaultKind.LOCALIZATION_LOST in localizer.estimate(drive.now_s).faults


def test_what_drives_or_says_nothing_is_not_placed() -> None:
    drive, localizer = standing(5, off_m=0.0)
    with pytest.raises(ValueError, match=r"said nothing for 0\.3 s"):
        localizer.place(beside(drive, 0.0), TOWN, drive.now_s + 0.31)
    drive.run(localizer, 0.5, speed_mps=0.7)
    with pytest.raises(ValueError, match=r"drives at 0\.\d\d m/s; let it stand first"):
        localizer.place(beside(drive, 0.0), TOWN, drive.now_s)
    with pytest.raises(ValueError, match="the pose is not finite"):
        localizer.place(Pose2(math.nan, 0.0, 0.0), TOWN, drive.now_s)
    silent = Localizer(SPEC, ORIGIN)
    with pytest.raises(ValueError, match="the wheels say nothing"):
        silent.place(Pose2(0.0, 0.0, 0.0), TOWN, 1.0)
    assert drive.error_m(localizer.estimate(drive.now_s)) < 0.2


def test_a_vehicle_without_a_known_start_begins_where_it_is_told() -> None:
    drive = Drive(6)
    localizer = Localizer(SPEC, ORIGIN)
    drive.run(localizer, 2.0, speed_mps=0.0)
    assert localizer.estimate(drive.now_s).stamped is None
    localizer.place(beside(drive, 0.2), TOWN, drive.now_s)
    drive.run(localizer, 1.0, speed_mps=0.0)
    assert localizer.estimate(drive.now_s).status is OK


def test_a_pose_that_is_lost_is_kept_with_a_doubt_that_is_lost_too() -> None:
    drive = Drive(7)
    localizer = known_start(drive)
    drive.run(localizer, 5.0)
    sure = localizer.estimate(drive.now_s)
    assert sigma_to_keep_m(sure) == sure.position_sigma_m < 0.2
    lost = LocalizationEstimate(sure.stamped, LOST, sure.faults, 0.1)
    again = Localizer(SPEC, ORIGIN, beside(drive, 20.0), start_sigma_m=sigma_to_keep_m(lost))
    drive.speed_mps = 0.0
    for _ in range(20):
        drive.run(again, 0.25)
        assert again.estimate(drive.now_s).status is not OK
