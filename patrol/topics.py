"""The ONE table of ROS topics: name → type, publisher, rate, and the age at which it is stale.

`max_age_s` is what a watchdog uses; `None` means that nobody depends on its freshness. Nodes take
rates and ages from here; docs/architecture.md is checked against it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from patrol.vehicle import VehicleSpec


class Qos(StrEnum):
    """Which quality-of-service profile a topic uses."""

    SENSOR = "sensor"  # best effort, keep last 1
    RELIABLE = "reliable"  # reliable, keep last 10
    JOURNAL = "journal"  # reliable, transient local, keep last 50: a reader that died reads again
    LATCHED = "latched"  # reliable, transient local, keep last 1: what holds now


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One row of the topic table."""

    name: str
    type: str
    publisher: str  # node name
    rate_hz: float | None  # None: on events
    max_age_s: float | None
    qos: Qos
    road_publisher: str = ""  # on the road; empty: the same node, or none of ours


# One topic a sensor of the vehicle file: its name stands for the star.
ULTRASONIC_TOPICS = "/ultrasonic/*"
DROP_TOPICS = "/drop/*"
CAMERA_TOPICS = "/camera/*/image_raw"
CAMERA_INFO_TOPICS = "/camera/*/camera_info"
THERMAL_TOPICS = "/thermal/*/image_raw"
_STARRED = (ULTRASONIC_TOPICS, DROP_TOPICS, CAMERA_TOPICS, CAMERA_INFO_TOPICS, THERMAL_TOPICS)
HARDWARE = "base_hardware"  # the node that stands where the simulator stands, on the road


_ROWS = (
    # sensors and the base
    TopicRow("/scan", "sensor_msgs/msg/LaserScan", "simulator", 10, 0.25, Qos.SENSOR),
    TopicRow(ULTRASONIC_TOPICS, "sensor_msgs/msg/Range", "simulator", 10, 0.25, Qos.SENSOR),
    TopicRow(DROP_TOPICS, "sensor_msgs/msg/Range", "simulator", 20, 0.25, Qos.SENSOR),
    TopicRow("/imu/data", "sensor_msgs/msg/Imu", "simulator", 50, 0.2, Qos.SENSOR, HARDWARE),
    TopicRow("/gnss/fix", "sensor_msgs/msg/NavSatFix", "simulator", 5, 10.0, Qos.SENSOR, HARDWARE),
    # the stamp is by the vehicle's clock, the reference UTC; only while the receiver knows it
    TopicRow(
        "/gnss/time",
        "sensor_msgs/msg/TimeReference",
        "simulator",
        None,
        None,
        Qos.SENSOR,
        HARDWARE,
    ),
    TopicRow(
        "/signals/state",
        "patrol_interfaces/msg/SignalState",
        "simulator",
        2,
        2.0,
        Qos.RELIABLE,
        "fleet_client",
    ),
    TopicRow(CAMERA_TOPICS, "sensor_msgs/msg/Image", "simulator", 5, 1.0, Qos.SENSOR),
    TopicRow(CAMERA_INFO_TOPICS, "sensor_msgs/msg/CameraInfo", "simulator", 5, None, Qos.SENSOR),
    TopicRow(THERMAL_TOPICS, "sensor_msgs/msg/Image", "simulator", 8.7, None, Qos.SENSOR),
    TopicRow(
        "/base/feedback",
        "patrol_interfaces/msg/BaseFeedback",
        "simulator",
        50,
        0.2,
        Qos.SENSOR,
        HARDWARE,
    ),
    TopicRow(
        "/base/drive", "patrol_interfaces/msg/DriveCommand", "base_driver", 50, 0.2, Qos.SENSOR
    ),
    TopicRow("/wheel/odometry", "nav_msgs/msg/Odometry", "base_driver", 50, 0.2, Qos.SENSOR),
    # localization, navigation, safety
    TopicRow(
        "/localization/odometry", "nav_msgs/msg/Odometry", "localization", 20, 0.25, Qos.SENSOR
    ),
    TopicRow(
        "/localization/state",
        "patrol_interfaces/msg/LocalizationState",
        "localization",
        2,
        1.5,
        Qos.RELIABLE,
    ),
    TopicRow("/tf", "tf2_msgs/msg/TFMessage", "localization", 20, None, Qos.RELIABLE),
    TopicRow("/cmd_vel", "geometry_msgs/msg/TwistStamped", "navigation", 20, 0.25, Qos.SENSOR),
    TopicRow(
        "/cmd_vel_safe", "geometry_msgs/msg/TwistStamped", "safety_gate", 50, 0.1, Qos.SENSOR
    ),
    TopicRow(
        "/safety/state", "patrol_interfaces/msg/SafetyState", "safety_gate", 10, 0.5, Qos.RELIABLE
    ),
    TopicRow(
        "/navigation/state",
        "patrol_interfaces/msg/NavigationState",
        "navigation",
        5,
        1.0,
        Qos.RELIABLE,
    ),
    TopicRow(
        "/navigation/intake",
        "patrol_interfaces/msg/Intake",
        "navigation",
        None,
        None,
        Qos.RELIABLE,
    ),
    # what the vehicle shows and says: beacon, siren, loudspeaker
    TopicRow(
        "/attention/command",
        "patrol_interfaces/msg/AttentionCommand",
        "navigation",
        2,
        1.5,
        Qos.RELIABLE,
    ),
    TopicRow(
        "/attention/state",
        "patrol_interfaces/msg/AttentionState",
        "simulator",
        2,
        2.0,
        Qos.RELIABLE,
        HARDWARE,
    ),
    # perception
    TopicRow(
        "/perception/tracks", "patrol_interfaces/msg/TrackArray", "perception", 5, None, Qos.SENSOR
    ),
    TopicRow(
        "/perception/detections",
        "vision_msgs/msg/Detection2DArray",
        "perception",
        5,
        None,
        Qos.SENSOR,
    ),
    TopicRow(
        "/perception/incident",
        "patrol_interfaces/msg/Incident",
        "perception",
        None,
        None,
        Qos.JOURNAL,
    ),
    TopicRow(
        "/perception/capture",
        "patrol_interfaces/msg/CaptureRequest",
        "navigation",
        None,
        None,
        Qos.RELIABLE,
    ),
    TopicRow(
        "/perception/searches",
        "patrol_interfaces/msg/PersonSearchArray",
        "fleet_client",
        None,
        None,
        Qos.LATCHED,
    ),
    TopicRow(
        "/perception/state",
        "patrol_interfaces/msg/PerceptionState",
        "perception",
        2,
        2.0,
        Qos.RELIABLE,
    ),
    # link and health
    TopicRow(
        "/fleet_client/state",
        "patrol_interfaces/msg/LinkState",
        "fleet_client",
        1,
        3.0,
        Qos.RELIABLE,
    ),
    TopicRow(
        "/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", "health", 1, None, Qos.RELIABLE
    ),
    # only in simulation: the truth, for scoring, never for driving
    TopicRow("/simulation/truth", "nav_msgs/msg/Odometry", "simulator", 20, None, Qos.SENSOR),
    TopicRow(
        "/simulation/contact",
        "patrol_interfaces/msg/Contact",
        "simulator",
        None,
        None,
        Qos.RELIABLE,
    ),
)

