"""What a vehicle's last state means for its assignment: pure decisions."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.changes import Change, ChangeKind, Stand, closed, not_changed, stand_of
from fleet_server.dispatch.charging import watch
from fleet_server.dispatch.progress import TERMINAL, Decision, Need, Progress, base_end
from fleet_server.dispatch.reading import (
    all_done,
    is_working,
    note_diversion,
    note_reached,
    note_visits,
    refusal_of,
    shortfall,
)
from fleet_server.dispatch.route import Route, Stop
from fleet_server.dispatch.waits import Grant
from patrol.vda5050.messages import State

GrantTo = Callable[[Progress, int], Grant]
LOST_AFTER_S = 20.0  # a vehicle that shows another order this long has lost ours


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
    grant: GrantTo,
) -> Decision:
    """What the vehicle's last state means for its assignment; changes nothing.

    `grant` says how far ways that are too narrow for two are free for it now.
    """
    decision = Decision(msgspec.structs.replace(progress), status, reason)
    decision.progress.visited = dict(progress.visited)
    if progress.sent_at_s is None:
        if progress.cancel_requested_at_s is not None:
            return _end(decision, "cancelled", None)
        return _begin(decision, route, config, grant)
    if state is None or (state_received_s <= progress.sent_at_s and not progress.accepted):
        if progress.cancel_requested_at_s is not None:
            return _repeat_cancel(decision, now_s, config)
        return _repeat(decision, now_s, config)  # nothing heard since it was sent
    if state.order_id == progress.order_id:
        return _decide_ours(
            decision, route, state, state_time_s, state_received_s, now_s, config, grant
        )
    return _decide_other(decision, state, state_received_s, now_s, config)


def _begin(decision: Decision, route: Route, config: DispatchConfig, grant: GrantTo) -> Decision:
    """The order goes out as soon as it leads to a place where the vehicle can wait."""
    progress = decision.progress
    found = grant(progress, base_end(route, 0, config.base_edges, progress.charged))
    decision.reason = progress.notice
    if found.end < 0:
        decision.reason = found.words
        return decision
    progress.released_to = found.end
    decision.need = Need.SEND_ORDER
    return decision


def _repeat(decision: Decision, now_s: float, config: DispatchConfig) -> Decision:
    sent_at_s = decision.progress.sent_at_s
    if sent_at_s is None or now_s - sent_at_s >= config.resend_after_s:
        decision.need = Need.SEND_ORDER
    return decision


def _end(decision: Decision, status: str, reason: str | None) -> Decision:
    decision.status, decision.reason, decision.need = status, reason, Need.NOTHING
    decision.progress.diversions = closed(decision.progress.diversions, reason)
    return decision


def _decide_other(
    decision: Decision, state: State, received_s: float, now_s: float, config: DispatchConfig
) -> Decision:
    """The vehicle shows no order, or another one."""
    progress = decision.progress
    refusal = refusal_of(state, progress)
    if refusal is not None and progress.former is not None:
        return _go_back(decision, now_s, refusal)
    if refusal is not None:
        return _end(decision, "failed", refusal)
    if progress.cancel_requested_at_s is not None and received_s > progress.cancel_requested_at_s:
        return _end(decision, "cancelled", None)
    if progress.change is not None:
        return _carry_change(decision, progress.change, True, received_s, now_s, config)
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
    grant: GrantTo,
) -> Decision:
    progress = decision.progress
    progress.accepted, progress.lost_since_s, progress.former = True, None, None
    note_reached(progress, route, state)
    note_visits(decision, route, state, state_time_s)
    note_diversion(progress, route, state)
    behind = state.order_update_id < progress.order_update_id
    refusal = refusal_of(state, progress) if behind else None
    if refusal is not None:
        return _end(decision, "failed", refusal)
    idle = not state.node_states and not state.driving
    if progress.cancel_requested_at_s is not None:
        if idle and received_s > progress.cancel_requested_at_s:
            return _end(decision, "cancelled", None)
        return _repeat_cancel(decision, now_s, config)
    if progress.change is not None:
        stands = idle and not is_working(route, state)
        return _carry_change(decision, progress.change, stands, received_s, now_s, config)
    if behind:
        return _repeat(decision, now_s, config)
    if idle and all_done(route, progress, state):
        return _end(decision, "finished", shortfall(route, progress, state))
    if idle and progress.reached < progress.released_to and not is_working(route, state):
        if progress.may_drop:
            return _go_back(decision, now_s, None)
        return _end(decision, "failed", "the vehicle dropped the order")
    _set_phase(decision, route, state)
    _watch_charge(decision, route, state, state_time_s)
    _extend(decision, route, state, config, grant)
    return decision


def _carry_change(
    decision: Decision,
    change: Change,
    is_standing: bool,
    received_s: float,
    now_s: float,
    config: DispatchConfig,
) -> Decision:
    """The vehicle is asked to drop its order until it stands without one, or time is up."""
    progress = decision.progress
    stand = stand_of(change, is_standing, received_s, now_s)
    if stand is Stand.STANDS:
        decision.need = Need.CHANGE
    elif stand is Stand.STOPS:
        decision.reason = change.words
        _repeat_cancel(decision, now_s, config)
    else:
        why = "the vehicle did not stop in time"
        progress.change, progress.may_drop = None, True
        progress.notice = decision.reason = not_changed(change.kind, why)
        progress.diversions = closed(progress.diversions, why)
        progress.cancel_sent_at_s = None
    return decision


def _go_back(decision: Decision, now_s: float, refusal: str | None) -> Decision:
    """The vehicle is without an order, and shall go on with its patrol."""
    progress = decision.progress
    kind: ChangeKind = "skip" if progress.diversion is None else "divert"
    give_up(progress, Change(kind, now_s), refusal, now_s)
    decision.need = Need.CHANGE
    return decision


def give_up(progress: Progress, change: Change, why: str | None, now_s: float) -> None:
    """Have the vehicle, which is without an order, go on with its patrol instead of a change."""
    if why is not None:
        progress.notice = not_changed(change.kind, why)
        progress.diversions = closed(progress.diversions, why)
    progress.change = Change("resume", now_s)
    progress.may_drop = False


def renew_diversion(progress: Progress, now_s: float) -> bool:
    """A vehicle that lost its order on a diversion is sent there, or back, once more; False where
    it was on none."""
    diversion = progress.diversion
    if diversion is None:
        return False
    progress.change = Change("resume" if diversion.phase == "returning" else "divert", now_s)
    if diversion.phase != "returning":
        again = msgspec.structs.replace(diversion, phase="stopping")
        progress.diversions = [again if d is diversion else d for d in progress.diversions]
    return True


def _repeat_cancel(decision: Decision, now_s: float, config: DispatchConfig) -> Decision:
    sent_at_s = decision.progress.cancel_sent_at_s
    if sent_at_s is None or now_s - sent_at_s >= config.resend_after_s:
        decision.need = Need.SEND_CANCEL
    return decision


def _watch_charge(decision: Decision, route: Route, state: State, state_time_s: float) -> None:
    """At the dock of the next charge on the way: whether it is over."""
    progress, decision.reason = decision.progress, decision.progress.notice
    left = route.charges[progress.charged :]
    if not left or progress.reached < left[0].node_index:
        return
    found = watch(left[0], progress.charging_since_s, state, state_time_s)
    progress.charging_since_s = found.since_s
    decision.reason = found.words or progress.notice
    if found.is_over:
        progress.charged, progress.charging_since_s = progress.charged + 1, None


def _set_phase(decision: Decision, route: Route, state: State) -> None:
    terminal = {a.action_id for a in state.action_states if a.action_status in TERMINAL}
    returning = route.charge_action_id is not None and all(
        (isinstance(halt, Stop) and halt.is_visited) or halt.action_id in terminal
        for halt in route.halts
    )
    decision.status = "returning" if returning else "running"


def _extend(
    decision: Decision, route: Route, state: State, config: DispatchConfig, grant: GrantTo
) -> None:
    """Release more when little is left or the vehicle asks for it; say why it has to wait."""
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
    found = grant(progress, end)
    if found.end <= progress.released_to:
        if progress.reached == progress.released_to:
            decision.reason = found.words or decision.reason
        return
    progress.order_update_id += 1
    progress.base_from, progress.released_to = progress.released_to, found.end
    decision.need = Need.SEND_ORDER
