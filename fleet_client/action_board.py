"""How the link's own instant actions stand, for the next state."""

from __future__ import annotations

from collections import deque

from patrol.vda5050.messages import ActionState, ActionStatus

STATES_SHOWN = 8  # of actions that have ended


class ActionBoard:
    """Action states by id, oldest first; of the ended ones the newest are kept."""

    def __init__(self) -> None:
        self._states: dict[str, ActionState] = {}
        self._ended: deque[str] = deque(maxlen=STATES_SHOWN)
        self._news = False

    @property
    def states(self) -> list[ActionState]:
        """What the state says."""
        return list(self._states.values())

    def knows(self, action_id: str) -> bool:
        """Whether an action is shown."""
        return action_id in self._states

    def take_news(self) -> bool:
        """Whether an action has begun, or its status has changed, since this was last asked."""
        news, self._news = self._news, False
        return news

    def set(self, action_id: str, action_type: str, status: ActionStatus, text: str = "") -> None:
        """How an action stands now."""
        before = self._states.get(action_id)
        self._news |= before is None or before.action_status != status
        self._states[action_id] = ActionState(
            action_id=action_id,
            action_type=action_type,
            action_status=status,
            result_description=text or None,
        )

    def end(self, action_id: str, action_type: str, failure: str = "") -> None:
        """An action is done, or has failed for a reason."""
        self.set(action_id, action_type, "FAILED" if failure else "FINISHED", failure)
        if len(self._ended) == STATES_SHOWN:
            self._states.pop(self._ended[0], None)
        self._ended.append(action_id)
