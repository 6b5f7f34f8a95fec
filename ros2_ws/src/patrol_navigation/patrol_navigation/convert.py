"""NavigationState → message, goals and instant actions → VDA 5050 values; pure."""

from __future__ import annotations

import msgspec
from patrol_interfaces.action import ExecuteOrder
from patrol_interfaces.msg import Intake, RouteEdge, RouteNode
from patrol_interfaces.msg import NavigationState as NavigationMessage
from patrol_interfaces.msg import SignalState as SignalMessage
from patrol_interfaces.srv import InstantAction

from navigation.messages import action_state_of
from navigation.types import AsLeft, Docked, NavigationState
from patrol.errors import OrderError
from patrol.signals import SignalState
from patrol.vda5050.messages import Action, Order, decode
from patrol_ros.convert import message_of_action, signal_of
from patrol_ros.fault_names import names_of
from patrol_ros.stamps import header_of

NEW_ORDER = -1  # of ExecuteOrder's resume_from_sequence_id


def message_of_state(state: NavigationState, boot_id: str, stamp_s: float) -> NavigationMessage:
    """The executive's state."""
    return NavigationMessage(
        header=header_of(stamp_s),
        boot_id=boot_id,
        order_id=state.order_id,
        order_update_id=state.order_update_id,
        last_node_id=state.last_node_id,
        last_node_sequence_id=state.last_node_sequence_id,
        driving=state.driving,
        paused=state.paused,
        new_base_request=state.new_base_request,
        distance_since_last_node_m=float(state.distance_since_last_node_m),
        cross_track_error_m=float(state.cross_track_error_m),
        node_states=[
            RouteNode(node_id=n.node_id, sequence_id=n.sequence_id, released=n.released)
            for n in state.node_states
        ],
        edge_states=[
            RouteEdge(edge_id=e.edge_id, sequence_id=e.sequence_id, released=e.released)
            for e in state.edge_states
        ],
        action_states=[message_of_action(action) for action in state.action_states],
        mode=state.mode.name,
        waiting_for=state.waiting_for,
        docked=state.docked.value,
        response=int(state.response),
        faults=names_of(state.faults),
    )


def note_signal(signals: dict[str, SignalState], message: SignalMessage) -> None:
    """Keep a light's newest state; one that shows we know not what is no longer known."""
    state = signal_of(message)
    if state is None:
        signals.pop(message.signal_id, None)
    else:
        signals[state.signal_id] = state


def order_of(goal: ExecuteOrder.Goal) -> tuple[Order, int | None]:
    """The order of an ExecuteOrder goal and where to resume; raises OrderError."""
    order = decode(goal.order_json.encode(), Order)
    resume = goal.resume_from_sequence_id
    return order, None if resume == NEW_ORDER else resume


def as_left_of(goal: ExecuteOrder.Goal) -> AsLeft:
    """What was done of a resumed order; raises OrderError."""
    if goal.docked not in tuple(Docked):
        known = ", ".join(repr(word.value) for word in Docked)
        raise OrderError(f"docked {goal.docked!r} is none of {known}", "validationError")
    return AsLeft(tuple(action_state_of(action) for action in goal.done), Docked(goal.docked))


def intake_of_order(goal: ExecuteOrder.Goal, error_type: str, stamp_s: float) -> Intake:
    """A goal as the black box keeps it, and whether it was taken."""
    return Intake(
        header=header_of(stamp_s),
        kind="order",
        json=goal.order_json,
        resume_from_sequence_id=goal.resume_from_sequence_id,
        done=goal.done,
        docked=goal.docked,
        error_type=error_type,
    )


def intake_of_action(request: InstantAction.Request, error_type: str, stamp_s: float) -> Intake:
    """An instant action as the black box keeps it, and whether it was taken."""
    return Intake(
        header=header_of(stamp_s),
        kind="instant_action",
        json=request.action_json,
        error_type=error_type,
    )


def action_of(text: str) -> Action:
    """A VDA 5050 action; raises OrderError."""
    try:
        return msgspec.json.decode(text.encode(), type=Action)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise OrderError(f"instant action: {error}", "validationError") from None
