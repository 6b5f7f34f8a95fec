"""Heard: what the nodes of a vehicle say, as a scenario's script and witness read it.

Callbacks store in the executor's thread; the world's thread reads.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Incident as IncidentMessage
from patrol_interfaces.msg import LocalizationState, SafetyState
from patrol_interfaces.msg import NavigationState as NavigationMessage
from std_srvs.srv import Trigger

from navigation.types import Mode, NavigationState
from patrol.faults import FaultKind
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, StampedPose
from patrol.incident import Incident
from patrol.stamps import seconds_of
from patrol.topics import SAFETY_RESET_SERVICE, TOPICS
from patrol.vda5050.messages import ActionState, NodeState
from patrol_ros.convert import pose_of
from patrol_ros.fault_names import faults_of
from patrol_ros.incidents import incident_of
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand

T = TypeVar("T")
KEPT = 60  # poses: 3 s of estimates, a second of truths
ANSWER_WITHIN_S = 1.0  # wall time
ON_A_PATH = (Mode.DRIVING, Mode.WAITING, Mode.PAUSED, Mode.STOPPED)


class Heard:
    """The vehicle under test, through ROS (simulation.scenarios.subject.Subject)."""

    def __init__(self, node: VehicleNode, drive: Callable[[], DriveCommand]) -> None:
        self._drive = drive
        self._world: Simulator | None = None
        self._lock = threading.Lock()
        self._truths: deque[StampedPose] = deque(maxlen=KEPT)
        self._estimates: deque[StampedPose] = deque(maxlen=KEPT)
        self._navigation: Latest[NavigationMessage] = Latest()
        self._localization: Latest[LocalizationState] = Latest()
        self._safety: Latest[SafetyState] = Latest()
        self._cross_track_m: float | None = None
        self._incidents: list[Incident] = []
        self.refusals: Callable[[], frozenset[FaultKind]] = frozenset
        self._reset = node.create_client(Trigger, SAFETY_RESET_SERVICE)
        node.topic_subscription("/navigation/state", self._on_navigation)
        node.topic_subscription("/localization/odometry", self._on_pose)
        node.topic_subscription("/localization/state", self._on_localization)
        node.topic_subscription("/safety/state", self._on_safety)
        node.topic_subscription("/perception/incident", self._on_incident)

    def enter(self, simulator: Simulator) -> None:
        """The world that the vehicle is in."""
        self._world = simulator

    def note_truth(self) -> None:
        """Remember where the vehicle truly is, for what is said of this moment later."""
        with self._lock:
            self._truths.append(self.simulator.truth)

    # --- what is said, in the executor's thread ---

    def _on_navigation(self, message: NavigationMessage) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._navigation.put(message, stamp_s)
        with self._lock:
            truth, estimate = _nearest(self._truths, stamp_s), _nearest(self._estimates, stamp_s)
        self._cross_track_m = None
        if truth and estimate and message.order_id and Mode[message.mode] in ON_A_PATH:
            off_m = true_offset_m(truth.pose, estimate.pose)
            self._cross_track_m = float(message.cross_track_error_m) + off_m

    def _on_pose(self, message: Odometry) -> None:
        with self._lock:
            self._estimates.append(pose_of(message))

    def _on_localization(self, message: LocalizationState) -> None:
        self._localization.put(message, seconds_of(message.header.stamp))

    def _on_safety(self, message: SafetyState) -> None:
        self._safety.put(message, seconds_of(message.header.stamp))

    def _on_incident(self, message: IncidentMessage) -> None:
        incident = incident_of(message)
        if incident is not None:
            self._incidents.append(incident)

    # --- the subject, in the world's thread ---

    @property
    def simulator(self) -> Simulator:
        """The world, with the truth."""
        assert self._world is not None, "enter the world first"
        return self._world

    @property
    def now_s(self) -> float:
        """The vehicle's clock: `/clock`."""
        return self.simulator.now_s

    @property
    def drive(self) -> DriveCommand:
        """What the base is told."""
        return self._drive()

    @property
    def state(self) -> NavigationState:
        """What navigation said last."""
        message = self._navigation.value
        return NavigationState() if message is None else state_of(message)

    @property
    def faults(self) -> frozenset[FaultKind]:
        """Everything open on the vehicle."""
        navigation = self._fresh(self._navigation, "/navigation/state")
        own = faults_of(navigation.faults) if navigation else {FaultKind.NAVIGATION_LOST}
        safety = self._fresh(self._safety, "/safety/state")
        return self.refusals() | own | (faults_of(safety.faults) if safety else frozenset())

    def _fresh(self, latest: Latest[T], topic: str) -> T | None:
        return latest.fresh(self.now_s, TOPICS[topic].max_age_s or math.inf)

    @property
    def latched(self) -> bool:
        """Whether the safety gate keeps it standing until a reset."""
        safety = self._fresh(self._safety, "/safety/state")
        return safety is not None and bool(safety.latched)

    @property
    def localized(self) -> bool:
        """Whether the vehicle says that it knows where it is."""
        said = self._fresh(self._localization, "/localization/state")
        return said is not None and said.status == LocalizationState.OK

    @property
    def estimate(self) -> Pose2 | None:
        """Where it believes to be: the last estimate, carried on to this moment."""
        with self._lock:
            last = self._estimates[-1] if self._estimates else None
        return None if last is None else carried_on(last, self.now_s)

    @property
    def cross_track_m(self) -> float | None:
        """Navigation's own error, corrected by how far the estimate was beside the truth."""
        return self._cross_track_m

    @property
    def incidents(self) -> Sequence[Incident]:
        """What perception has raised so far, in order."""
        return list(self._incidents)

    def reset_gate(self) -> bool:
        """Ask the safety gate; False where it refuses or stays silent."""
        asked = self._reset.call_async(Trigger.Request())
        until_s = time.monotonic() + ANSWER_WITHIN_S
        while not asked.done() and time.monotonic() < until_s:
            time.sleep(0.01)
        answer = asked.result() if asked.done() else None
        return answer is not None and bool(answer.success)


