"""Estimates → messages; pure. Samples come through `patrol_ros.convert`."""

from __future__ import annotations

from geometry_msgs.msg import TransformStamped
from patrol_interfaces.msg import LocalizationState
from tf2_msgs.msg import TFMessage

from navigation.types import LocalizationEstimate, LocalizationStatus
from patrol.geometry import StampedPose
from patrol_ros.attitude import quaternion_of
from patrol_ros.convert import BASE, MAP
from patrol_ros.fault_names import names_of
from patrol_ros.stamps import header_of

_STATUS = {
    LocalizationStatus.INITIALIZING: LocalizationState.INITIALIZING,
    LocalizationStatus.OK: LocalizationState.OK,
    LocalizationStatus.LOST: LocalizationState.LOST,
}


def message_of_estimate(
    estimate: LocalizationEstimate, map_id: str, stamp_s: float
) -> LocalizationState:
    """How well the vehicle knows where it is."""
    return LocalizationState(
        header=header_of(stamp_s, MAP),
        status=_STATUS[estimate.status],
        position_sigma_m=float(estimate.position_sigma_m),
        map_id=map_id,
        faults=names_of(estimate.faults),
    )


def transform_of(stamped: StampedPose) -> TFMessage:
    """map → base_link (one transform: this stack keeps no separate odom frame on /tf)."""
    transform = TransformStamped(header=header_of(stamped.stamp_s, MAP), child_frame_id=BASE)
    transform.transform.translation.x = stamped.pose.x_m
    transform.transform.translation.y = stamped.pose.y_m
    transform.transform.rotation = quaternion_of(
        stamped.pose.yaw_rad, stamped.roll_rad, stamped.pitch_rad
    )
    return TFMessage(transforms=[transform])
