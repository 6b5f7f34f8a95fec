"""Messages that several nodes exchange ↔ the values of `patrol` and `navigation`; pure."""

from __future__ import annotations

import array
import math

import numpy as np
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import ActionStatus, BaseFeedback, DriveCommand
from patrol_interfaces.msg import SignalState as SignalMessage
from sensor_msgs.msg import Imu, LaserScan, NavSatFix, NavSatStatus, Range, TimeReference

from navigation.messages import base_of as base_of
from navigation.messages import command_of as command_of
from navigation.messages import pose_of as pose_of
from navigation.messages import range_of as range_of
from navigation.messages import scan_of as scan_of
from navigation.messages import signal_of as signal_of
from navigation.types import (
    BaseStatus,
    BodyMotion,
    Command,
    GnssFix,
    GnssFixType,
    ImuSample,
    WheelOdometry,
)
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.signals import SignalState
from patrol.vda5050.messages import ActionState
from patrol.vehicle import DropRangerSpec, UltrasonicSpec
from patrol_ros.attitude import quaternion_of
from patrol_ros.stamps import header_of, stamp_of

MAP, ODOM, BASE, LIDAR, IMU, GNSS = "map", "odom", "base_link", "lidar", "imu", "gnss"
NO_MOTION = BodyMotion(math.nan, 0.0, 0.0, 0.0, 0.0)  # of a base without an IMU
_YAW_ROW = 5  # of the 6 x 6 covariance over (x, y, z, roll, pitch, yaw)
_PLANE = (0, 1, _YAW_ROW)

_NAVSAT_OF = {
    GnssFixType.NONE: NavSatStatus.STATUS_NO_FIX,
    GnssFixType.SINGLE: NavSatStatus.STATUS_FIX,
    GnssFixType.DGPS: NavSatStatus.STATUS_SBAS_FIX,
    GnssFixType.RTK_FLOAT: NavSatStatus.STATUS_GBAS_FIX,
    GnssFixType.RTK_FIXED: NavSatStatus.STATUS_GBAS_FIX,
}


def message_of_scan(scan: Scan) -> LaserScan:
    """A scan in the lidar's frame."""
    return LaserScan(
        header=header_of(scan.stamp_s, LIDAR),
        angle_min=scan.angle_min_rad,
        angle_max=scan.angle_min_rad + scan.angle_increment_rad * (len(scan.ranges_m) - 1),
        angle_increment=scan.angle_increment_rad,
        range_min=scan.range_min_m,
        range_max=scan.range_max_m,
        ranges=array.array("f", scan.ranges_m.astype(np.float32).tobytes()),
    )


def message_of_range(
    range_m: float, ranger: UltrasonicSpec | DropRangerSpec, stamp_s: float
) -> Range:
    """A range in its ranger's frame; `inf` without an echo (REP-117)."""
    kind, field_rad = (
        (Range.INFRARED, ranger.beam_rad)
        if isinstance(ranger, DropRangerSpec)
        else (Range.ULTRASOUND, ranger.cone_rad)
    )
    return Range(
        header=header_of(stamp_s, ranger.name),
        radiation_type=kind,
        field_of_view=field_rad,
        min_range=ranger.range_min_m,
        max_range=ranger.range_max_m,
        range=range_m,
    )


def message_of_signal(state: SignalState) -> SignalMessage:
    """What a pedestrian light says."""
    left_s = math.nan if state.walk_left_s is None else state.walk_left_s
    return SignalMessage(
        header=header_of(state.stamp_s, MAP),
        signal_id=state.signal_id,
        light=state.light.value,
        walk_left_s=left_s,
    )


def message_of_action(state: ActionState) -> ActionStatus:
    """How an action stands."""
    return ActionStatus(
        action_id=state.action_id,
        action_type=state.action_type or "",
        status=state.action_status,
        description=state.result_description or "",
    )