TOPICS: dict[str, TopicRow] = {row.name: row for row in _ROWS}


def ultrasonic_topic(ranger: str) -> str:
    """The topic of an ultrasonic ranger, by its name in the vehicle file."""
    return ULTRASONIC_TOPICS.replace("*", ranger)


def drop_topic(ranger: str) -> str:
    """The topic of a drop ranger, by its name in the vehicle file."""
    return DROP_TOPICS.replace("*", ranger)


def camera_topic(camera: str) -> str:
    """The topic of a camera's pictures, by its name in the vehicle file."""
    return CAMERA_TOPICS.replace("*", camera)


def camera_info_topic(camera: str) -> str:
    """The topic of a camera's calibration."""
    return CAMERA_INFO_TOPICS.replace("*", camera)


def thermal_topic(camera: str) -> str:
    """The topic of a thermal camera's pictures, by its name in the vehicle file."""
    return THERMAL_TOPICS.replace("*", camera)


def topic_row(topic: str) -> TopicRow:
    """The row of a topic, any sensor's in its turn; raises KeyError."""
    starred = (name for name in _STARRED if fnmatchcase(topic, name))
    return TOPICS[next(starred, topic)]


def topics_of(spec: VehicleSpec) -> tuple[str, ...]:
    """Every topic of a vehicle, one of each of its sensors, in the table's order."""
    cameras = [camera.name for camera in spec.cameras]
    own = {
        ULTRASONIC_TOPICS: [ultrasonic_topic(ranger.name) for ranger in spec.ultrasonics],
        DROP_TOPICS: [drop_topic(ranger.name) for ranger in spec.drop_rangers],
        CAMERA_TOPICS: [camera_topic(name) for name in cameras],
        CAMERA_INFO_TOPICS: [camera_info_topic(name) for name in cameras],
        THERMAL_TOPICS: [thermal_topic(camera.name) for camera in spec.thermal_cameras],
    }
    return tuple(itertools.chain.from_iterable(own.get(name, [name]) for name in TOPICS))


def rates_of(spec: VehicleSpec) -> dict[str, float]:
    """Topics whose rate (Hz) the vehicle file tells: those of its cameras."""
    colour = {camera.name: camera.rate_hz for camera in spec.cameras}
    return (
        {camera_topic(name): rate_hz for name, rate_hz in colour.items()}
        | {camera_info_topic(name): rate_hz for name, rate_hz in colour.items()}
        | {thermal_topic(camera.name): camera.rate_hz for camera in spec.thermal_cameras}
    )


# Published only while somebody looks (sensor_msgs/Image): in no table, recording or watch.
DEBUG_IMAGE_TOPIC = "/perception/debug_image"


def debug_topic(camera: str, number: int) -> str:
    """Of a vehicle's first camera (number 0) the plain topic, of the others one by their name."""
    return f"{DEBUG_IMAGE_TOPIC}/{camera}" if number else DEBUG_IMAGE_TOPIC


# Services and actions.
EXECUTE_ORDER_ACTION = "/navigation/execute_order"  # patrol_interfaces/action/ExecuteOrder
INSTANT_ACTION_SERVICE = "/navigation/instant_action"  # patrol_interfaces/srv/InstantAction
SET_POSE_SERVICE = "/localization/set_pose"  # patrol_interfaces/srv/SetPose
RELEASE_SERVICE = "/perception/release"  # patrol_interfaces/srv/ReleaseOriginal
SAFETY_RESET_SERVICE = "/safety/reset"  # std_srvs/srv/Trigger
