"""A log written as a rosbag2 folder, as another ROS 2 machine would record it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from navigation.localization.replay import DriveLog
from navigation.types import GnssFix, GnssFixType, ImuSample, WheelOdometry
from tests.unit.navigation.localization.drives import SPEC

STORE = get_typestore(Stores.ROS2_JAZZY)
STATUS = {GnssFixType.SINGLE: 0, GnssFixType.DGPS: 1, GnssFixType.RTK_FIXED: 2}


def write_bag(
    folder: Path, log: DriveLog, storage: StoragePlugin, leave_out: frozenset[str] = frozenset()
) -> None:
    """The three topics, each in the order of its messages."""
    topics: dict[str, tuple[str, list[tuple[float, Any]]]] = {
        "/wheel/odometry": (
            "nav_msgs/msg/Odometry", [(s.stamp_s, _odometry(s)) for s in log.odometry]
        ),
        "/imu/data": ("sensor_msgs/msg/Imu", [(s.stamp_s, _imu(s)) for s in log.imu]),
        "/gnss/fix": ("sensor_msgs/msg/NavSatFix", [(f.stamp_s, _fix(f)) for f in log.fixes]),
    }  # fmt: skip
    with Writer(folder, version=9, storage_plugin=storage) as writer:
        for topic, (kind, messages) in topics.items():
            if topic in leave_out:
                continue
            connection = writer.add_connection(topic, kind, typestore=STORE)
            for stamp_s, message in messages:
                data = STORE.serialize_cdr(message, kind)
                writer.write(connection, round((stamp_s + 0.01) * 1e9), data)


def _of(name: str, **fields: Any) -> Any:
    return STORE.types[name](**fields)


def _header(stamp_s: float) -> Any:
    whole, nanoseconds = divmod(round(stamp_s * 1e9), 1_000_000_000)
    stamp = _of("builtin_interfaces/msg/Time", sec=whole, nanosec=nanoseconds)
    return _of("std_msgs/msg/Header", stamp=stamp, frame_id="")


def _vector(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Any:
    return _of("geometry_msgs/msg/Vector3", x=x, y=y, z=z)


def _level() -> Any:
    return _of("geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=0.0, w=1.0)


def _odometry(sample: WheelOdometry) -> Any:
    yaw_rate = sample.speed_mps * math.tan(sample.steering_rad) / SPEC.wheelbase_m
    point = _of("geometry_msgs/msg/Point", x=0.0, y=0.0, z=0.0)
    pose = _of("geometry_msgs/msg/Pose", position=point, orientation=_level())
    twist = _of(
        "geometry_msgs/msg/Twist", linear=_vector(sample.speed_mps), angular=_vector(z=yaw_rate)
    )
    unknown = np.zeros(36)
    return _of(
        "nav_msgs/msg/Odometry", header=_header(sample.stamp_s), child_frame_id="base_link",
        pose=_of("geometry_msgs/msg/PoseWithCovariance", pose=pose, covariance=unknown),
        twist=_of("geometry_msgs/msg/TwistWithCovariance", twist=twist, covariance=unknown),
    )  # fmt: skip


def _imu(sample: ImuSample) -> Any:
    return _of(
        "sensor_msgs/msg/Imu", header=_header(sample.stamp_s), orientation=_level(),
        orientation_covariance=np.zeros(9), angular_velocity=_vector(z=sample.yaw_rate_radps),
        angular_velocity_covariance=np.zeros(9), linear_acceleration=_vector(),
        linear_acceleration_covariance=np.zeros(9),
    )  # fmt: skip


def _fix(fix: GnssFix) -> Any:
    return _of(
        "sensor_msgs/msg/NavSatFix", header=_header(fix.stamp_s),
        status=_of("sensor_msgs/msg/NavSatStatus", status=STATUS[fix.fix], service=1),
        latitude=fix.position.latitude_deg, longitude=fix.position.longitude_deg,
        altitude=fix.position.altitude_m,
        position_covariance=np.diag([fix.sigma_m**2] * 3).ravel(), position_covariance_type=2,
    )  # fmt: skip
