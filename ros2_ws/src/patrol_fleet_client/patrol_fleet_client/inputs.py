"""What the fleet client hears from the other nodes, newest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import (
    AttentionState,
    BaseFeedback,
    LocalizationState,
    NavigationState,
    PerceptionState,
    SafetyState,
)

from fleet_client.state_builder import HealthSummary, Shown
from navigation.types import BaseStatus
from patrol.faults import FaultKind
from patrol.geometry import StampedPose
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol_fleet_client.convert import Condition, faults_of_diagnostics
from patrol_fleet_client.health_summary import summary_of
from patrol_fleet_client.order_file import Kept
from patrol_ros.convert import base_of, pose_of
from patrol_ros.fault_names import faults_of
from patrol_ros.latest import Latest

T = TypeVar("T")
DIAGNOSTICS_MAX_AGE_S = 3.0


def _fresh(latest: Latest[T], topic: str, now_s: float) -> T | None:
    return latest.fresh(now_s, TOPICS[topic].max_age_s or DIAGNOSTICS_MAX_AGE_S)


class Subscriber(Protocol):
    """What a node does for its inputs."""

    def topic_subscription(self, name: str, callback: Callable[[Any], None], /) -> None:
        """Call back with every message of a topic of the table."""


class VehicleInputs:
    """Subscribes to the vehicle's states and makes one `Condition` of them."""

    def __init__(self, node: Subscriber, on_navigation: Callable[[NavigationState], None]) -> None:
        self._heard = on_navigation
        self._navigation: Latest[NavigationState] = Latest()
        self._pose: Latest[StampedPose] = Latest()
        self._localization: Latest[LocalizationState] = Latest()
        self._base: Latest[BaseStatus] = Latest()
        self._faults = {
            name: Latest[frozenset[FaultKind]]()
            for name in ("/safety/state", "/perception/state", "/diagnostics")
        }
        self._health: Latest[HealthSummary] = Latest()
        self._shown: Latest[Shown] = Latest()
        node.topic_subscription("/navigation/state", self._on_navigation)
        node.topic_subscription("/localization/odometry", self._on_pose)
        node.topic_subscription("/localization/state", self._on_localization)
        node.topic_subscription("/base/feedback", self._on_base)
        node.topic_subscription("/safety/state", self._on_safety)
        node.topic_subscription("/perception/state", self._on_perception)
        node.topic_subscription("/attention/state", self._on_attention)
        node.topic_subscription("/diagnostics", self._on_diagnostics)

    def _on_navigation(self, message: NavigationState) -> None:
        self._navigation.put(message, seconds_of(message.header.stamp))
        self._heard(message)

    def _on_pose(self, message: Odometry) -> None:
        stamped = pose_of(message)
        self._pose.put(stamped, stamped.stamp_s)

    def _on_localization(self, message: LocalizationState) -> None:
        self._localization.put(message, seconds_of(message.header.stamp))

    def _on_base(self, message: BaseFeedback) -> None:
        status = base_of(message)
        self._base.put(status, status.stamp_s)

    def _on_safety(self, message: SafetyState) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/safety/state"].put(faults_of(message.faults), stamp_s)

    def _on_perception(self, message: PerceptionState) -> None:
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/perception/state"].put(faults_of(message.faults), stamp_s)

    def _on_attention(self, message: AttentionState) -> None:
        shown = Shown(message.beacon, message.siren)
        self._shown.put(shown, seconds_of(message.header.stamp))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        summary = summary_of(message)
        if summary is None:
            return
        stamp_s = seconds_of(message.header.stamp)
        self._faults["/diagnostics"].put(faults_of_diagnostics(message), stamp_s)
        self._health.put(summary, stamp_s)

    def navigation(self, now_s: float) -> NavigationState | None:
        """Navigation's state where it is fresh."""
        return _fresh(self._navigation, "/navigation/state", now_s)

    def pose(self, now_s: float) -> StampedPose | None:
        """The pose where it is fresh."""
        return _fresh(self._pose, "/localization/odometry", now_s)

    def base(self, now_s: float) -> BaseStatus | None:
        """The base's status where it is fresh."""
        return _fresh(self._base, "/base/feedback", now_s)

    def machine_faults(self, now_s: float) -> frozenset[FaultKind]:
        """What the health node finds wrong with the computer."""
        return _fresh(self._faults["/diagnostics"], "/diagnostics", now_s) or frozenset()

    def condition(self, now_s: float, kept: Kept | None) -> Condition:
        """Everything that is fresh; LINK_LOST is left out, the client itself knows better."""
        navigation = self.navigation(now_s)
        localization = _fresh(self._localization, "/localization/state", now_s)
        faults: set[FaultKind] = set()
        for topic, latest in self._faults.items():
            heard = _fresh(latest, topic, now_s)
            faults |= heard or frozenset()
        for message in (navigation, localization):
            faults |= faults_of(message.faults) if message is not None else frozenset()
        if kept is not None and kept.waits:
            faults.add(FaultKind.RESTARTED)
        return Condition(
            navigation=navigation,
            pose=self.pose(now_s),
            localization=localization,
            base=self.base(now_s),
            faults=frozenset(faults - {FaultKind.LINK_LOST}),
            kept=kept,
            health=_fresh(self._health, "/diagnostics", now_s),
            shown=_fresh(self._shown, "/attention/state", now_s),
        )
