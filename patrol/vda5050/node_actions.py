"""ONE table of an order's actions, some of edges and at once, too (VDA 5050 2.1.0, 6.11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from patrol.vda5050.messages import Action, ActionParameter, BlockingType

PATROL_CHECKPOINT = "patrolCheckpoint"
DWELL = "dwell"
WAIT_FOR_OPERATOR = "waitForOperator"
RELEASE_OPERATOR_WAIT = "releaseOperatorWait"  # at once: the vehicle may go on
START_CHARGING = "startCharging"
LOOK_AROUND = "lookAround"
CAPTURE = "capture"
ANNOUNCE = "announce"
START_BEACON, STOP_BEACON = "startBeacon", "stopBeacon"
START_SIREN, STOP_SIREN = "startSiren", "stopSiren"

ATTENTION = "attention"  # the type of the VDA state's information on beacon and siren
MAX_MESSAGE_CHARS = 200  # of an announcement: half a minute of speech
NODE, EDGE, INSTANT = "NODE", "EDGE", "INSTANT"
BLOCKING: tuple[BlockingType, ...] = ("NONE", "SOFT", "HARD")  # the weakest first


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What an action is, where it may stand, and how far it lets the vehicle go on meanwhile."""

    text: str
    least: BlockingType  # it blocks so much at least, whatever the order says
    scopes: tuple[str, ...] = (NODE,)
    parameters: Mapping[str, str] = field(default_factory=dict)  # key → VDA 5050 value type
    for_checkpoints: bool = False  # a checkpoint of a map may name it


_ANYWHERE = (NODE, EDGE, INSTANT)
NODE_ACTIONS: dict[str, ActionRow] = {
    PATROL_CHECKPOINT: ActionRow(
        "stand at a checkpoint and look around",
        "SOFT",
        parameters={"checkpointId": "STRING", "dwell_s": "FLOAT"},
    ),
    DWELL: ActionRow("stand at a node for a time", "SOFT", parameters={"dwell_s": "FLOAT"}),
    WAIT_FOR_OPERATOR: ActionRow(
        "stand at a node until releaseOperatorWait", "SOFT", for_checkpoints=True
    ),
    START_CHARGING: ActionRow("charge at the dock of this node", "HARD"),
    LOOK_AROUND: ActionRow(
        "stand until perception has looked for a time; 10 s where none is given",
        "SOFT",
        parameters={"duration_s": "FLOAT"},
        for_checkpoints=True,
    ),
    CAPTURE: ActionRow(
        "take a blurred picture of the place, as evidence of the visit",
        "SOFT",
        for_checkpoints=True,
    ),
    ANNOUNCE: ActionRow(
        "say a message aloud; as part of an order not in a quiet zone",
        "NONE",
        _ANYWHERE,
        {"message": "STRING"},
        for_checkpoints=True,
    ),
    START_BEACON: ActionRow(
        "light on until stopBeacon or the end of the order", "NONE", _ANYWHERE, {}, True
    ),
    STOP_BEACON: ActionRow("light off", "NONE", _ANYWHERE, {}, True),
    START_SIREN: ActionRow(
        "siren on until stopSiren or the end of the order, 60 s at most; as part of an order not"
        " in a quiet zone",
        "NONE",
        _ANYWHERE,
        {},
        True,
    ),
    STOP_SIREN: ActionRow("siren off", "NONE", _ANYWHERE, {}, True),
}
CHECKPOINT_ACTIONS = tuple(name for name, row in NODE_ACTIONS.items() if row.for_checkpoints)
EDGE_ACTIONS = tuple(name for name, row in NODE_ACTIONS.items() if EDGE in row.scopes)
AT_ONCE_TOO = tuple(name for name, row in NODE_ACTIONS.items() if INSTANT in row.scopes)


def blocking_types(row: ActionRow) -> tuple[BlockingType, ...]:
    """The blocking types that an action may have."""
    return BLOCKING[BLOCKING.index(row.least) :]


def blocking_of(action: Action) -> BlockingType:
    """How an action blocks: as it says, or as much as its kind has to."""
    row = NODE_ACTIONS.get(action.action_type)
    allowed = BLOCKING if row is None else blocking_types(row)
    return action.blocking_type if action.blocking_type in allowed else allowed[0]


def spoken(message: object) -> str:
    """The words of an announcement; raises ValueError for what cannot be said."""
    if not isinstance(message, str) or not message.strip():
        raise ValueError(f"{message!r} is no text to be said")
    if len(message) > MAX_MESSAGE_CHARS:
        raise ValueError(
            f"{len(message)} characters are too many to be said, at most {MAX_MESSAGE_CHARS}"
        )
    if not all(char.isprintable() for char in message):
        raise ValueError(f"{message!r} holds a character that cannot be said")
    return message.strip()


def visit(
    checkpoint_id: str,
    dwell_s: float,
    action_id: str,
    further: Iterable[tuple[str, str]] = (),
    announcement: str = "",
) -> list[Action]:
    """A visit of a checkpoint, then what else it names: pairs of action type and id.

    `announcement` is what its `announce` says.
    """
    stay = node_action(
        PATROL_CHECKPOINT, action_id, {"checkpointId": checkpoint_id, "dwell_s": dwell_s}
    )
    return [stay, *(_further(kind, further_id, announcement) for kind, further_id in further)]


def _further(kind: str, action_id: str, announcement: str) -> Action:
    if kind != ANNOUNCE:
        return node_action(kind, action_id)
    return node_action(kind, action_id, {"message": announcement}, "SOFT")  # it stays to be heard


def node_action(
    action_type: str,
    action_id: str,
    parameters: Mapping[str, Any] | None = None,
    blocking_type: BlockingType | None = None,
) -> Action:
    """An action; where nothing is said it is done alone, or, if that suffices, on the way."""
    if blocking_type is None:
        row = NODE_ACTIONS.get(action_type)
        blocking_type = "NONE" if row is not None and row.least == "NONE" else "HARD"
    return Action(
        action_type=action_type,
        action_id=action_id,
        blocking_type=blocking_type,
        action_parameters=[ActionParameter(key=k, value=v) for k, v in parameters.items()]
        if parameters
        else None,
    )
