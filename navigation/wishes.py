"""Wishes: what operators ask of the vehicle at once, whatever its order says."""

from __future__ import annotations

import logging
from collections.abc import Callable

from navigation.acting.book import ActionBook
from patrol.errors import OrderError
from patrol.vda5050.messages import Action

log = logging.getLogger(__name__)


class Wishes:
    """Instant actions, from the request until they are done; `settle` every cycle."""

    def __init__(self, book: ActionBook) -> None:
        self._book = book
        self.paused = False
        self.stopped = False  # it shall stand here, on a crosswalk too
        self._pausing: Action | None = None
        self._cancel: Action | None = None

    @property
    def cancelling(self) -> bool:
        """Whether the order shall be given up as soon as the vehicle stands."""
        return self._cancel is not None

    def begin_order(self) -> None:
        """As after a restart: what is paused stands, on a crosswalk too."""
        self.stopped = self.paused

    def request(self, action: Action, is_active: bool) -> None:
        """startPause, stopPause, remoteStop, cancelOrder of an active order; raises OrderError
        for others."""
        handlers: dict[str, Callable[[Action], None]] = {
            "startPause": self._start_pause,
            "remoteStop": self._remote_stop,
            "stopPause": self._stop_pause,
            "cancelOrder": self._cancel_order,
        }
        handler = handlers.get(action.action_type)
        if handler is None:
            known = ", ".join(handlers)
            raise OrderError(
                f"instant action {action.action_type!r} is not known here; known: {known}",
                "actionError",
                actionId=action.action_id,
            )
        if action.action_type == "cancelOrder" and not is_active:
            raise OrderError(
                "cancelOrder: no order is active", "noOrderToCancel", actionId=action.action_id
            )
        handler(action)
        log.info("instant_action type=%s id=%s", action.action_type, action.action_id)

    def settle(self) -> bool:
        """The vehicle stands; True when its order is given up by this."""
        self._end_pausing()
        if self._cancel is None:
            return False
        self._book.fail_open("the order was cancelled")
        self._book.instant(self._cancel, "FINISHED")
        self._cancel = None
        return True

    def _start_pause(self, action: Action) -> None:
        self._end_pausing()
        self.paused, self._pausing = True, action
        self._book.instant(action, "RUNNING")

    def _remote_stop(self, action: Action) -> None:
        """As a pause, but here and as hard as the vehicle may, on a crosswalk too."""
        self._start_pause(action)
        self.stopped = True

    def _stop_pause(self, action: Action) -> None:
        self._end_pausing()
        self.paused = self.stopped = False
        self._book.instant(action, "FINISHED")

    def _end_pausing(self) -> None:
        if self._pausing is not None:
            self._book.instant(self._pausing, "FINISHED")
            self._pausing = None

    def _cancel_order(self, action: Action) -> None:
        self._cancel = action
        self._book.instant(action, "RUNNING")
