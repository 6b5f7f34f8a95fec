"""What becomes of ExecuteOrder goals: an outcome for each from the executive's state; pure."""

from __future__ import annotations

from dataclasses import dataclass

from navigation.types import Mode, NavigationState

FINISHED, CANCELLED, FAILED = "finished", "cancelled", "failed"
SUPERSEDED, REJECTED = "superseded", "rejected"


@dataclass(frozen=True, slots=True)
class OpenGoal:
    """An accepted goal that has no outcome yet."""

    order_id: str
    order_update_id: int


def outcome_of(goal: OpenGoal, state: NavigationState) -> str | None:
    """How a goal has ended; None while it is under way."""
    if state.order_id != goal.order_id:
        return SUPERSEDED
    if state.order_update_id > goal.order_update_id:
        return SUPERSEDED
    if state.mode is Mode.FINISHED:
        failed = any(a.action_status == "FAILED" for a in state.action_states)
        return FAILED if failed else FINISHED
    if state.mode is Mode.IDLE:
        return CANCELLED
    done = all(a.action_status in ("FINISHED", "FAILED") for a in state.action_states)
    if state.mode is Mode.CHARGING and not state.node_states and done:
        return FINISHED
    return None
