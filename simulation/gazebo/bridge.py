"""The ONE table of what crosses between Gazebo and ROS, and ros_gz_bridge's file made of it.

Gazebo's topics arrive in ROS under /gazebo; patrol_gazebo's node gives them the names, types and
stamps of patrol/topics.py. They cannot have these directly: Gazebo's time begins at zero while
the vehicle's clock begins at wall time (sensors stall where Gazebo is started at a later time),
and ros_gz_bridge cannot make our own message types.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from patrol.topics import (
    camera_info_topic,
    camera_topic,
    drop_topic,
    thermal_topic,
    ultrasonic_topic,
)
from patrol.vehicle import CameraSpec, VehicleSpec

PREFIX = "/gazebo"
REAR_WHEELS = ("rear_left", "rear_right")


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """One topic; `feeds` are topics of patrol/topics.py that are made of it (or it of them)."""

    ros_topic: str
    ros_type: str
    gz_topic: str
    gz_type: str
    feeds: tuple[str, ...]
    to_ros: bool = True

    def entry(self) -> dict[str, object]:
        """The row as ros_gz_bridge's YAML has it."""
        return {
            "ros_topic_name": self.ros_topic,
            "gz_topic_name": self.gz_topic,
            "ros_type_name": self.ros_type,
            "gz_type_name": self.gz_type,
            "direction": "GZ_TO_ROS" if self.to_ros else "ROS_TO_GZ",
        }


_SENSORS = (
    BridgeRow(
        f"{PREFIX}/clock", "rosgraph_msgs/msg/Clock", "/clock", "gz.msgs.Clock", ("/clock",)
    ),
    BridgeRow(
        f"{PREFIX}/scan", "sensor_msgs/msg/LaserScan", "/vehicle/scan", "gz.msgs.LaserScan",
        ("/scan",),
    ),
    BridgeRow(
        f"{PREFIX}/imu", "sensor_msgs/msg/Imu", "/vehicle/imu", "gz.msgs.IMU",
        ("/imu/data", "/base/feedback"),
    ),
    BridgeRow(
        f"{PREFIX}/gnss", "sensor_msgs/msg/NavSatFix", "/vehicle/gnss", "gz.msgs.NavSat",
        ("/gnss/fix", "/gnss/time"),
    ),
    BridgeRow(
        f"{PREFIX}/joints", "sensor_msgs/msg/JointState", "/vehicle/joints", "gz.msgs.Model",
        ("/base/feedback",),
    ),
    BridgeRow(
        f"{PREFIX}/truth", "nav_msgs/msg/Odometry", "/vehicle/truth", "gz.msgs.Odometry",
        ("/simulation/truth",),
    ),
    BridgeRow(
        f"{PREFIX}/contact", "ros_gz_interfaces/msg/Contacts", "/vehicle/contact",
        "gz.msgs.Contacts", ("/simulation/contact",),
    ),
    BridgeRow(
        f"{PREFIX}/steering", "std_msgs/msg/Float64", "/vehicle/steering", "gz.msgs.Double",
        ("/base/drive",), to_ros=False,
    ),
    *(
        BridgeRow(
            f"{PREFIX}/{wheel}/speed", "std_msgs/msg/Float64", f"/vehicle/{wheel}_wheel/speed",
            "gz.msgs.Double", ("/base/drive",), to_ros=False,
        )
        for wheel in REAR_WHEELS
    ),
)  # fmt: skip


def bridge_rows(spec: VehicleSpec) -> tuple[BridgeRow, ...]:
    """The rows of a vehicle: what every vehicle has, and its own cameras and rangers."""
    cameras = tuple(
        _picture(camera, (camera_topic(camera.name), camera_info_topic(camera.name)))
        for camera in spec.cameras
    )
    thermal = tuple(
        _picture(camera, (thermal_topic(camera.name),)) for camera in spec.thermal_cameras
    )
    rangers = (
        *(_ranger(f"ultrasonic/{r.name}", ultrasonic_topic(r.name)) for r in spec.ultrasonics),
        *(_ranger(f"drop/{r.name}", drop_topic(r.name)) for r in spec.drop_rangers),
    )
    return (*_SENSORS, *cameras, *thermal, *rangers)


def _ranger(name: str, topic: str) -> BridgeRow:
    return BridgeRow(
        f"{PREFIX}/{name}",
        "sensor_msgs/msg/LaserScan",
        f"/vehicle/{name}",
        "gz.msgs.LaserScan",
        (topic,),
    )


def _picture(camera: CameraSpec, feeds: tuple[str, ...]) -> BridgeRow:
    return BridgeRow(
        f"{PREFIX}/camera/{camera.name}/image",
        "sensor_msgs/msg/Image",
        f"/vehicle/camera/{camera.name}/image",
        "gz.msgs.Image",
        feeds,
    )


def bridge_yaml(spec: VehicleSpec) -> str:
    """The file for `ros2 run ros_gz_bridge parameter_bridge --ros-args -p config_file:=…`."""
    return yaml.safe_dump([row.entry() for row in bridge_rows(spec)], sort_keys=False)
