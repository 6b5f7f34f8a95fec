"""Tape: what a recording says, as values in the order in which it was heard; without ROS.

MCAP files and rosbag2 folders are read by `rosbags`; a folder of the black box (its ring, or one
seal) is all its segments in turn, its `vehicle.yaml` and `map.geojson` beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from navigation.messages import (
    attention_of,
    base_of,
    command_of,
    fix_of,
    imu_of,
    pose_of,
    range_of,
    scan_of,
    signal_of,
    wheels_of,
)
from navigation.replaying.intake import given_of, kept_order_of, told_of
from patrol.errors import LogError
from patrol.faults import FaultKind
from patrol.stamps import seconds_of
from patrol.topics import drop_topic, topic_row, ultrasonic_topic
from patrol.vehicle import VehicleSpec

KEPT_ORDER, KEPT_ORDER_TYPE = "/black_box/order", "std_msgs/msg/String"  # without a header
PICTURES = "-pictures.mcap"  # docs/black-box.md: they lie apart
_KINDS = {kind.value: kind for kind in FaultKind}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the tape; `stamp_s` is its header's (the vehicle's clock)."""

    topic: str
    stamp_s: float
    value: Any


@dataclass(frozen=True, slots=True)
class Said:
    """What the state of gate, localization, perception or link says, each its own of it."""

    faults: frozenset[FaultKind]
    latched: bool = False
    connected: bool = False
    capture_id: str = ""
    capture_failure: str = ""
    seed_id: str = ""


@dataclass(frozen=True)
class Tape:
    """All that the stages read and wrote, in the order of receipt."""

    path: Path
    heard: tuple[Heard, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many messages of each topic."""
        return Counter(item.topic for item in self.heard)

    @property
    def start_s(self) -> float:
        """The earliest stamp."""
        return min(item.stamp_s for item in self.heard)

    @property
    def end_s(self) -> float:
        """The latest stamp."""
        return max(item.stamp_s for item in self.heard)

    def of(self, topic: str) -> Iterator[Heard]:
        """The messages of a topic."""
        return (item for item in self.heard if item.topic == topic)


def beside(path: Path, name: str) -> Path | None:
    """A file of that name in the recording's folder, which seals hold; None without one."""
    found = (path if path.is_dir() else path.parent) / name
    return found if found.is_file() else None


def read_tape(path: Path, spec: VehicleSpec) -> Tape:
    """The tape of a recording; raises LogError where none of it is of use."""
    try:
        from rosbags.highlevel import AnyReader
    except ImportError:
        raise LogError(
            "the package rosbags is missing, which reads recordings: pip install 'sunra[vehicle]'"
        ) from None
    files = _files(path)
    try:
        with AnyReader(files) as reader:
            heard = tuple(_heard(path, reader, _makers(spec)))
            there = sorted({connection.topic for connection in reader.connections})
    except LogError:
        raise
    except Exception as error:  # a damaged file raises whatever its parser trips over
        reason = f"{error}" or type(error).__name__
        raise LogError(f"{path}: cannot be read as a recording of ROS 2: {reason}") from None
    if not heard:
        names = ", ".join(there) or "nothing"
        raise LogError(f"{path}: holds no topic that a stage reads or writes; there: {names}")
    return Tape(path, heard)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise LogError(f"{path}: no such file")
    if path.is_file():
        if path.suffix != ".mcap":
            raise LogError(f"{path}: is neither an .mcap file nor a folder of such files")
        return [path]
    if (path / "metadata.yaml").is_file():
        return [path]
    files = [file for file in sorted(path.glob("*.mcap")) if not file.name.endswith(PICTURES)]
    if not files:
        raise LogError(f"{path}: holds no .mcap file; name a seal, the ring, or a file")
    return files


def _makers(spec: VehicleSpec) -> dict[str, Callable[[Any], Any]]:
    """Topic → what makes a value of its message."""
    ranges = {
        ultrasonic_topic(ranger.name): partial(range_of, ranger=ranger)
        for ranger in spec.ultrasonics
    } | {drop_topic(drop.name): partial(range_of, ranger=drop) for drop in spec.drop_rangers}
    return {
        "/wheel/odometry": lambda message: wheels_of(message, spec.wheelbase_m),
        "/imu/data": imu_of,
        "/gnss/fix": fix_of,
        "/scan": scan_of,
        "/base/feedback": base_of,
        "/cmd_vel": command_of,
        "/cmd_vel_safe": command_of,
        "/safety/state": lambda message: Said(_faults_of(message), bool(message.latched)),
        "/localization/odometry": pose_of,
        "/localization/state": lambda message: Said(
            _faults_of(message), seed_id=getattr(message, "seed_id", "")
        ),
        "/perception/state": lambda message: Said(
            _faults_of(message),
            capture_id=getattr(message, "capture_id", ""),
            capture_failure=getattr(message, "capture_failure", ""),
        ),
        "/fleet_client/state": lambda message: Said(
            _faults_of(message), connected=bool(message.connected)
        ),
        "/signals/state": lambda message: (message.signal_id, signal_of(message)),
        "/attention/state": attention_of,
        "/navigation/state": told_of,
        "/navigation/intake": given_of,
        KEPT_ORDER: lambda message: kept_order_of(message.data),
        **ranges,
    }


def _faults_of(message: Any) -> frozenset[FaultKind]:
    """Known faults; what a newer vehicle calls otherwise is passed over."""
    return frozenset(_KINDS[name] for name in message.faults if name in _KINDS)


def _heard(path: Path, reader: Any, makers: Mapping[str, Callable[[Any], Any]]) -> Iterator[Heard]:
    connections = [c for c in reader.connections if c.topic in makers]
    for connection in connections:
        is_kept = connection.topic == KEPT_ORDER
        expected = KEPT_ORDER_TYPE if is_kept else topic_row(connection.topic).type
        if connection.msgtype != expected:
            raise LogError(f"{path}: {connection.topic}: is {connection.msgtype}, not {expected}")
    if not connections:
        return
    kept: Any = None  # the journal's order has the time of what is heard after it
    for connection, _, raw in reader.messages(connections):
        message = reader.deserialize(raw, connection.msgtype)
        value = makers[connection.topic](message)
        if connection.topic == KEPT_ORDER:
            kept = value
            continue
        stamp_s = seconds_of(message.header.stamp)
        if kept is not None:
            yield Heard(KEPT_ORDER, stamp_s, kept)
            kept = None
        if value is not None:
            yield Heard(connection.topic, stamp_s, value)
