"""How an assignment stands, and what its vehicle's state changes: pure decisions.

The order is released piece by piece (base) and shown further (horizon). A piece ends at a node
without actions, so no action stands on the node where two updates meet, or at a dock where the
vehicle charges on the way: what comes after it is released when the charge is over (`charging`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import msgspec

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.charging import watch
from fleet_server.dispatch.route import Route
from patrol.vda5050.messages import State

LOST_AFTER_S = 20.0  # a vehicle that shows another order this long has lost ours
TERMINAL = ("FINISHED", "FAILED")


class Progress(msgspec.Struct):
    """What was sent, and what came of it; kept in the database."""

    order_id: str
    order_number: int = 1
    order_update_id: int = 0
    base_from: int = 0  # node index at which the last update begins
    released_to: int = 0  # node index up to which the vehicle may drive
    reached: int = 0  # node index of the last node passed
    accepted: bool = False  # a state has shown the order
    sent_at_s: float | None = None
    lost_since_s: float | None = None
    cancel_requested_at_s: float | None = None
    cancel_sent_at_s: float | None = None
    visited: dict[int, float] = {}  # visit index → event time
    charged: int = 0  # charges on the way that are over
    charging_since_s: float | None = None  # event time, of the charge that is next


class Need(Enum):
    """What the dispatcher must do next."""

    NOTHING = "nothing"
    SEND_ORDER = "send_order"
    SEND_CANCEL = "send_cancel"
    REPLAN = "replan"


@dataclass(slots=True)
class Decision:
    """The next progress and status, and what to do."""

    progress: Progress
    status: str
    reason: str | None
    need: Need = Need.NOTHING
    newly_visited: dict[int, float] = field(default_factory=dict)


def base_end(route: Route, from_index: int, edges: int, charged: int = 0) -> int:
    """The node index at which a base that starts here ends, after so many charges on the way."""
    left = route.charges[charged:]
    furthest = left[0].node_index if left else route.last_index
    index = min(from_index + edges, furthest)
    while index < furthest and route.has_action(index):
        index += 1
    return index


def first_progress(route: Route, order_id: str, number: int, config: DispatchConfig) -> Progress:
    """A new order with its first base, not sent yet."""
    return Progress(
        order_id, order_number=number, released_to=base_end(route, 0, config.base_edges)
    )


def decide(
    route: Route,
    progress: Progress,
    status: str,
    reason: str | None,
    state: State | None,
    state_time_s: float,
    state_received_s: float,
    now_s: float,
    config: DispatchConfig,
) -> Decision:
    """What the vehicle's last state means for its assignment; changes nothing."""
    decision = Decision(msgspec.structs.replace(progress), status, reason)
    decision.progress.visited = dict(progress.visited)
    if progress.sent_at_s is None:
        decision.need = Need.SEND_ORDER
        if progress.cancel_requested_at_s is not None:
            _end(decision, "cancelled", None)
        return decision
    if state is None or (state_received_s <= progress.sent_at_s and not progress.accepted):
        if progress.cancel_requested_at_s is not None:
            return _repeat_cancel(decision, now_s, config)
        return _repeat(decision, now_s, config)  # nothing heard since it was sent
    if state.order_id == progress.order_id:
        return _decide_ours(decision, route, state, state_time_s, state_received_s, now_s, config)
    return _decide_other(decision, state, state_received_s, now_s, config)


def _repeat(decision: Decision, now_s: float, config: DispatchConfig) -> Decision:
    sent_at_s = decision.progress.sent_at_s
    if sent_at_s is None or now_s - sent_at_s >= config.resend_after_s:
        decision.need = Need.SEND_ORDER
    return decision


def _end(decision: Decision, status: str, reason: str | None) -> Decision:
    decision.status, decision.reason, decision.need = status, reason, Need.NOTHING
    return decision


def _decide_other(
    decision: Decision, state: State, received_s: float, now_s: float, config: DispatchConfig
) -> Decision:
    """The vehicle shows no order, or another one."""
    progress = decision.progress
    refusal = _refusal(state, progress)
    if refusal is not None:
        return _end(decision, "failed", refusal)
    if progress.cancel_requested_at_s is not None and received_s > progress.cancel_requested_at_s:
        return _end(decision, "cancelled", None)
    if not progress.accepted:
        return _repeat(decision, now_s, config)
    if progress.lost_since_s is None:
        progress.lost_since_s = now_s
    elif now_s - progress.lost_since_s >= LOST_AFTER_S:
        decision.need = Need.REPLAN
    return decision


