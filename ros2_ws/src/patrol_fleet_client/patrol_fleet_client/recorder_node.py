"""recorder: gives the topics of the vehicle to the black box, bytes as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.serialization import deserialize_message

from fleet_client.black_box.box import BlackBox
from fleet_client.black_box.limits import RANGES, Limits
from fleet_client.black_box.scribe import Scribe
from fleet_client.black_box.segment_file import RecordedTopic
from fleet_client.map_store import MapFolder
from patrol.config import build
from patrol.topics import topic_row, topics_of
from patrol.vehicle import VehicleSpec, load_vehicle
from patrol_fleet_client.definitions import definition_of, share_folders
from patrol_fleet_client.order_record import OrderRecord, string_cdr
from patrol_fleet_client.pictures import compressed
from patrol_fleet_client.topic_watch import stamp_in
from patrol_ros.fault_names import faults_of
from patrol_ros.node import VehicleNode, message_type

PICTURE_TYPE, COMPRESSED_TYPE = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
COMPRESSED = "/compressed"  # added to a picture's topic, as image_transport does
ORDER_TOPIC, ORDER_TYPE = "/black_box/order", "std_msgs/msg/String"
FAULT_SOURCES = (
    "/safety/state",
    "/localization/state",
    "/navigation/state",
    "/perception/state",
    "/fleet_client/state",
)
INCIDENTS = "/perception/incident"
# Pictures and descriptions of missing persons are in memory only, and gone with their search.
NEVER_RECORDED = ("/perception/searches",)
QUEUE = 200  # of each topic: a recorder that lags must not lose what happened
PICTURE_QUEUE = 2  # most are passed over
STEP_HZ = 2.0
# The topic is a journal, which a recorder that starts anew reads again.
INCIDENT_MAX_AGE_S = 30.0
CLOSE_WITHIN_S = 4.0  # patrol_bringup.processes: the client's stop_within_s is 6


class RecorderNode(VehicleNode):
    """Topics of the table → state_dir/black_box (docs/black-box.md), but for `NEVER_RECORDED`.

    The scribe has the box alone, once the node spins: the disk holds up no callback.
    """

    def __init__(self) -> None:
        super().__init__("recorder")
        self._box: BlackBox | None = None
        if not self.flag("record", True):
            return
        self._state_dir = self.path("state_dir")
        self._vehicle_file, self._map_file = self.path("vehicle_file"), self.path("map_file")
        self._order = OrderRecord(self._state_dir / "order.json")
        limits = self._limits()
        spec = load_vehicle(self._vehicle_file)
        topics = recorded_topics(spec)
        self._box = box = BlackBox(
            self._state_dir / "black_box",
            limits,
            [*map(_recorded, topics), _described(ORDER_TOPIC, ORDER_TYPE)],
            time.monotonic(),
            time.time(),
            companions=self._companions,
        )
        for topic in topics:
            callback = partial(self._hearing(topic), box, topic)
            depth = PICTURE_QUEUE if _is_picture(topic) else QUEUE
            self.topic_subscription(topic, callback, raw=True, depth=depth)
        self._scribe = Scribe()
        self.every(STEP_HZ, partial(self._step, box))
        self.event("recording_started", folder=self._state_dir / "black_box")

    def _limits(self) -> Limits:
        """The parameters `black_box_…`; raises ConfigError."""
        usual = asdict(Limits())
        given = {
            name: self.number(f"black_box_{name}", value, *RANGES[name])
            for name, value in usual.items()
        }
        return build(Limits, given, "parameters black_box_*")

    def _companions(self) -> Sequence[Path]:
        """The vehicle file and the map that is enabled now."""
        maps = MapFolder(self._state_dir / "maps")
        pointer = maps.pointer()
        return self._vehicle_file, maps.path(pointer.version) if pointer else self._map_file

    def _hearing(self, topic: str) -> Callable[[BlackBox, str, bytes], None]:
        if _is_picture(topic):
            return self._on_picture
        if topic in FAULT_SOURCES:
            return self._on_faults
        return self._on_incident if topic == INCIDENTS else self._record

    def _record(self, box: BlackBox, topic: str, cdr: bytes) -> None:
        now = time.time(), self.now_s(), time.monotonic()
        self._scribe.do(partial(box.write, topic, cdr, *now), may_be_lost=True)

    def _on_picture(self, box: BlackBox, topic: str, cdr: bytes) -> None:
        name = topic + COMPRESSED
        if box.wants_picture(name, time.monotonic()):
            jpeg = compressed(cdr)
            if jpeg is not None:
                self._record(box, name, jpeg)

    def _on_faults(self, box: BlackBox, topic: str, cdr: bytes) -> None:
        self._record(box, topic, cdr)
        faults = faults_of(_message(topic, cdr).faults)
        now = time.monotonic(), time.time()
        self._scribe.do(partial(box.hear_faults, topic, faults, *now))

    def _on_incident(self, box: BlackBox, topic: str, cdr: bytes) -> None:
        self._record(box, topic, cdr)
        incident_id = _message(topic, cdr).incident_id
        if incident_id and is_recent(cdr, self.now_s()):
            now = time.monotonic(), time.time()
            self._scribe.do(partial(box.hear_incident, incident_id, *now))

    def _step(self, box: BlackBox) -> None:
        now = time.monotonic(), time.time(), self.now_s()
        self._scribe.do(partial(self._work, box, *now))

    def _work(self, box: BlackBox, now_s: float, wall_s: float, vehicle_s: float) -> None:
        order = self._order.due(box.ring.sequence if box.ring.paused is None else None)
        if order is not None:
            box.write(ORDER_TOPIC, string_cdr(order), wall_s, vehicle_s, now_s)
        box.step(now_s, wall_s)

    def close(self) -> None:
        """Finish the segment and the seals that are open."""
        box, self._box = self._box, None
        if box is not None:
            self._scribe.do(partial(box.close, time.monotonic()))
            self._scribe.close(CLOSE_WITHIN_S)
            self.event("recording_closed")


def recorded_topics(spec: VehicleSpec) -> list[str]:
    """What the black box of a vehicle hears."""
    return [topic for topic in topics_of(spec) if topic not in NEVER_RECORDED]


def is_recent(cdr: bytes, now_s: float) -> bool:
    """Whether a report is of now, not of a journal; one without a readable stamp is."""
    stamp_s = stamp_in(cdr)
    return stamp_s is None or now_s - stamp_s <= INCIDENT_MAX_AGE_S


def _is_picture(topic: str) -> bool:
    return topic_row(topic).type == PICTURE_TYPE


def _described(name: str, type_name: str, *, is_picture: bool = False) -> RecordedTopic:
    return RecordedTopic(name, type_name, definition_of(type_name, share_folders()), is_picture)


def _recorded(topic: str) -> RecordedTopic:
    """A topic of the table as it is recorded: pictures as JPEG beside their raw topic's name."""
    if _is_picture(topic):
        return _described(topic + COMPRESSED, COMPRESSED_TYPE, is_picture=True)
    return _described(topic, topic_row(topic).type)


def _message(topic: str, cdr: bytes) -> Any:
    return deserialize_message(cdr, message_type(topic_row(topic).type))
