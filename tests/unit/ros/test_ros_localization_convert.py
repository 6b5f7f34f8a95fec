"""The transforms of the localization node."""

from __future__ import annotations

import math

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped

from navigation.messages import roll_pitch_yaw_of
from navigation.types import WheelOdometry
from patrol.geometry import Pose2, StampedPose
from patrol_localization.convert import odom_pose_at, transforms_of
from patrol_ros.convert import message_of_wheels

WHEELBASE_M = 0.95


def pose_of(transform: TransformStamped) -> Pose2:
    move = transform.transform
    yaw = roll_pitch_yaw_of(move.rotation)[2]
    return Pose2(move.translation.x, move.translation.y, yaw)


def test_the_chain_of_transforms_is_the_pose_on_the_map() -> None:
    stamped = StampedPose(12.5, Pose2(40.0, -7.0, 2.9), np.eye(3), roll_rad=0.02, pitch_rad=-0.05)
    message = transforms_of(stamped, Pose2(3.0, 1.0, -1.2))
    frames = [(t.header.frame_id, t.child_frame_id) for t in message.transforms]
    assert frames == [("map", "odom"), ("odom", "base_link")]
    chained = pose_of(message.transforms[0]).compose(pose_of(message.transforms[1]))
    assert (chained.x_m, chained.y_m, chained.yaw_rad) == pytest.approx((40.0, -7.0, 2.9))
    roll, pitch, _ = roll_pitch_yaw_of(message.transforms[1].transform.rotation)
    assert (roll, pitch) == pytest.approx((0.02, -0.05))


def test_odometry_is_carried_to_the_time_of_the_estimate() -> None:
    sample = WheelOdometry(10.0, 1.0, math.atan(WHEELBASE_M * 0.5))  # 0.5 rad/s
    message = message_of_wheels(sample, Pose2(2.0, 3.0, 0.0), WHEELBASE_M)
    later = odom_pose_at(message, 10.02)
    assert later.yaw_rad == pytest.approx(0.01)
    assert (later.x_m, later.y_m) == pytest.approx((2.02, 3.0001), abs=1e-5)
    before = odom_pose_at(message, 10.0)
    assert (before.x_m, before.y_m, before.yaw_rad) == pytest.approx((2.0, 3.0, 0.0))


def test_inverse_of_a_pose_undoes_it() -> None:
    pose = Pose2(5.0, -2.0, 0.7)
    there_and_back = pose.compose(pose.inverse())
    assert (there_and_back.x_m, there_and_back.y_m, there_and_back.yaw_rad) == pytest.approx(
        (0.0, 0.0, 0.0), abs=1e-12
    )
