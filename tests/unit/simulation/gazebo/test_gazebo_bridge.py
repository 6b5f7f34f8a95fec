"""The bridge brings what the vehicle's topics are made of, and nothing that Gazebo lacks."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import yaml

from patrol.topics import topic_row, topics_of
from patrol.vehicle import VehicleSpec
from simulation.gazebo.bridge import bridge_rows, bridge_yaml

# Pairs that ros_gz_bridge of Jazzy converts (its README, the table of message types).
CONVERTED = {
    ("rosgraph_msgs/msg/Clock", "gz.msgs.Clock"),
    ("sensor_msgs/msg/LaserScan", "gz.msgs.LaserScan"),
    ("sensor_msgs/msg/Imu", "gz.msgs.IMU"),
    ("sensor_msgs/msg/NavSatFix", "gz.msgs.NavSat"),
    ("sensor_msgs/msg/JointState", "gz.msgs.Model"),
    ("sensor_msgs/msg/Image", "gz.msgs.Image"),
    ("nav_msgs/msg/Odometry", "gz.msgs.Odometry"),
    ("ros_gz_interfaces/msg/Contacts", "gz.msgs.Contacts"),
    ("std_msgs/msg/Float64", "gz.msgs.Double"),
}
MADE_OF_OTHERS = {
    "sensor_msgs/msg/CameraInfo",
    "sensor_msgs/msg/TimeReference",
    "sensor_msgs/msg/Range",
    "patrol_interfaces/msg/BaseFeedback",
    "patrol_interfaces/msg/DriveCommand",
    "patrol_interfaces/msg/Contact",
}


def topics(spec: VehicleSpec) -> set[str]:
    return set(topics_of(spec))


def test_every_topic_of_the_simulator_is_fed(goalie_spec: VehicleSpec) -> None:
    fed = {name for row in bridge_rows(goalie_spec) for name in row.feeds}
    wanted = {name for name in topics(goalie_spec) if topic_row(name).publisher == "simulator"}
    own = {"/signals/state", "/attention/state"}  # no simulator makes them
    assert wanted - own | {"/base/drive", "/clock"} <= fed  # docs/gazebo.md


def test_a_topic_keeps_its_type_unless_it_is_made_of_others(goalie_spec: VehicleSpec) -> None:
    for row in bridge_rows(goalie_spec):
        for name in topics(goalie_spec).intersection(row.feeds):
            if topic_row(name).type not in MADE_OF_OTHERS:
                assert row.ros_type == topic_row(name).type, name


def test_every_pair_of_types_can_be_bridged(goalie_spec: VehicleSpec) -> None:
    assert {(row.ros_type, row.gz_type) for row in bridge_rows(goalie_spec)} <= CONVERTED


def test_gazebo_has_every_bridged_topic(goalie_spec: VehicleSpec, sdf: Element) -> None:
    named = {e.text for tag in ("topic", "odom_topic") for e in sdf.iter(tag)} | {"/clock"}
    bridged = {row.gz_topic for row in bridge_rows(goalie_spec)}
    assert bridged <= named
    assert named <= bridged


def test_no_ros_topic_is_bridged_twice_or_the_vehicles_own(goalie_spec: VehicleSpec) -> None:
    bridged = [row.ros_topic for row in bridge_rows(goalie_spec)]
    assert len(set(bridged)) == len(bridged)
    assert not topics(goalie_spec).intersection(bridged)


def test_the_file_says_the_same(goalie_spec: VehicleSpec, folder: Path) -> None:
    text = (folder / "bridge.yaml").read_text()
    assert text == bridge_yaml(goalie_spec)
    entries = yaml.safe_load(text)
    assert len(entries) == len(bridge_rows(goalie_spec))
    assert {entry["direction"] for entry in entries} == {"GZ_TO_ROS", "ROS_TO_GZ"}
