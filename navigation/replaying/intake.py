"""What navigation was given and what it told, as values of the tape; without ROS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from navigation.messages import action_state_of
from navigation.types import NOTHING_DONE, AsLeft, Docked
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.vda5050.messages import Action, ActionState, Order, decode

ORDER, NEW_ORDER = "order", -1
_DOCKED = {word.value: word for word in Docked}
_FAULTS = {kind.value: kind for kind in FaultKind}


@dataclass(frozen=True, slots=True)
class Given:
    """An order or an instant action, and whether the recorded navigation took it."""

    item: Order | Action | None  # None: nothing can be made of it
    resume_from_sequence_id: int | None = None
    as_left: AsLeft = NOTHING_DONE
    is_taken: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What `/navigation/state` says."""

    boot_id: str
    order_id: str
    update_id: int
    last_sequence_id: int
    remaining: tuple[int, ...]  # sequence ids of the nodes ahead
    mode: str  # NAME of navigation.types.Mode
    paused: bool
    faults: frozenset[FaultKind]
    as_left: AsLeft

    @property
    def is_under_way(self) -> bool:
        """Whether a stack that begins here has to be given the order."""
        is_over = self.mode in ("IDLE", "FINISHED") and self.as_left.docked is Docked.NO
        return bool(self.order_id) and not is_over


def given_of(message: Any) -> Given:
    """patrol_interfaces/msg/Intake."""
    resume = (
        None
        if message.resume_from_sequence_id == NEW_ORDER
        else int(message.resume_from_sequence_id)
    )
    return Given(
        _item_of(message.kind, message.json),
        resume,
        AsLeft(tuple(map(action_state_of, message.done)), _DOCKED.get(message.docked, Docked.NO)),
        not message.error_type,
    )


def _item_of(kind: str, text: str) -> Order | Action | None:
    try:
        if kind == ORDER:
            return decode(text.encode(), Order)
        return msgspec.json.decode(text.encode(), type=Action)
    except (OrderError, msgspec.MsgspecError):
        return None


def kept_order_of(text: str) -> Order | None:
    """The order of a journal (`/black_box/order`); None where nothing can be made of it."""
    try:
        return decode(str(json.loads(text)["order"]).encode(), Order)
    except (ValueError, KeyError, TypeError, OrderError):
        return None


def told_of(message: Any) -> Told:
    """patrol_interfaces/msg/NavigationState; older ones say nothing of the dock."""
    own = frozenset(_FAULTS[name] for name in message.faults if name in _FAULTS)
    docked = _DOCKED.get(getattr(message, "docked", ""), Docked.NO)
    actions: tuple[ActionState, ...] = tuple(map(action_state_of, message.action_states))
    return Told(
        message.boot_id,
        message.order_id,
        int(message.order_update_id),
        int(message.last_node_sequence_id),
        tuple(node.sequence_id for node in message.node_states),
        message.mode,
        bool(message.paused),
        own,
        AsLeft(actions, docked),
    )