def message_of_base(status: BaseStatus) -> BaseFeedback:
    """The base's report."""
    motion = status.motion or NO_MOTION
    return BaseFeedback(
        header=header_of(status.stamp_s, BASE),
        speed_mps=status.speed_mps,
        steering_rad=status.steering_rad,
        battery_pct=status.battery_pct,
        charging=status.charging,
        emergency_stop=status.emergency_stop,
        roll_rad=status.roll_rad,
        pitch_rad=status.pitch_rad,
        bumped=status.bumped,
        imu_age_s=status.stamp_s - motion.stamp_s,
        rate_radps=motion.rate_radps,
        forward_mps2=motion.forward_mps2,
        left_mps2=motion.left_mps2,
        up_mps2=motion.up_mps2,
    )


def message_of_drive(
    speed_mps: float, steering_rad: float, stamp_s: float, cut_power: bool = False
) -> DriveCommand:
    """What the base shall do."""
    return DriveCommand(
        header=header_of(stamp_s, BASE),
        speed_mps=speed_mps,
        steering_rad=steering_rad,
        cut_power=cut_power,
    )


def message_of_command(command: Command, stamp_s: float) -> TwistStamped:
    """A velocity command for base_link."""
    message = TwistStamped(header=header_of(stamp_s, BASE))
    message.twist.linear.x = float(command.speed_mps)
    message.twist.angular.z = float(command.yaw_rate_radps)
    return message


def message_of_imu(sample: ImuSample) -> Imu:
    """Rates, accelerations and the tilt; the heading is not known."""
    message = Imu(header=header_of(sample.stamp_s, IMU))
    message.orientation = quaternion_of(0.0, sample.roll_rad, sample.pitch_rad)
    message.angular_velocity.z = sample.yaw_rate_radps
    message.linear_acceleration.x = sample.ax_mps2
    message.linear_acceleration.y = sample.ay_mps2
    return message


def message_of_fix(fix: GnssFix) -> NavSatFix:
    """A GNSS fix; the altitude's sigma is taken as twice the horizontal one."""
    variance = fix.sigma_m**2
    message = NavSatFix(
        header=header_of(fix.stamp_s, GNSS),
        latitude=fix.position.latitude_deg,
        longitude=fix.position.longitude_deg,
        altitude=fix.position.altitude_m,
        position_covariance_type=NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN,
    )
    message.status.status = _NAVSAT_OF[fix.fix]
    message.position_covariance = [variance, 0.0, 0.0, 0.0, variance, 0.0, 0.0, 0.0, 4 * variance]
    return message


def message_of_time(stamp_s: float, utc_s: float, source: str) -> TimeReference:
    """A moment by the vehicle's clock, and by another one that tells UTC."""
    return TimeReference(header=header_of(stamp_s), time_ref=stamp_of(utc_s), source=source)


def message_of_wheels(sample: WheelOdometry, pose: Pose2, wheelbase_m: float) -> Odometry:
    """Wheel odometry: the twist is measured, the pose dead-reckoned in `odom`."""
    message = Odometry(header=header_of(sample.stamp_s, ODOM), child_frame_id=BASE)
    message.pose.pose.position.x, message.pose.pose.position.y = pose.x_m, pose.y_m
    message.pose.pose.orientation = quaternion_of(pose.yaw_rad)
    message.twist.twist.linear.x = sample.speed_mps
    message.twist.twist.angular.z = sample.speed_mps * math.tan(sample.steering_rad) / wheelbase_m
    return message


def message_of_pose(stamped: StampedPose) -> Odometry:
    """base_link in the map frame with covariance over (x, y, yaw), and its twist."""
    message = Odometry(header=header_of(stamped.stamp_s, MAP), child_frame_id=BASE)
    message.pose.pose.position.x = stamped.pose.x_m
    message.pose.pose.position.y = stamped.pose.y_m
    message.pose.pose.orientation = quaternion_of(
        stamped.pose.yaw_rad, stamped.roll_rad, stamped.pitch_rad
    )
    covariance = np.zeros((6, 6))
    covariance[np.ix_(_PLANE, _PLANE)] = stamped.covariance
    message.pose.covariance = covariance.ravel()
    message.twist.twist.linear.x = stamped.speed_mps
    message.twist.twist.angular.z = stamped.yaw_rate_radps
    return message
