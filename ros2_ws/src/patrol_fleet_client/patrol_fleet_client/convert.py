"""The vehicle's messages → what the fleet client sends; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from patrol_interfaces.msg import EvidenceRef, LinkState, LocalizationState, NavigationState

from fleet_client.options import LinkStatus
from fleet_client.state_builder import HealthSummary, Shown, StateContent
from navigation.messages import action_state_of
from navigation.types import AsLeft, BaseStatus, Docked
from patrol.faults import IN_STOP_ZONE, FaultKind
from patrol.geometry import StampedPose
from patrol.incident import Evidence, EvidenceKind
from patrol.vda5050.messages import ActionState
from patrol_fleet_client.order_file import Kept
from patrol_fleet_client.order_keeper import Progress
from patrol_ros.fault_names import faults_of, names_of
from patrol_ros.stamps import header_of

DONE = ("FINISHED", "FAILED")


@dataclass(frozen=True, slots=True)
class Condition:
    """The newest of everything that a state is made of; None for what is stale or never came."""

    navigation: NavigationState | None = None
    pose: StampedPose | None = None
    localization: LocalizationState | None = None
    base: BaseStatus | None = None
    faults: frozenset[FaultKind] = field(default_factory=frozenset)
    kept: Kept | None = None
    health: HealthSummary | None = None
    shown: Shown | None = None


def content_of(condition: Condition) -> StateContent:
    """What the state says; where navigation is silent, what is known of the order stands in."""
    navigation = condition.navigation
    facts = _order_facts(navigation) if navigation else _kept_facts(condition.kept)
    faults = set(condition.faults)
    if navigation is None:
        faults.add(FaultKind.NAVIGATION_LOST)
    base, pose, localization = condition.base, condition.pose, condition.localization
    return StateContent(
        **facts,
        pose=pose.pose if pose else None,
        position_sigma_m=localization.position_sigma_m if localization else None,
        localized=localization is not None and localization.status == LocalizationState.OK,
        speed_mps=base.speed_mps if base else 0.0,
        yaw_rate_radps=pose.yaw_rate_radps if pose else 0.0,
        battery_pct=base.battery_pct if base else 0.0,
        charging=base.charging if base else False,
        emergency_stop=base.emergency_stop if base else False,
        field_violation=not faults.isdisjoint(IN_STOP_ZONE),
        faults=frozenset(faults),
        health=condition.health,
        shown=condition.shown,
    )


def _order_facts(navigation: NavigationState) -> dict[str, Any]:
    return {
        "order_id": navigation.order_id,
        "order_update_id": navigation.order_update_id,
        "last_node_id": navigation.last_node_id,
        "last_node_sequence_id": navigation.last_node_sequence_id,
        "driving": navigation.driving,
        "paused": navigation.paused,
        "new_base_request": navigation.new_base_request,
        "waiting_for": navigation.waiting_for,
        "distance_since_last_node_m": navigation.distance_since_last_node_m,
        "node_states": [(n.node_id, n.sequence_id, n.released) for n in navigation.node_states],
        "edge_states": [(e.edge_id, e.sequence_id, e.released) for e in navigation.edge_states],
        "action_states": [action_state_of(action) for action in navigation.action_states],
    }


def _kept_facts(kept: Kept | None) -> dict[str, Any]:
    if kept is None:
        return {}
    order, reached = kept.order, kept.reached_sequence_id
    last = next((n.node_id for n in order.nodes if n.sequence_id == reached), "")
    ahead_nodes = [n for n in order.nodes if n.sequence_id > reached and not kept.ended]
    ahead_edges = [e for e in order.edges if e.sequence_id > reached and not kept.ended]
    return {
        "order_id": order.order_id,
        "order_update_id": order.order_update_id,
        "last_node_id": last,
        "last_node_sequence_id": max(reached, 0),
        "paused": kept.paused,
        "node_states": [(n.node_id, n.sequence_id, n.released) for n in ahead_nodes],
        "edge_states": [(e.edge_id, e.sequence_id, e.released) for e in ahead_edges],
        "action_states": [
            ActionState(
                action_id=action.action_id,
                action_type=action.action_type,
                action_status="FINISHED" if n.sequence_id <= reached else "WAITING",
            )
            for n in order.nodes
            for action in n.actions
        ],
    }


def progress_of(message: NavigationState) -> Progress:
    """How far navigation is with its order."""
    actions = [action_state_of(action) for action in message.action_states]
    return Progress(
        order_id=message.order_id,
        order_update_id=message.order_update_id,
        last_sequence_id=message.last_node_sequence_id,
        remaining=[node.sequence_id for node in message.node_states],
        mode=message.mode,
        paused=message.paused,
        actions_done=all(action.action_status in DONE for action in actions),
        as_left=AsLeft(
            tuple(action for action in actions if action.action_status in DONE),
            Docked(message.docked) if message.docked in tuple(Docked) else Docked.NO,
        ),
    )


def evidence_of(ref: EvidenceRef) -> Evidence:
    """A file that backs an incident."""
    return Evidence(
        evidence_id=ref.evidence_id,
        incident_id=ref.incident_id,
        kind=EvidenceKind(ref.kind),
        media_type=ref.media_type,
        sha256=ref.sha256,
        size_bytes=ref.size_bytes,
        captured_at_s=ref.captured_at_s,
        path=ref.path,
        blurred=ref.blurred,
    )


def message_of_link(
    status: LinkStatus, kept: Kept | None, faults: frozenset[FaultKind], stamp_s: float
) -> LinkState:
    """What the other nodes hear of the link."""
    spooled = status.spooled_states + status.spooled_incidents + status.spooled_evidence
    return LinkState(
        header=header_of(stamp_s),
        connected=status.connected,
        spooled=spooled,
        sent=status.messages_sent,
        acknowledged=status.messages_acked,
        order_id=kept.order.order_id if kept and not kept.ended else "",
        faults=names_of(faults),
    )


def faults_of_diagnostics(message: DiagnosticArray) -> frozenset[FaultKind]:
    """Faults that the health node names in its ERROR rows (`fault` value)."""
    names = [
        pair.value
        for status in message.status
        if status.level == DiagnosticStatus.ERROR
        for pair in status.values
        if pair.key == "fault"
    ]
    return faults_of(names)
