"""The actions at an order's nodes, by name and as VDA 5050 actions (2.1.0, clause 6.11)."""

from __future__ import annotations

from collections.abc import Iterable

from patrol.vda5050.messages import Action, ActionParameter

PATROL_CHECKPOINT = "patrolCheckpoint"  # stay at a checkpoint for its `dwell_s`
DWELL = "dwell"  # stay anywhere for `dwell_s`
WAIT_FOR_OPERATOR = "waitForOperator"  # stand at the node until RELEASE_OPERATOR_WAIT
RELEASE_OPERATOR_WAIT = "releaseOperatorWait"  # at once: the vehicle may go on
START_CHARGING = "startCharging"  # charge at the dock of this node
CHECKPOINT_ACTIONS = (WAIT_FOR_OPERATOR,)  # what a checkpoint of a map may name
NODE_ACTIONS = (PATROL_CHECKPOINT, DWELL, WAIT_FOR_OPERATOR, START_CHARGING)


def visit(
    checkpoint_id: str, dwell_s: float, action_id: str, further: Iterable[tuple[str, str]] = ()
) -> list[Action]:
    """A visit of a checkpoint, then what else it names: pairs of action type and id."""
    stay = Action(
        action_type=PATROL_CHECKPOINT,
        action_id=action_id,
        blocking_type="HARD",
        action_parameters=[
            ActionParameter(key="checkpointId", value=checkpoint_id),
            ActionParameter(key="dwell_s", value=dwell_s),
        ],
    )
    return [stay, *(node_action(kind, further_id) for kind, further_id in further)]


def node_action(action_type: str, action_id: str) -> Action:
    """An action without parameters, done standing, and alone."""
    return Action(action_type=action_type, action_id=action_id, blocking_type="HARD")
