"""ROS messages → samples, by their fields alone: rclpy's messages and those of bags are alike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from navigation.types import (
    AttentionReport,
    BaseStatus,
    BodyMotion,
    Command,
    GnssFix,
    GnssFixType,
    ImuSample,
    RangeSample,
    SpeechStatus,
    WheelOdometry,
)
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.signals import SignalLight, SignalState
from patrol.stamps import seconds_of
from patrol.vda5050.messages import ActionState
from patrol.vehicle import DropRangerSpec, UltrasonicSpec

UNKNOWN = -1.0  # first element of a covariance that is not known (sensor_msgs)
MOVING_MPS = 0.05  # below, a steering angle cannot be told from a yaw rate
RTK_FIXED_SIGMA_M = 0.05  # NavSatStatus knows no float solution: a larger sigma is one
COVARIANCE_TYPE_UNKNOWN = 0  # sensor_msgs/msg/NavSatFix
_PLANE = (0, 1, 5)  # x, y, yaw of the 6 x 6 covariance over (x, y, z, roll, pitch, yaw)
STATUS_FIX, STATUS_SBAS_FIX, STATUS_GBAS_FIX = 0, 1, 2  # sensor_msgs/msg/NavSatStatus


def roll_pitch_yaw_of(q: Any) -> tuple[float, float, float]:
    """Roll, pitch (nose down positive) and yaw of a unit quaternion, in radians."""
    roll = math.atan2(2 * (q.w * q.x + q.y * q.z), 1 - 2 * (q.x * q.x + q.y * q.y))
    pitch = math.asin(max(-1.0, min(1.0, 2 * (q.w * q.y - q.z * q.x))))
    yaw = math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))
    return roll, pitch, yaw


def wheels_of(message: Any, wheelbase_m: float) -> WheelOdometry:
    """Speed, and the steering angle that the yaw rate stands for (0 when standing).

    Of nav_msgs/msg/Odometry, of which only the twist is read.
    """
    speed, yaw_rate = message.twist.twist.linear.x, message.twist.twist.angular.z
    steering = math.atan(wheelbase_m * yaw_rate / speed) if abs(speed) > MOVING_MPS else 0.0
    return WheelOdometry(seconds_of(message.header.stamp), speed, steering)


def imu_of(message: Any) -> ImuSample:
    """An IMU sample; a receiver without an attitude filter (covariance -1) counts as level."""
    roll, pitch = 0.0, 0.0
    if message.orientation_covariance[0] != UNKNOWN:
        roll, pitch, _ = roll_pitch_yaw_of(message.orientation)
    return ImuSample(
        stamp_s=seconds_of(message.header.stamp),
        yaw_rate_radps=message.angular_velocity.z,
        ax_mps2=message.linear_acceleration.x,
        ay_mps2=message.linear_acceleration.y,
        roll_rad=roll,
        pitch_rad=pitch,
    )


def fix_of(message: Any) -> GnssFix:
    """A GNSS fix (sensor_msgs/msg/NavSatFix); without a known covariance it counts as no fix."""
    stamp_s = seconds_of(message.header.stamp)
    variance = max(message.position_covariance[0], message.position_covariance[4])
    known = message.position_covariance_type != COVARIANCE_TYPE_UNKNOWN
    sigma_m = math.sqrt(variance) if known and variance > 0 else math.inf
    finite = all(map(math.isfinite, (message.latitude, message.longitude, message.altitude)))
    if not finite or not math.isfinite(sigma_m):
        return GnssFix(stamp_s, GeoPoint(0.0, 0.0), math.inf, GnssFixType.NONE)
    position = GeoPoint(message.latitude, message.longitude, message.altitude)
    return GnssFix(stamp_s, position, sigma_m, _fix_type(message.status.status, sigma_m))


def _fix_type(status: int, sigma_m: float) -> GnssFixType:
    if status == STATUS_GBAS_FIX:
        fixed = sigma_m <= RTK_FIXED_SIGMA_M
        return GnssFixType.RTK_FIXED if fixed else GnssFixType.RTK_FLOAT
    return {STATUS_FIX: GnssFixType.SINGLE, STATUS_SBAS_FIX: GnssFixType.DGPS}.get(
        status, GnssFixType.NONE
    )


def scan_of(message: Any) -> Scan:
    """A scan (sensor_msgs/msg/LaserScan); ranges come as float32."""
    return Scan(
        stamp_s=seconds_of(message.header.stamp),
        angle_min_rad=message.angle_min,
        angle_increment_rad=message.angle_increment,
        ranges_m=np.frombuffer(message.ranges, dtype=np.float32).astype(np.float64),
        range_min_m=message.range_min,
        range_max_m=message.range_max,
    )


def range_of(message: Any, ranger: UltrasonicSpec | DropRangerSpec) -> RangeSample:
    """A range (sensor_msgs/msg/Range); it comes as float32."""
    return RangeSample(seconds_of(message.header.stamp), ranger.name, float(message.range))


def base_of(message: Any) -> BaseStatus:
    """The base's report (patrol_interfaces/msg/BaseFeedback).

    A recording from before there was a bumper has neither it nor the chassis's motion.
    """
    stamp_s = seconds_of(message.header.stamp)
    return BaseStatus(
        stamp_s=stamp_s,
        speed_mps=message.speed_mps,
        steering_rad=message.steering_rad,
        battery_pct=message.battery_pct,
        charging=message.charging,
        emergency_stop=message.emergency_stop,
        roll_rad=message.roll_rad,
        pitch_rad=message.pitch_rad,
        bumped=getattr(message, "bumped", False),
        motion=_motion_of(message, stamp_s),
    )


def _motion_of(message: Any, stamp_s: float) -> BodyMotion | None:
    age_s = getattr(message, "imu_age_s", math.nan)
    if math.isnan(age_s):
        return None
    return BodyMotion(
        stamp_s=stamp_s - age_s,
        rate_radps=message.rate_radps,
        forward_mps2=message.forward_mps2,
        left_mps2=message.left_mps2,
        up_mps2=message.up_mps2,
    )


def signal_of(message: Any) -> SignalState | None:
    """What a pedestrian light says; None for a light that is none of ours."""
    if message.light not in tuple(SignalLight):
        return None
    left_s = float(message.walk_left_s)
    return SignalState(
        seconds_of(message.header.stamp),
        message.signal_id,
        SignalLight(message.light),
        None if math.isnan(left_s) else left_s,
    )


def attention_of(message: Any) -> AttentionReport | None:
    """What the base shows and says; None for a message of which nothing can be made."""
    if message.speech not in tuple(SpeechStatus):
        return None
    return AttentionReport(
        seconds_of(message.header.stamp),
        message.beacon,
        message.siren,
        message.announcement_id,
        SpeechStatus(message.speech),
        message.reason,
    )


def action_state_of(message: Any) -> ActionState:
    """How an action stands (patrol_interfaces/msg/ActionStatus)."""
    return ActionState(
        action_id=message.action_id,
        action_status=message.status,
        action_type=message.action_type or None,
        result_description=message.description or None,
    )


def command_of(message: Any) -> Command:
    """A velocity command (geometry_msgs/msg/TwistStamped)."""
    return Command(message.twist.linear.x, message.twist.angular.z)


def pose_of(message: Any) -> StampedPose:
    """base_link in the map frame (nav_msgs/msg/Odometry)."""
    roll, pitch, yaw = roll_pitch_yaw_of(message.pose.pose.orientation)
    covariance = np.asarray(message.pose.covariance, dtype=np.float64).reshape(6, 6)
    return StampedPose(
        stamp_s=seconds_of(message.header.stamp),
        pose=Pose2(message.pose.pose.position.x, message.pose.pose.position.y, yaw),
        covariance=covariance[np.ix_(_PLANE, _PLANE)],
        speed_mps=message.twist.twist.linear.x,
        yaw_rate_radps=message.twist.twist.angular.z,
        roll_rad=roll,
        pitch_rad=pitch,
    )
