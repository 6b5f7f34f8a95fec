"""Plugins are gz-sim's, by file, class, place and parameters."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest

from patrol.errors import ConfigError
from simulation.gazebo.elements import add
from simulation.gazebo.plugins import PLUGINS, add_plugin, check_plugins


def test_the_world_has_the_systems_that_its_sensors_need(sdf: Element) -> None:
    names = {plugin.attrib["name"].rsplit("::", 1)[-1] for plugin in sdf.findall("plugin")}
    assert names == {"Physics", "UserCommands", "SceneBroadcaster", "Sensors", "Imu", "NavSat",
                     "Contact"}  # fmt: skip
    kinds = {sensor.attrib["type"] for sensor in sdf.iter("sensor")}
    assert kinds == {"gpu_lidar", "imu", "navsat", "contact", "camera", "thermal_camera"}


def test_every_generated_plugin_is_of_the_table(sdf: Element) -> None:
    check_plugins(sdf)
    assert len(list(sdf.iter("plugin"))) > 10


def wrong(parent: str, filename: str, name: str, *parameters: str) -> Element:
    root = Element("sdf")
    plugin = add(add(root, parent), "plugin", filename=filename, name=name)
    for key in parameters:
        add(plugin, key, "1")
    return root


IMU = ("gz-sim-imu-system", "gz::sim::systems::Imu")
CONTROLLER = ("gz-sim-joint-controller-system", "gz::sim::systems::JointController")


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (wrong("world", "gz-sim-imu-sytem", IMU[1]), "not a gz-sim 8 system"),
        (wrong("world", IMU[0], "ignition::gazebo::systems::Imu"), "not a gz-sim 8 system"),
        (wrong("world", "gz-sim-contact-system", IMU[1]), "not a gz-sim 8 system"),
        (wrong("model", *IMU), "stands in <model>, not <world>"),
        (wrong("world", *IMU, "rate"), "has no parameter 'rate'"),
        (wrong("model", *CONTROLLER, "topic"), "parameter 'joint_name' is missing"),
    ],
)
def test_a_slip_is_named(root: Element, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_plugins(root)


def test_adding_checks_at_once() -> None:
    with pytest.raises(ConfigError, match="has no parameter 'engine'"):
        add_plugin(Element("world"), "Sensors", engine="ogre2")


def test_needed_parameters_are_allowed_ones() -> None:
    assert all(row.needed <= row.parameters for row in PLUGINS.values())
