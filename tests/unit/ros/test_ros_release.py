"""Sealed originals over ROS: asked of the perception node, sent as evidence, or refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from patrol_interfaces.msg import Incident as IncidentMessage
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from patrol.errors import OrderError
from patrol.incident import EvidenceKind
from patrol.topics import topic_row
from patrol.vda5050.release import Release
from patrol_fleet_client.asking import NoAnswer
from patrol_fleet_client.convert import evidence_of
from patrol_fleet_client.perception_link import PerceptionLink
from patrol_ros.node import qos_profile
from perception.evidence import EvidenceRecorder
from perception.evidence_config import EvidenceConfig
from perception.sealing import new_identity, unseal

IDENTITY, RECIPIENT = new_identity()
WITHIN_S = 30.0


def keep_original(folder: Path) -> None:
    """One incident's evidence, as an earlier run of perception left it."""
    recorder = EvidenceRecorder(EvidenceConfig(originals_for=(RECIPIENT,)), folder, 5.0)
    for index in range(3):
        recorder.add(index * 0.2, np.full((72, 96, 3), 90, np.uint8), [])
    recorder.begin("inc-1", None)
    recorder.close()


class Vehicle:
    """The perception node and the fleet client's link to it."""

    def __init__(self, with_eyes: bool) -> None:
        self.executor = SingleThreadedExecutor()
        self.asker = Node("asker")
        self.link = PerceptionLink(self.asker)
        self.sent: list[IncidentMessage] = []
        self.asker.create_subscription(
            IncidentMessage,
            "/perception/incident",
            self.sent.append,
            qos_profile(topic_row("/perception/incident").qos),
        )
        self.nodes: list[Node] = [self.asker]
        if with_eyes:
            from patrol_perception.node import PerceptionNode

            self.eyes = PerceptionNode()
            self.eyes.begin()
            self.nodes.append(self.eyes)
        for node in self.nodes:
            self.executor.add_node(node)

    def close(self) -> None:
        """Leave nothing for the next one to hear."""
        for node in self.nodes:
            node.destroy_node()

    def ask(self, release: Release) -> Future[None]:
        """Ask, and turn until there is an answer."""
        answer = self.link.release(release)
        self.turn(answer.done)
        assert answer.done()
        return answer

    def turn(self, is_over: object) -> None:
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until and not is_over():  # type: ignore[operator]
            self.link.step()
            self.executor.spin_once(timeout_sec=0.02)


@pytest.fixture
def vehicle(folder: Path) -> Iterator[Vehicle]:
    made = Vehicle(with_eyes=True)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path, start_ros: Callable[[Path], None]) -> Path:
    keep_original(tmp_path / "evidence")
    start_ros(tmp_path)
    return tmp_path


def test_a_released_original_is_sent_as_evidence(folder: Path, vehicle: Vehicle) -> None:
    answer = vehicle.ask(Release("inc-1", "officer", "112 case 4711"))
    assert answer.exception() is None
    vehicle.turn(lambda: bool(vehicle.sent))
    ((sent,),) = [message.evidence for message in vehicle.sent]
    evidence = evidence_of(sent)
    assert (evidence.kind, evidence.incident_id) == (EvidenceKind.ORIGINAL, "inc-1")
    assert (evidence.media_type, evidence.blurred) == ("application/age", False)
    assert unseal(Path(evidence.path).read_bytes(), IDENTITY)[4:8] == b"ftyp"
    assert "112 case 4711" in (folder / "evidence" / "chain.jsonl").read_text()


def test_what_is_not_on_board_is_refused_in_words(folder: Path, vehicle: Vehicle) -> None:
    error = vehicle.ask(Release("inc-9", "officer", "112 case 4711")).exception()
    assert isinstance(error, OrderError)
    assert "inc-9: no original on board" in str(error)
    assert vehicle.sent == []


def test_eyes_that_are_shut_give_nothing(folder: Path, vehicle: Vehicle) -> None:
    vehicle.eyes.trigger_deactivate()
    error = vehicle.ask(Release("inc-1", "officer", "112 case 4711")).exception()
    assert "not active" in str(error)
    assert "released" not in (folder / "evidence" / "chain.jsonl").read_text()


def test_eyes_that_are_down_give_no_answer(folder: Path) -> None:
    blind = Vehicle(with_eyes=False)
    answer = blind.ask(Release("inc-1", "officer", "112 case 4711"))
    blind.close()
    assert isinstance(answer.exception(), NoAnswer)