def _decide_ours(
    decision: Decision,
    route: Route,
    state: State,
    state_time_s: float,
    received_s: float,
    now_s: float,
    config: DispatchConfig,
) -> Decision:
    progress = decision.progress
    progress.accepted, progress.lost_since_s = True, None
    progress.reached = max(
        progress.reached, min(state.last_node_sequence_id // 2, route.last_index)
    )
    _note_visits(decision, route, state, state_time_s)
    behind = state.order_update_id < progress.order_update_id
    refusal = _refusal(state, progress) if behind else None
    if refusal is not None:
        return _end(decision, "failed", refusal)
    idle = not state.node_states and not state.driving
    if progress.cancel_requested_at_s is not None:
        if idle and received_s > progress.cancel_requested_at_s:
            return _end(decision, "cancelled", None)
        return _repeat_cancel(decision, now_s, config)
    if behind:
        return _repeat(decision, now_s, config)
    if idle and _all_done(route, progress, state):
        return _end(decision, "finished", _missed(route, state))
    if idle and progress.reached < progress.released_to and not _working(route, state):
        return _end(decision, "failed", "the vehicle dropped the order")
    _set_phase(decision, route, state)
    _watch_charge(decision, route, state, state_time_s)
    _extend(decision, route, state, config)
    return decision


def _note_visits(decision: Decision, route: Route, state: State, state_time_s: float) -> None:
    done = {a.action_id for a in state.action_states if a.action_status == "FINISHED"}
    for stop in route.stops:
        if stop.action_id in done and stop.visit_index not in decision.progress.visited:
            decision.progress.visited[stop.visit_index] = state_time_s
            decision.newly_visited[stop.visit_index] = state_time_s


def _refusal(state: State, progress: Progress) -> str | None:
    """An error that names this very order update and says why it cannot be followed."""
    for error in state.errors:
        references = {r.reference_key: r.reference_value for r in error.error_references or []}
        if references.get("orderId") != progress.order_id:
            continue
        if references.get("orderUpdateId", str(progress.order_update_id)) != str(
            progress.order_update_id
        ):
            continue
        return f"{error.error_type}: {error.error_description or 'no reason given'}"
    return None


def _repeat_cancel(decision: Decision, now_s: float, config: DispatchConfig) -> Decision:
    sent_at_s = decision.progress.cancel_sent_at_s
    if sent_at_s is None or now_s - sent_at_s >= config.resend_after_s:
        decision.need = Need.SEND_CANCEL
    return decision


def _all_done(route: Route, progress: Progress, state: State) -> bool:
    statuses = {a.action_id: a.action_status for a in state.action_states}
    return progress.reached == route.last_index and all(
        statuses.get(action_id, "FINISHED") in TERMINAL for action_id in route.action_ids()
    )


def _working(route: Route, state: State) -> bool:
    ours = set(route.action_ids())
    return any(
        a.action_id in ours and a.action_status not in TERMINAL for a in state.action_states
    )


def _missed(route: Route, state: State) -> str | None:
    failed = {a.action_id for a in state.action_states if a.action_status == "FAILED"}
    missed = [stop.checkpoint_id for stop in route.stops if stop.action_id in failed]
    if missed:
        return f"not visited: {', '.join(missed)}"
    charges = {route.charge_action_id, *(charge.action_id for charge in route.charges)}
    return "charging failed" if charges & failed else None


def _watch_charge(decision: Decision, route: Route, state: State, state_time_s: float) -> None:
    """At the dock of the next charge on the way: whether it is over."""
    progress, decision.reason = decision.progress, None
    left = route.charges[progress.charged :]
    if not left or progress.reached < left[0].node_index:
        return
    found = watch(left[0], progress.charging_since_s, state, state_time_s)
    progress.charging_since_s, decision.reason = found.since_s, found.words
    if found.is_over:
        progress.charged, progress.charging_since_s = progress.charged + 1, None


def _set_phase(decision: Decision, route: Route, state: State) -> None:
    terminal = {a.action_id for a in state.action_states if a.action_status in TERMINAL}
    returning = route.charge_action_id is not None and all(
        halt.action_id in terminal for halt in route.halts
    )
    decision.status = "returning" if returning else "running"


def _extend(decision: Decision, route: Route, state: State, config: DispatchConfig) -> None:
    """Release more when little is left or the vehicle asks for it."""
    progress = decision.progress
    if progress.released_to == route.last_index:
        return
    left = progress.released_to - progress.reached
    if left >= config.extend_below_edges and not state.new_base_request:
        return
    end = base_end(route, progress.reached, config.base_edges, progress.charged)
    if end <= progress.released_to and state.new_base_request:
        end = base_end(route, progress.released_to, 1, progress.charged)
    if end <= progress.released_to:
        return
    progress.order_update_id += 1
    progress.base_from, progress.released_to = progress.released_to, end
    decision.need = Need.SEND_ORDER
