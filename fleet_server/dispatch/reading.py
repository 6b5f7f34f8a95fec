"""What a vehicle's state says of its order: how far it is, what is done, what was refused."""

from __future__ import annotations

from fleet_server.dispatch.changes import followed
from fleet_server.dispatch.progress import TERMINAL, Decision, Progress
from fleet_server.dispatch.route import Route
from patrol.vda5050.messages import State

NODES_BETWEEN_STATES = 5  # a vehicle passes no more


def note_reached(progress: Progress, route: Route, state: State) -> None:
    """The last node passed; a state tells of the order before until the first node is reached."""
    index = state.last_node_sequence_id // 2
    if state.node_states:
        index = min(index, min(node.sequence_id for node in state.node_states) // 2 - 1)
    elif progress.cancel_sent_at_s is not None and not _is_next(index, progress, route, state):
        return
    if index >= 0:
        progress.begun = True
        progress.reached = max(progress.reached, min(index, route.last_index))


def _is_next(index: int, progress: Progress, route: Route, state: State) -> bool:
    """Whether a vehicle that has dropped its order can have come so far since its last state."""
    furthest = min(progress.reached + NODES_BETWEEN_STATES, route.last_index)
    is_near = progress.reached <= index <= furthest
    return is_near and state.last_node_id == str(route.node_ids[index])


def note_diversion(progress: Progress, route: Route, state: State) -> None:
    """How the diversion stands; a wait that fails as the order is dropped is not over."""
    if route.wait is not None and progress.cancel_sent_at_s is None:
        statuses = {a.action_id: str(a.action_status) for a in state.action_states}
        is_back = progress.reached >= route.back_index
        wait_status = statuses.get(route.wait.action_id)
        progress.diversions = followed(progress.diversions, wait_status, is_back)


def note_visits(decision: Decision, route: Route, state: State, state_time_s: float) -> None:
    """Checkpoints whose action is done."""
    done = {a.action_id for a in state.action_states if a.action_status == "FINISHED"}
    for stop in route.stops:
        if stop.action_id in done and stop.visit_index not in decision.progress.visited:
            decision.progress.visited[stop.visit_index] = state_time_s
            decision.newly_visited[stop.visit_index] = state_time_s


def refusal_of(state: State, progress: Progress) -> str | None:
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


def all_done(route: Route, progress: Progress, state: State) -> bool:
    """Whether the route's end is reached and nothing is left to be done."""
    statuses = {a.action_id: a.action_status for a in state.action_states}
    return progress.reached == route.last_index and all(
        statuses.get(action_id, "FINISHED") in TERMINAL for action_id in route.action_ids()
    )


def is_working(route: Route, state: State) -> bool:
    """Whether an action of the route is still to be done or under way."""
    ours = set(route.action_ids())
    return any(
        a.action_id in ours and a.action_status not in TERMINAL for a in state.action_states
    )


def shortfall(route: Route, progress: Progress, state: State) -> str | None:
    """What a route that is driven to its end leaves undone, for operators."""
    failed = {a.action_id for a in state.action_states if a.action_status == "FAILED"}
    missed = [route.visits[index].checkpoint_id for index in progress.missed]
    missed += [stop.checkpoint_id for stop in route.stops if stop.action_id in failed]
    left_out = [route.visits[index].checkpoint_id for index in progress.skipped]
    parts = [f"not visited: {', '.join(missed)}"] if missed else []
    parts += [f"left out: {', '.join(left_out)}"] if left_out else []
    if parts:
        return "; ".join(parts)
    charges = {route.charge_action_id, *(charge.action_id for charge in route.charges)}
    return "charging failed" if charges & failed else None
