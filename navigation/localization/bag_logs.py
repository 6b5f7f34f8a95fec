"""Logs of a drive from an MCAP file or a rosbag2 folder, read without ROS by `rosbags`.

Three topics of standard types are read, as the vehicle's recorder writes them; whatever else is
there is left alone. Times are the messages' own stamps (the vehicle's clock).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from navigation.localization.replay import DriveLog
from navigation.messages import fix_of, imu_of, wheels_of
from patrol.errors import LogError
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

if TYPE_CHECKING:
    from rosbags.highlevel import AnyReader

ODOMETRY, IMU, GNSS = "/wheel/odometry", "/imu/data", "/gnss/fix"


def read_bag(path: Path, spec: VehicleSpec) -> DriveLog:
    """The drive of a recording; raises LogError."""
    try:
        from rosbags.highlevel import AnyReader
        from rosbags.typesys import Stores, get_typestore
    except ImportError:
        raise LogError(
            "the package rosbags is missing, which reads recordings: pip install 'sunra[vehicle]'"
        ) from None
    _check_kind(path)
    try:
        with AnyReader([path], default_typestore=get_typestore(Stores.ROS2_JAZZY)) as reader:
            return _log(path, reader, spec)
    except LogError:
        raise
    except Exception as error:  # a damaged file raises whatever its parser trips over
        reason = f"{error}" or type(error).__name__
        raise LogError(f"{path}: cannot be read as a recording of ROS 2: {reason}") from None


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise LogError(f"{path}: no such file")
    if path.is_dir() and not (path / "metadata.yaml").is_file():
        raise LogError(f"{path}: is no rosbag2 folder, it has no metadata.yaml")
    if path.is_file() and path.suffix != ".mcap":
        raise LogError(f"{path}: is neither an .mcap file nor a rosbag2 folder")
    if path.is_file() and not path.stat().st_size:
        raise LogError(f"{path}: is empty")


def _log(path: Path, reader: AnyReader, spec: VehicleSpec) -> DriveLog:
    def samples(topic: str, make: Callable[[Any], Any]) -> list[Any]:
        connections = [c for c in reader.connections if c.topic == topic]
        for connection in connections:
            if connection.msgtype != TOPICS[topic].type:
                raise LogError(
                    f"{path}: {topic}: is {connection.msgtype}, not {TOPICS[topic].type}"
                )
        if not connections:
            return []
        made = [
            make(reader.deserialize(data, connection.msgtype))
            for connection, _, data in reader.messages(connections)
        ]
        return sorted(made, key=lambda sample: sample.stamp_s)

    log = DriveLog(
        odometry=samples(ODOMETRY, lambda message: wheels_of(message, spec.wheelbase_m)),
        fixes=samples(GNSS, fix_of),
        imu=samples(IMU, imu_of),
    )
    for topic, found in ((ODOMETRY, log.odometry), (GNSS, log.fixes)):
        if not found:
            there = ", ".join(sorted(c.topic for c in reader.connections)) or "nothing"
            raise LogError(f"{path}: {topic} ({TOPICS[topic].type}) is missing; there: {there}")
    return log
