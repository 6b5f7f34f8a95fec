"""health: measures the machine and every topic, and publishes /diagnostics."""

from __future__ import annotations

import time
from functools import partial

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from patrol_interfaces.msg import PerceptionState

from fleet_client.black_box.box import RING, SEALED
from fleet_client.black_box.seals import NewestSeal
from patrol.topics import TOPICS, rates_of, topic_row, topics_of
from patrol.vehicle import VehicleSpec, load_vehicle
from patrol_fleet_client.gnss_clock import gnss_clock_of
from patrol_fleet_client.health import (
    COMPUTER,
    Finding,
    Level,
    judge,
    judge_eyes,
    judge_gnss_clock,
    judge_recorder,
)
from patrol_fleet_client.machine import Machine, last_written_age_s
from patrol_fleet_client.topic_watch import TopicWatch, stamp_in
from patrol_ros.node import VehicleNode, message_type
from patrol_ros.stamps import header_of

QUEUE = 50  # a second of the quickest topic
PICTURE_QUEUE = 5  # a second of a camera
PICTURES = ("/camera/", "/thermal/")


class HealthNode(VehicleNode):
    """The machine, its processes, the black box, every topic of the table → /diagnostics."""

    def __init__(self) -> None:
        super().__init__("health")
        self._state_dir = self.path("state_dir")
        self._records = self.flag("record", True)
        self._machine = Machine(self._state_dir)
        self._ring = self._state_dir / "black_box" / RING
        self._newest_seal = NewestSeal(self._state_dir / "black_box" / SEALED)
        self._watch: TopicWatch | None = None  # made when the clock runs
        self._levels: dict[str, Level] = {}
        self._eyes: PerceptionState | None = None
        self._eyes_before = (0, 0, 0)  # its counts, as they were last told
        self.topic_subscription("/perception/state", self._on_eyes)
        spec = load_vehicle(self.path("vehicle_file"))
        self._topics, self._rates = watched(spec, self.flag("cameras", True)), rates_of(spec)
        self._gnss = gnss_clock_of(self)
        self._publish = self.topic_publisher("/diagnostics")
        for topic in self._topics:
            heard = self._on_stamped if _has_header(topic) else self._on_message
            depth = PICTURE_QUEUE if topic.startswith(PICTURES) else QUEUE
            self.topic_subscription(topic, partial(heard, topic), raw=True, depth=depth)
        self.every(TOPICS["/diagnostics"].rate_hz or 1, self._step)

    def _on_stamped(self, topic: str, cdr: bytes) -> None:
        if self._watch is not None:
            self._watch.hear(topic, self.now_s(), stamp_in(cdr))

    def _on_message(self, topic: str, _cdr: bytes) -> None:
        if self._watch is not None:
            self._watch.hear(topic, self.now_s(), None)

    def _on_eyes(self, message: PerceptionState) -> None:
        self._eyes = message

    def _judge_eyes(self, state: PerceptionState) -> Finding:
        """By what has come since the last time; a perception that was started anew counts anew."""
        counts = (state.frames, state.drops, state.sweeps_left_out)
        before = self._eyes_before
        self._eyes_before = counts
        news = [now - old if now >= old else now for now, old in zip(counts, before, strict=True)]
        return judge_eyes(state.rate_hz, state.frame_age_s, *news)

    def _step(self) -> None:
        now_s = self.now_s()
        self._watch = self._watch or TopicWatch(self._topics, now_s, self._rates)
        findings = judge(self._machine.read())
        if self._records:
            age_s = last_written_age_s(self._ring, time.time())
            findings.append(judge_recorder(age_s, self._newest_seal.hash()))
        offset_s = self._gnss.offset_s(now_s)
        if offset_s is not None:
            findings.append(judge_gnss_clock(offset_s))
        if self._eyes is not None:
            findings.append(self._judge_eyes(self._eyes))
        findings += self._watch.findings(now_s)
        for finding in findings:
            if self._levels.get(finding.name, Level.OK) != finding.level:
                self.event("health", part=finding.name, level=finding.level.name)
            self._levels[finding.name] = finding.level
        message = DiagnosticArray(header=header_of(now_s))
        message.status = [_status_of(finding) for finding in findings]
        self._publish(message)


def watched(spec: VehicleSpec, has_cameras: bool) -> list[str]:
    """The topics of a vehicle that are watched; without cameras none of theirs."""
    return [t for t in topics_of(spec) if has_cameras or not t.startswith(PICTURES)]


def _has_header(topic: str) -> bool:
    fields = message_type(topic_row(topic).type).get_fields_and_field_types()
    return next(iter(fields)) == "header"


def _status_of(finding: Finding) -> DiagnosticStatus:
    values = [KeyValue(key=key, value=value) for key, value in finding.values]
    if finding.fault is not None:
        values.append(KeyValue(key="fault", value=finding.fault.value))
    return DiagnosticStatus(
        level=bytes([finding.level]),
        name=finding.name,
        message=finding.message,
        hardware_id=COMPUTER,
        values=values,
    )
