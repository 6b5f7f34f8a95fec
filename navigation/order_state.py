"""The state of the order in force, as the fleet is told it (VDA 5050 2.1.0, clause 6.10)."""

from __future__ import annotations

from navigation.course import Course
from navigation.executive import Executive
from navigation.fault_monitor import HELD_BY_GATE
from navigation.following.tracker import STANDING_MPS
from navigation.goal import Circumstances, Goal
from navigation.order_rules import Route
from navigation.types import Mode, NavigationState
from patrol.faults import FAULTS, FaultKind, strongest_response
from patrol.vda5050.messages import EdgeState, NodeState
from patrol.waiting import Waiting

NEW_BASE_AHEAD_M = 10.0  # beyond the braking distance: seven seconds for the server to answer


def state_of(
    executive: Executive,
    course: Course,
    now: Circumstances,
    goal: Goal,
    speed_mps: float,
    holds_for: Waiting | None,
) -> NavigationState:
    """What the vehicle tells of itself; `holds_for`: why it stands beside its route."""
    route, tracker, reached = executive.route, course.tracker, executive.reached
    since_m = 0.0
    if route is not None and tracker is not None and reached >= 0:
        since_m = max(0.0, now.travel_m - now.node_s_m[reached])
    held_by = _held_by(goal, now.faults, holds_for)
    return NavigationState(
        order_id=executive.order_id,
        order_update_id=executive.update_id,
        last_node_id=executive.last_node_id,
        last_node_sequence_id=executive.last_sequence_id,
        driving=abs(speed_mps) >= STANDING_MPS,
        paused=executive.wishes.paused,
        new_base_request=_wants_base(route, course, now),
        distance_since_last_node_m=since_m,
        node_states=_node_states(route, reached + 1),
        edge_states=_edge_states(route, reached),
        action_states=executive.book.states(),
        faults=now.faults,
        response=strongest_response(now.faults),
        cross_track_error_m=tracker.position.cross_track_error_m if tracker else 0.0,
        mode=Mode.STOPPED if held_by else goal.mode,
        waiting_for=held_by or goal.waiting_for,
        speed_limit_mps=tracker.limit_mps() if tracker else 0.0,
        distance_driven_m=course.driven_m,
        docked=executive.docking.docked,
    )


def _held_by(goal: Goal, faults: frozenset[FaultKind], holds_for: Waiting | None) -> str:
    """What makes a vehicle stand that would drive; empty where nothing does."""
    if goal.mode is not Mode.DRIVING:
        return ""
    for fault in (FaultKind.PATH_BLOCKED, *sorted(HELD_BY_GATE)):
        if fault in faults:
            return FAULTS[fault].text_en
    return holds_for or ""


def _wants_base(route: Route | None, course: Course, now: Circumstances) -> bool:
    """Whether the base is short; one that ends on a crosswalk ends before it."""
    if route is None or course.tracker is None or not route.has_horizon:
        return False
    end_m, crossing = now.node_s_m[route.last_released], now.passage.crossing
    if crossing is not None and route.last_released < crossing.end_node:
        end_m = min(end_m, crossing.hold_m)
    return end_m - now.travel_m < now.braking_m + NEW_BASE_AHEAD_M


def _node_states(route: Route | None, first: int) -> tuple[NodeState, ...]:
    if route is None:
        return ()
    return tuple(
        NodeState(node_id=node.node_id, sequence_id=node.sequence_id, released=node.released)
        for node in route.order_nodes[first:]
    )


def _edge_states(route: Route | None, first: int) -> tuple[EdgeState, ...]:
    """Edges still to be driven over: the one being driven on among them."""
    if route is None:
        return ()
    return tuple(
        EdgeState(edge_id=edge.edge_id, sequence_id=edge.sequence_id, released=edge.released)
        for edge in route.order_edges[max(0, first) :]
    )
