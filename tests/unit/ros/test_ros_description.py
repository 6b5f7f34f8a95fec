"""The URDF says what the vehicle's configuration file says."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from patrol.vehicle import load_vehicle
from patrol_description.urdf import urdf_of

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")


def origin(robot: ElementTree.Element, joint: str) -> list[float]:
    element = robot.find(f"joint[@name='{joint}']/origin")
    assert element is not None
    return [float(word) for word in element.attrib["xyz"].split()]


def test_the_files_own_numbers_are_the_vehicles() -> None:
    assert urdf_of() == urdf_of(SPEC)


def test_masses_add_up() -> None:
    robot = ElementTree.fromstring(urdf_of(SPEC))
    wheels_and_hull = [
        float(link.find("inertial/mass").attrib["value"])  # type: ignore[union-attr]
        for link in robot.findall("link")
        if link.find("inertial") is not None and "knuckle" not in link.attrib["name"]
    ]
    assert sum(wheels_and_hull) == pytest.approx(SPEC.mass_kg)


def test_geometry_follows_the_specification() -> None:
    robot = ElementTree.fromstring(urdf_of(replace(SPEC, wheelbase_m=1.1, track_m=0.8)))
    assert origin(robot, "front_left_steering_joint") == [1.1, 0.4, SPEC.wheel_radius_m]
    assert origin(robot, "rear_right_wheel_joint") == [0.0, -0.4, SPEC.wheel_radius_m]
    assert origin(robot, "lidar_joint") == [SPEC.lidar.x_m, SPEC.lidar.y_m, SPEC.lidar.z_m]
    box = robot.find("link[@name='hull']/collision/geometry/box")
    assert box is not None
    assert box.attrib["size"].startswith(f"{SPEC.length_m} {SPEC.width_m} ")


def test_every_link_hangs_on_base_link() -> None:
    robot = ElementTree.fromstring(urdf_of(SPEC))
    parents = {
        joint.find("child").attrib["link"]: joint.find("parent").attrib["link"]  # type: ignore[union-attr]
        for joint in robot.findall("joint")
    }
    for link in robot.findall("link"):
        name = link.attrib["name"]
        while name != "base_link":
            name = parents[name]
