"""Reads the vehicle's black box (MCAP, raw CDR) without ROS, and measures a drive from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mcap.reader import make_reader
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from demo.prepare import ROOT
from demo.processes import DemoError
from fleet_client.black_box.box import RING
from fleet_client.black_box.segment import recordings_in
from patrol.stamps import seconds_of

INTERFACES = ROOT / "ros2_ws" / "src" / "patrol_interfaces" / "msg"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded message; `received_s` is wall time, stamps inside are vehicle time."""

    topic: str
    received_s: float
    message: Any


def typestore() -> Typestore:
    """ROS 2 Jazzy's standard types and ours."""
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for path in sorted(INTERFACES.glob("*.msg")):
        types.update(get_types_from_msg(path.read_text(), f"patrol_interfaces/msg/{path.stem}"))
    store.register(types)
    return store


def recordings_of(state_dir: Path) -> list[Path]:
    """What a vehicle with this state folder has recorded, oldest first."""
    return recordings_in(state_dir / "black_box" / RING)


def read_messages(paths: Sequence[Path], topics: tuple[str, ...]) -> Iterator[Recorded]:
    """Messages of some topics in order of arrival."""
    store = typestore()
    for path in paths:
        with path.open("rb") as stream:
            for schema, channel, message in make_reader(stream).iter_messages(topics=list(topics)):
                if schema is not None:
                    content = store.deserialize_cdr(message.data, schema.name)
                    yield Recorded(channel.topic, message.log_time / 1e9, content)


def stamp_s(message: Any) -> float:
    """A header's stamp in seconds."""
    return seconds_of(message.header.stamp)


@dataclass(frozen=True)
class Drive:
    """What a recording says of a drive.

    `track` is (n, 5): vehicle time (s), wall time (s), x (m), y (m), speed (m/s).
    """

    track: NDArray[np.float64]
    contacts: tuple[str, ...]
    sent: int = 0  # messages that the vehicle has sent
    spooled: int = 0  # of these, not yet committed by the server at the end

    @property
    def distance_m(self) -> float:
        """Length of the true track."""
        steps = np.diff(self.track[:, 2:4], axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())

    @property
    def real_time_factor(self) -> float:
        """Vehicle time over wall time, from first to last recorded pose."""
        first, last = self.track[0], self.track[-1]
        return float((last[0] - first[0]) / (last[1] - first[1]))

    def wall_time_s(self, vehicle_time_s: float) -> float:
        """When, by the wall clock, the vehicle's clock showed a time."""
        return float(np.interp(vehicle_time_s, self.track[:, 0], self.track[:, 1]))


def read_drive(state_dir: Path) -> Drive:
    """The true drive that a vehicle recorded; raises DemoError where it holds none."""
    rows, contacts, sent, spooled = [], [], 0, 0
    topics = ("/simulation/truth", "/simulation/contact", "/fleet_client/state")
    for item in read_messages(recordings_of(state_dir), topics):
        if item.topic == "/simulation/contact":
            contacts.append(str(item.message.other))
            continue
        if item.topic == "/fleet_client/state":
            sent, spooled = int(item.message.sent), int(item.message.spooled)
            continue
        pose, twist = item.message.pose.pose, item.message.twist.twist
        rows.append(
            (stamp_s(item.message), item.received_s, pose.position.x, pose.position.y,
             twist.linear.x)
        )  # fmt: skip
    if len(rows) < 2:
        raise DemoError(f"{state_dir}: the vehicle recorded no true poses")
    return Drive(np.array(rows), tuple(contacts), sent, spooled)


def distances_to_polyline(
    points_xy: NDArray[np.float64], line_xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of each point (n, 2) to the nearest place of a polyline (m, 2), in metres."""
    starts, vectors = line_xy[:-1], np.diff(line_xy, axis=0)
    lengths2 = np.maximum((vectors**2).sum(axis=1), 1e-12)
    offsets = points_xy[:, None, :] - starts[None, :, :]
    along = np.clip((offsets * vectors).sum(axis=2) / lengths2, 0.0, 1.0)
    nearest = starts + along[..., None] * vectors
    distances: NDArray[np.float64] = np.linalg.norm(points_xy[:, None, :] - nearest, axis=2)
    least: NDArray[np.float64] = distances.min(axis=1)
    return least
