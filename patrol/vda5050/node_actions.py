"""Actions of ours that a checkpoint of a map may name, in VDA 5050's own form."""

from __future__ import annotations

WAIT_FOR_OPERATOR = "waitForOperator"  # stand at the node until RELEASE_OPERATOR_WAIT
RELEASE_OPERATOR_WAIT = "releaseOperatorWait"  # at once: the vehicle may go on
CHECKPOINT_ACTIONS = (WAIT_FOR_OPERATOR,)  # what a vehicle can do beside standing there
