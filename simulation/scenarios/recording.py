"""A run as an MCAP file that Foxglove Studio reads without ROS: JSON messages, known schemas."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import IO, Any

import cv2
from mcap.writer import Writer

from patrol.errors import ConfigError
from patrol.geometry import Pose2
from simulation.scenarios.trace import Sample, Trace
from simulation.types import SensorFrame
from simulation.vehicle.library import LibraryVehicle

NS = 1_000_000_000
POSE_EVERY = 2  # samples: 10 Hz
FRAME = "map"
TIME = {"type": "object", "properties": {"sec": {"type": "integer"}, "nsec": {"type": "integer"}}}


def _schema(title: str, **properties: str) -> dict[str, Any]:
    typed = {name: {"type": kind} for name, kind in properties.items()}
    return {"title": title, "type": "object", "properties": {"timestamp": TIME, **typed}}


CAMERA = "/camera/"  # one topic for each, by its name

# topic → (schema name, JSON schema); names as foxglove.dev/docs/visualization/message-schemas
TOPICS: dict[str, tuple[str, dict[str, Any]]] = {
    "/truth/pose": (
        "foxglove.PoseInFrame",
        _schema("foxglove.PoseInFrame", frame_id="string", pose="object"),
    ),
    "/localization/pose": (
        "foxglove.PoseInFrame",
        _schema("foxglove.PoseInFrame", frame_id="string", pose="object"),
    ),
    "/scan": (
        "foxglove.LaserScan",
        _schema("foxglove.LaserScan", frame_id="string", pose="object", start_angle="number",
                end_angle="number", ranges="array", intensities="array"),
    ),
    "/gnss": (
        "foxglove.LocationFix",
        _schema("foxglove.LocationFix", frame_id="string", latitude="number",
                longitude="number", altitude="number"),
    ),
    CAMERA: (
        "foxglove.CompressedImage",
        _schema("foxglove.CompressedImage", frame_id="string", data="string", format="string"),
    ),
    "/vehicle": (
        "sunra.Vehicle",
        _schema("sunra.Vehicle", mode="string", response="string", faults="array",
                speed_mps="number", commanded_mps="number", steering_rad="number",
                cross_track_m="number", battery_pct="number", latched="boolean",
                order_id="string", waiting_for="string"),
    ),
    "/log": (
        "foxglove.Log",
        _schema("foxglove.Log", level="integer", message="string", name="string"),
    ),
}  # fmt: skip


class McapRecording:
    """Writes what a run's observer sees; raises ConfigError where the file cannot be written."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("wb")
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
        self._writer = Writer(self._file)
        self._writer.start(profile="", library="sunra")
        self._schemas = {
            name: self._writer.register_schema(
                name=name, encoding="jsonschema", data=json.dumps(schema).encode()
            )
            for name, schema in dict(TOPICS.values()).items()
        }
        self._channels = {topic: self._channel(topic) for topic in TOPICS if topic != CAMERA}
        self._samples = 0
        self._start_s = 0.0

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Write the sample and the newest readings."""
        self._samples += 1
        now_s = vehicle.simulator.now_s
        self._start_s = now_s - sample.t_s
        self._sensors(vehicle.frame, now_s)
        if self._samples % POSE_EVERY:
            return
        self._put("/truth/pose", now_s, {"frame_id": FRAME, "pose": _pose(sample.pose)})
        if sample.estimate is not None:
            self._put("/localization/pose", now_s,
                      {"frame_id": FRAME, "pose": _pose(sample.estimate)})  # fmt: skip
        self._put("/vehicle", now_s, _vehicle(vehicle, sample))

    def close(self, trace: Trace) -> None:
        """Add what happened, and finish the file."""
        for t_s, note in trace.notes:
            self._put(
                "/log", self._start_s + t_s, {"level": 2, "message": note, "name": "scenario"}
            )
        self._writer.finish()
        self._file.close()

    def _sensors(self, frame: SensorFrame | None, now_s: float) -> None:
        if frame is None:
            return
        for scan in frame.scans:
            last = scan.angle_min_rad + scan.angle_increment_rad * (len(scan.ranges_m) - 1)
            ranges = [r if r < scan.range_max_m else 0.0 for r in scan.ranges_m.tolist()]
            self._put("/scan", now_s, {
                "frame_id": "base_link", "pose": _pose(Pose2(0.0, 0.0, 0.0)),
                "start_angle": scan.angle_min_rad, "end_angle": last, "ranges": ranges,
                "intensities": [],
            })  # fmt: skip
        for fix in frame.gnss:
            at = fix.position
            self._put("/gnss", now_s, {
                "frame_id": "gnss", "latitude": at.latitude_deg, "longitude": at.longitude_deg,
                "altitude": at.altitude_m,
            })  # fmt: skip
        for image in frame.images:
            _, jpeg = cv2.imencode(".jpg", image.bgr)
            data = base64.b64encode(jpeg.tobytes()).decode()
            self._put(CAMERA + image.camera.name, now_s, {
                "frame_id": image.camera.name, "data": data, "format": "jpeg",
            })  # fmt: skip

    def _channel(self, topic: str) -> int:
        name, _ = TOPICS[CAMERA if topic.startswith(CAMERA) else topic]
        channel: int = self._writer.register_channel(
            topic=topic, message_encoding="json", schema_id=self._schemas[name]
        )
        return channel

    def _put(self, topic: str, now_s: float, message: dict[str, Any]) -> None:
        stamp = round(now_s * NS)
        if topic not in self._channels:
            self._channels[topic] = self._channel(topic)
        timed = {"timestamp": {"sec": stamp // NS, "nsec": stamp % NS}, **message}
        self._writer.add_message(
            channel_id=self._channels[topic],
            log_time=stamp,
            publish_time=stamp,
            data=json.dumps(timed, allow_nan=False).encode(),
        )


def _pose(pose: Pose2) -> dict[str, Any]:
    """foxglove.Pose: a position and a quaternion about z."""
    half = pose.yaw_rad / 2
    return {
        "position": {"x": pose.x_m, "y": pose.y_m, "z": 0.0},
        "orientation": {"x": 0.0, "y": 0.0, "z": math.sin(half), "w": math.cos(half)},
    }


def _vehicle(vehicle: LibraryVehicle, sample: Sample) -> dict[str, Any]:
    return {
        "mode": str(sample.mode),
        "response": sample.response.name,
        "faults": sorted(str(fault) for fault in sample.faults),
        "speed_mps": sample.speed_mps,
        "commanded_mps": vehicle.drive.speed_mps,
        "steering_rad": vehicle.drive.steering_rad,
        "cross_track_m": sample.cross_track_m or 0.0,
        "battery_pct": sample.battery_pct,
        "latched": sample.latched,
        "order_id": sample.order_id,
        "waiting_for": sample.waiting_for,
    }
