"""Which pose and scan a picture goes with."""

from __future__ import annotations

import numpy as np
import pytest

from patrol.geometry import Pose2, Scan, StampedPose
from perception.recent import Recent


def pose(stamp_s: float, speed_mps: float = 1.0) -> StampedPose:
    """Driving along x, which is where the clock is."""
    return StampedPose(stamp_s, Pose2(stamp_s, 0.0, 0.0), np.eye(3), speed_mps=speed_mps)


def scan(stamp_s: float) -> Scan:
    return Scan(stamp_s, 0.0, 0.1, np.ones(3), 0.1, 10.0)


def test_a_picture_goes_with_the_pose_and_the_scan_of_its_time() -> None:
    recent = Recent(0.2, 0.3)
    for number in range(21):  # a second, heard at once
        recent.hear_pose(pose(0.05 * number))
        recent.hear_scan(scan(0.1 * (number // 2)))
    found, looked = recent.pose_at(0.52), recent.scan_at(0.52)
    assert found is not None
    assert looked is not None
    assert found.pose.x_m == pytest.approx(0.52), "moved to its time"
    assert looked.stamp_s == pytest.approx(0.5)


def test_none_that_is_too_old_or_too_new_is_taken() -> None:
    recent = Recent(0.2, 0.3)
    assert recent.pose_at(1.0) is None
    assert recent.scan_at(1.0) is None
    recent.hear_pose(pose(1.0))
    recent.hear_scan(scan(1.0))
    assert recent.pose_at(1.19) is not None
    assert recent.pose_at(1.21) is None
    assert recent.pose_at(0.79) is None
    assert recent.scan_at(1.29) is not None
    assert recent.scan_at(1.31) is None
    assert recent.scan_at(0.69) is None


def test_the_speed_is_the_newest_poses() -> None:
    recent = Recent(0.2, 0.3)
    assert recent.speed_mps == 0.0
    recent.hear_pose(pose(1.0, 0.5))
    recent.hear_pose(pose(1.05, 0.7))
    assert recent.speed_mps == 0.7


def test_a_clock_that_is_set_back_leaves_what_was_before_it_behind() -> None:
    recent = Recent(0.2, 0.3)
    recent.hear_pose(pose(100.0))
    for number in range(5):
        recent.hear_pose(pose(50.0 + 0.05 * number))
    found = recent.pose_at(50.2)
    assert found is not None
    assert found.stamp_s == 50.2
