"""initPosition: the instant action that tells a vehicle where it stands (VDA 5050, 6.8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action, ActionParameter

INIT_POSITION = "initPosition"
_NUMBERS = ("x", "y", "theta")


@dataclass(frozen=True, slots=True)
class InitialPosition:
    """base_link in a map's frame (m, rad), as a person who sees the vehicle says."""

    map_id: str
    pose: Pose2


def init_position_action(position: InitialPosition, action_id: str) -> Action:
    """The action on the wire."""
    pose = position.pose
    values = {"x": pose.x_m, "y": pose.y_m, "theta": pose.yaw_rad, "mapId": position.map_id}
    return Action(
        action_type=INIT_POSITION,
        action_id=action_id,
        blocking_type="HARD",
        action_parameters=[ActionParameter(key=key, value=value) for key, value in values.items()],
    )


def read_init_position(action: Action, map_id: str) -> InitialPosition:
    """What an action tells; raises OrderError naming the parameter, or for another map.

    The standard's `lastNodeId` may stand there and is not needed: the vehicle knows its order.
    """
    given = action.parameters()
    for key in _NUMBERS:
        value = given.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise OrderError(
                f"{INIT_POSITION}: {key} must be a finite number, not {value!r}",
                "validationError",
            )
    if not abs(given["theta"]) <= math.pi:
        raise OrderError(
            f"{INIT_POSITION}: theta must be in [-pi, pi], not {given['theta']}",
            "validationError",
        )
    if given.get("mapId") != map_id:
        raise OrderError(
            f"{INIT_POSITION}: mapId {given.get('mapId')!r} is not the map in use, {map_id!r}",
            "actionError",
        )
    return InitialPosition(map_id, Pose2(*(float(given[key]) for key in _NUMBERS)))


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond any float
        return False
