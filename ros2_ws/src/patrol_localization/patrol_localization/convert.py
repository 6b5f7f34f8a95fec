"""Estimates → messages; pure. Samples come through `patrol_ros.convert`."""

from __future__ import annotations

import math

from geometry_msgs.msg import TransformStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import LocalizationState
from tf2_msgs.msg import TFMessage

from navigation.messages import roll_pitch_yaw_of
from navigation.types import LocalizationEstimate, LocalizationStatus
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, StampedPose
from patrol.stamps import seconds_of
from patrol_ros.attitude import quaternion_of
from patrol_ros.convert import BASE, MAP, ODOM
from patrol_ros.fault_names import names_of
from patrol_ros.stamps import header_of

_STATUS = {
    LocalizationStatus.INITIALIZING: LocalizationState.INITIALIZING,
    LocalizationStatus.OK: LocalizationState.OK,
    LocalizationStatus.LOST: LocalizationState.LOST,
}


def message_of_estimate(
    estimate: LocalizationEstimate, map_id: str, seed_id: str, stamp_s: float
) -> LocalizationState:
    """How well the vehicle knows where it is, since it began from `seed_id`."""
    return LocalizationState(
        header=header_of(stamp_s, MAP),
        status=_STATUS[estimate.status],
        position_sigma_m=float(estimate.position_sigma_m),
        map_id=map_id,
        seed_id=seed_id,
        faults=names_of(estimate.faults),
    )


def odom_pose_at(message: Odometry, stamp_s: float) -> Pose2:
    """base_link in `odom` at a time near the message's, carried there by its own twist."""
    position, twist = message.pose.pose.position, message.twist.twist
    _, _, yaw_rad = roll_pitch_yaw_of(message.pose.pose.orientation)
    elapsed_s = stamp_s - seconds_of(message.header.stamp)
    turn_rad = twist.angular.z * elapsed_s
    distance_m = twist.linear.x * elapsed_s
    heading_rad = yaw_rad + turn_rad / 2
    return Pose2(
        position.x + distance_m * math.cos(heading_rad),
        position.y + distance_m * math.sin(heading_rad),
        wrap_angle(yaw_rad + turn_rad),
    )


def transforms_of(stamped: StampedPose, odom_from_base: Pose2) -> TFMessage:
    """map → odom → base_link (REP-105): the first takes the jumps, the second never jumps."""
    map_from_odom = stamped.pose.compose(odom_from_base.inverse())
    return TFMessage(
        transforms=[
            _transform(stamped.stamp_s, MAP, ODOM, map_from_odom),
            _transform(
                stamped.stamp_s, ODOM, BASE, odom_from_base, stamped.roll_rad, stamped.pitch_rad
            ),
        ]
    )


def _transform(
    stamp_s: float, outer: str, inner: str, pose: Pose2, roll_rad: float = 0, pitch_rad: float = 0
) -> TransformStamped:
    transform = TransformStamped(header=header_of(stamp_s, outer), child_frame_id=inner)
    transform.transform.translation.x = pose.x_m
    transform.transform.translation.y = pose.y_m
    transform.transform.rotation = quaternion_of(pose.yaw_rad, roll_rad, pitch_rad)
    return transform
