"""Content: what the vehicle says of itself to the control room."""

from __future__ import annotations

from fleet_client.state_builder import Shown, StateContent
from navigation.types import LocalizationStatus, NavigationState
from patrol.faults import IN_STOP_ZONE, FaultKind
from simulation.vehicle.bus import Bus, max_age_s


def content_of(
    bus: Bus, now_s: float, connected: bool, of_client: frozenset[FaultKind] = frozenset()
) -> StateContent:
    """What the vehicle reports of itself now; what it does not hear of is left out."""
    state = bus.navigation.fresh(now_s, max_age_s("/navigation/state"))
    base = bus.base.fresh(now_s, max_age_s("/base/feedback"))
    pose = bus.pose.fresh(now_s, max_age_s("/localization/odometry"))
    estimate = bus.estimate.fresh(now_s, max_age_s("/localization/state"))
    told = bus.attention.fresh(now_s, max_age_s("/attention/state"))
    faults = {*of_client, *(state.faults if state else {FaultKind.NAVIGATION_LOST})}
    faults.discard(FaultKind.LINK_LOST)
    if not connected:
        faults.add(FaultKind.LINK_LOST)
    shown = state or NavigationState()
    return StateContent(
        order_id=shown.order_id,
        order_update_id=shown.order_update_id,
        last_node_id=shown.last_node_id,
        last_node_sequence_id=shown.last_node_sequence_id,
        driving=shown.driving,
        paused=shown.paused,
        new_base_request=shown.new_base_request,
        waiting_for=shown.waiting_for,
        node_states=[(n.node_id, n.sequence_id, n.released) for n in shown.node_states],
        edge_states=[(e.edge_id, e.sequence_id, e.released) for e in shown.edge_states],
        action_states=shown.action_states,
        pose=pose.pose if pose else None,
        position_sigma_m=estimate.position_sigma_m if estimate else None,
        localized=estimate is not None and estimate.status is LocalizationStatus.OK,
        speed_mps=base.speed_mps if base else 0.0,
        battery_pct=base.battery_pct if base else 0.0,
        charging=base.charging if base else False,
        emergency_stop=base.emergency_stop if base else False,
        field_violation=not faults.isdisjoint(IN_STOP_ZONE),
        faults=frozenset(faults),
        shown=Shown(told.beacon, told.siren) if told else None,
    )
