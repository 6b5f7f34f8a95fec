"""The gz-sim system plugins that we use: library file, class and the parameters each knows.

Gazebo loads a plugin by two names and skips what it does not know without failing, so a slip
would only show as a sensor that stays silent. Taken from the headers of gz-sim 8 (Harmonic),
src/systems/*/*.hh and *.cc; docs/gazebo.md shows the same table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from patrol.errors import ConfigError
from simulation.gazebo.elements import add

GZ_SIM_VERSION = "8"
SYSTEMS = "gz::sim::systems::"


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One system: where it may hang, and the child elements that it reads."""

    filename: str
    name: str
    parent: str  # element that holds it: world, model, visual or sensor
    parameters: frozenset[str]
    needed: frozenset[str] = frozenset()


def _row(system: str, name: str, parent: str, parameters: str = "", needed: str = "") -> PluginRow:
    return PluginRow(
        f"gz-sim-{system}-system",
        SYSTEMS + name,
        parent,
        frozenset(parameters.split()) | frozenset(needed.split()),
        frozenset(needed.split()),
    )


_ROWS = (
    _row("physics", "Physics", "world", "engine include_entity_names"),
    _row("user-commands", "UserCommands", "world"),
    _row("scene-broadcaster", "SceneBroadcaster", "world", "dynamic_pose_hertz state_hertz"),
    _row(
        "sensors",
        "Sensors",
        "world",
        "render_engine background_color ambient_light disable_on_drained_battery",
    ),
    _row("imu", "Imu", "world"),
    _row("navsat", "NavSat", "world"),
    _row("contact", "Contact", "world"),
    _row("thermal", "Thermal", "visual", "heat_signature min_temp max_temp temperature"),
    _row("thermal-sensor", "ThermalSensor", "sensor", "resolution min_temp max_temp"),
    _row(
        "ackermann-steering",
        "AckermannSteering",
        "model",
        "steering_only use_actuator_msg actuator_number steer_p_gain left_joint right_joint"
        " wheel_separation kingpin_width wheel_base steering_limit wheel_radius"
        " odom_publish_frequency min_velocity max_velocity min_acceleration max_acceleration"
        " min_jerk max_jerk topic sub_topic odom_topic tf_topic frame_id child_frame_id",
        needed="left_steering_joint right_steering_joint",
    ),
    _row(
        "joint-controller",
        "JointController",
        "model",
        "use_force_commands use_actuator_msg actuator_number topic sub_topic initial_velocity"
        " p_gain i_gain d_gain i_max i_min cmd_max cmd_min cmd_offset",
        needed="joint_name",
    ),
    _row("joint-state-publisher", "JointStatePublisher", "model", "topic joint_name"),
    _row(
        "odometry-publisher",
        "OdometryPublisher",
        "model",
        "odom_frame robot_base_frame odom_publish_frequency odom_topic odom_covariance_topic"
        " tf_topic dimensions xyz_offset rpy_offset gaussian_noise",
    ),
)

PLUGINS: dict[str, PluginRow] = {row.name.removeprefix(SYSTEMS): row for row in _ROWS}


def add_plugin(parent: Element, name: str, **parameters: str | float) -> None:
    """A system of the table under `parent`; raises ConfigError for what the table lacks."""
    row = PLUGINS[name]
    plugin = add(parent, "plugin", filename=row.filename, name=row.name)
    for key, value in parameters.items():
        add(plugin, key, value)
    check_plugins(parent)


def check_plugins(root: Element) -> None:
    """Raises ConfigError for the first plugin, parameter or place that gz-sim does not know."""
    for parent, plugin in _plugins(root):
        name = plugin.attrib.get("name", "")
        row = PLUGINS.get(name.removeprefix(SYSTEMS))
        if row is None or row.name != name or row.filename != plugin.attrib.get("filename"):
            raise ConfigError(
                f"plugin {plugin.attrib.get('filename')!r} {name!r}: not a gz-sim"
                f" {GZ_SIM_VERSION} system of simulation/gazebo/plugins.py"
            )
        if parent.tag != row.parent:
            raise ConfigError(f"plugin {name}: stands in <{parent.tag}>, not <{row.parent}>")
        tags = {child.tag for child in plugin}
        if unknown := sorted(tags - row.parameters):
            raise ConfigError(f"plugin {name}: has no parameter {unknown[0]!r}")
        if missing := sorted(row.needed - tags):
            raise ConfigError(f"plugin {name}: parameter {missing[0]!r} is missing")


def _plugins(root: Element) -> Iterator[tuple[Element, Element]]:
    for parent in root.iter():
        for plugin in parent.findall("plugin"):
            yield parent, plugin
