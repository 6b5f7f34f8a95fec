"""Actions of edges: they last while the vehicle drives on the edge, then what was before is again.

VDA 5050 2.1.0, clause 6.6.4 (edge, `actions`): "an action triggered by an edge will only be active
for the time that the AGV is traversing the edge". Light and siren go back to how they were, unless
an operator has turned them meanwhile; what is not said by then is not said any more.
"""

from __future__ import annotations

import logging

from navigation.acting.attention import FINISHED, Attention
from navigation.acting.book import ActionBook
from navigation.acting.doers import Doers
from patrol.vda5050.node_actions import ANNOUNCE

log = logging.getLogger(__name__)

LEFT_UNDONE = "the edge was left before"


class EdgeActions:
    """Begins and ends what an order's edges ask for; an edge goes by the index of its start."""

    def __init__(self, book: ActionBook, doers: Doers, attention: Attention) -> None:
        self._book, self._doers, self._attention = book, doers, attention
        self._lasting: set[str] = set()  # ids of those that are done as long as the edge lasts

    def begin_order(self) -> None:
        """Forget what an order before had under way."""
        self._lasting.clear()

    def drive_on(self, index: int, now_s: float) -> None:
        """Carry on what the edge asks for; the vehicle is on it."""
        for action in self._book.open_on_edge(index):
            if action.action_id in self._lasting:
                continue
            since_s = self._book.begin(action, now_s)
            status = self._doers.run(action, since_s, by_plan=True, on_edge=True)
            if status == FINISHED and action.action_type != ANNOUNCE:
                self._lasting.add(action.action_id)
            else:
                self._book.set(action.action_id, *status)

    def leave(self, index: int) -> None:
        """The vehicle is not on the edge any more."""
        actions = self._book.open_on_edge(index)
        for action in actions:
            if action.action_id in self._lasting:
                self._book.set(action.action_id, *FINISHED)
            else:
                self._book.set(action.action_id, "FAILED", LEFT_UNDONE)
        if self._book.has_on_edge(index):
            self._lasting.clear()
            self._attention.leave_edge()
            log.info("edge_left index=%d undone=%d", index, len(actions))
