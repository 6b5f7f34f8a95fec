"""What an action's parameters say, checked when it is taken."""

from __future__ import annotations

import math

from patrol.errors import OrderError
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    DWELL,
    LOOK_AROUND,
    PATROL_CHECKPOINT,
    spoken,
)

LOOK_S = 10.0  # a look around, where the order does not say how long
_DURATIONS = {PATROL_CHECKPOINT: "dwell_s", DWELL: "dwell_s", LOOK_AROUND: "duration_s"}


def check_parameters(action: Action) -> None:
    """Raises OrderError for a parameter of which the vehicle can make nothing."""
    stay_s_of(action)
    if action.action_type == ANNOUNCE:
        message_of(action)


def _duration_s(action: Action, key: str, default_s: float) -> float:
    value = action.parameters().get(key, default_s)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf:
        raise _error(action, f"{key} {value!r} is no duration")
    return float(value)


def stay_s_of(action: Action) -> float:
    """How long an action has the vehicle stand; raises OrderError for what is no duration."""
    key = _DURATIONS.get(action.action_type)
    default_s = LOOK_S if action.action_type == LOOK_AROUND else 0.0
    return 0.0 if key is None else _duration_s(action, key, default_s)


def message_of(action: Action) -> str:
    """What is to be said; raises OrderError for nothing, or too much."""
    try:
        return spoken(action.parameters().get("message", ""))
    except ValueError as error:
        raise _error(action, f"message: {error}") from None


def _error(action: Action, what: str) -> OrderError:
    return OrderError(
        f"action {action.action_id}: {what}", "validationError", actionId=action.action_id
    )
