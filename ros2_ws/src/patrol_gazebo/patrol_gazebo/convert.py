"""Gazebo's messages, as ros_gz_bridge makes them → the embedded simulator's; pure.

`offset_s` is the wall time at which Gazebo's clock began.
"""

from __future__ import annotations

import array
import math
from typing import Any

import numpy as np
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Image, Imu, JointState, LaserScan, NavSatFix, Range

from navigation.body_motion import body_motion
from navigation.messages import roll_pitch_yaw_of
from navigation.types import BodyMotion
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.stamps import seconds_of
from patrol.vehicle import CameraSpec, DropRangerSpec, LidarSpec, UltrasonicSpec
from patrol_ros.convert import (
    IMU,
    message_of_pose,
    message_of_range,
    message_of_scan,
)
from patrol_ros.stamps import header_of

RGB8, BGR8, MONO16 = "rgb8", "bgr8", "mono16"
NO_COVARIANCE = np.zeros((3, 3))


def stamp_s_of(message: Any, offset_s: float) -> float:
    """The message's time on the vehicle's clock."""
    return offset_s + seconds_of(message.header.stamp)


def scan_message(message: LaserScan, spec: LidarSpec, offset_s: float) -> LaserScan:
    """The scan in the lidar's frame; what is out of range is infinite."""
    ranges = np.array(message.ranges, dtype=np.float64)
    seen = np.isfinite(ranges) & (ranges >= spec.range_min_m) & (ranges <= spec.range_max_m)
    return message_of_scan(
        Scan(
            stamp_s=stamp_s_of(message, offset_s),
            angle_min_rad=message.angle_min,
            angle_increment_rad=(message.angle_max - message.angle_min) / max(1, len(ranges) - 1),
            ranges_m=np.where(seen, ranges, np.inf),
            range_min_m=spec.range_min_m,
            range_max_m=spec.range_max_m,
        )
    )


def range_message(message: LaserScan, ranger: UltrasonicSpec, offset_s: float) -> Range:
    """The nearest ray of a ranger's fan; Gazebo gives what is too near as minus infinity."""
    nearest_m = min(message.ranges, default=math.inf)
    echo_m = max(nearest_m, ranger.range_min_m)
    range_m = echo_m if echo_m <= ranger.range_max_m else math.inf
    return message_of_range(range_m, ranger, stamp_s_of(message, offset_s))


def drop_message(message: LaserScan, ranger: DropRangerSpec, offset_s: float) -> Range:
    """The one ray of a drop ranger; what is too near (it is covered) stays minus infinity."""
    range_m = min(message.ranges, default=math.inf)
    range_m = range_m if range_m <= ranger.range_max_m else math.inf
    return message_of_range(range_m, ranger, stamp_s_of(message, offset_s))


def imu_message(message: Imu, offset_s: float) -> Imu:
    """The same sample with our stamp and frame."""
    return Imu(
        header=header_of(stamp_s_of(message, offset_s), IMU),
        orientation=message.orientation,
        angular_velocity=message.angular_velocity,
        linear_acceleration=message.linear_acceleration,
    )


def tilt_of(message: Imu) -> tuple[float, float]:
    """Roll and pitch of the IMU's attitude, rad."""
    roll, pitch, _ = roll_pitch_yaw_of(message.orientation)
    return roll, pitch


def motion_of(message: Imu, offset_s: float) -> BodyMotion:
    """What the IMU feels of the chassis."""
    rate, force = message.angular_velocity, message.linear_acceleration
    return body_motion(
        (rate.x, rate.y, rate.z),
        (force.x, force.y, force.z),
        *tilt_of(message),
        stamp_s_of(message, offset_s),
    )


def antenna_of(message: NavSatFix) -> GeoPoint:
    """Where the antenna is."""
    return GeoPoint(message.latitude, message.longitude, message.altitude)


def joints_of(message: JointState) -> dict[str, tuple[float, float]]:
    """Position and rate by joint name."""
    rates = list(message.velocity) or [0.0] * len(message.name)
    return dict(zip(message.name, zip(message.position, rates, strict=True), strict=True))


def truth_message(message: Odometry, offset_s: float) -> Odometry:
    """base_link in the map frame."""
    place, twist = message.pose.pose, message.twist.twist
    roll, pitch, yaw = roll_pitch_yaw_of(place.orientation)
    return message_of_pose(
        StampedPose(
            stamp_s_of(message, offset_s),
            Pose2(place.position.x, place.position.y, yaw),
            NO_COVARIANCE,
            twist.linear.x,
            twist.angular.z,
            roll,
            pitch,
        )
    )


def image_message(message: Image, camera: CameraSpec, offset_s: float) -> Image:
    """The picture as bgr8 in the optical frame; raises ValueError for another encoding."""
    if message.encoding not in (RGB8, BGR8):
        raise ValueError(f"image: encoding {message.encoding!r} is neither {RGB8} nor {BGR8}")
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, -1)
    pixels = rows[:, : 3 * message.width].reshape(message.height, message.width, 3)
    bgr = np.ascontiguousarray(pixels[:, :, ::-1] if message.encoding == RGB8 else pixels)
    return Image(
        header=header_of(stamp_s_of(message, offset_s), f"{camera.name}_optical"),
        height=message.height,
        width=message.width,
        encoding=BGR8,
        is_bigendian=0,
        step=3 * message.width,
        data=array.array("B", bgr.tobytes()),
    )


def thermal_message(message: Image, camera: CameraSpec, offset_s: float) -> Image:
    """A thermal picture in the optical frame: mono16, hundredths of a kelvin as in the model.

    Raises ValueError for another encoding or byte order.
    """
    if message.encoding != MONO16 or message.is_bigendian:
        order = "big-endian " if message.is_bigendian else ""
        raise ValueError(f"image: encoding {order}{message.encoding!r} is not {MONO16}")
    return Image(
        header=header_of(stamp_s_of(message, offset_s), f"{camera.name}_optical"),
        height=message.height,
        width=message.width,
        encoding=MONO16,
        is_bigendian=0,
        step=message.step,
        data=message.data,
    )


def collision_pairs(message: Any) -> list[tuple[str, str]]:
    """Scoped names of both sides of every contact (ros_gz_interfaces/msg/Contacts)."""
    return [(c.collision1.name, c.collision2.name) for c in message.contacts]