def _nearest(poses: deque[StampedPose], stamp_s: float) -> StampedPose | None:
    return min(poses, key=lambda pose: abs(pose.stamp_s - stamp_s), default=None)


def true_offset_m(truth: Pose2, estimate: Pose2) -> float:
    """How far the truth is left of the estimate, across its heading."""
    dx, dy = truth.x_m - estimate.x_m, truth.y_m - estimate.y_m
    return dy * math.cos(estimate.yaw_rad) - dx * math.sin(estimate.yaw_rad)


def carried_on(last: StampedPose, now_s: float) -> Pose2:
    """A pose at constant speed and turn up to a later moment (midpoint rule)."""
    dt_s = max(0.0, now_s - last.stamp_s)
    turn = last.yaw_rate_radps * dt_s
    middle, way_m = last.pose.yaw_rad + turn / 2, last.speed_mps * dt_s
    return Pose2(
        last.pose.x_m + way_m * math.cos(middle),
        last.pose.y_m + way_m * math.sin(middle),
        wrap_angle(last.pose.yaw_rad + turn),
    )


def state_of(message: NavigationMessage) -> NavigationState:
    """What a script reads of a navigation state."""
    return NavigationState(
        order_id=message.order_id,
        last_node_id=message.last_node_id,
        last_node_sequence_id=message.last_node_sequence_id,
        driving=message.driving,
        paused=message.paused,
        node_states=tuple(
            NodeState(n.node_id, n.sequence_id, n.released) for n in message.node_states
        ),
        action_states=tuple(
            ActionState(action_id=a.action_id, action_type=a.action_type, action_status=a.status)
            for a in message.action_states
        ),
        faults=faults_of(message.faults),
        mode=Mode[message.mode],
        waiting_for=message.waiting_for,
    )
