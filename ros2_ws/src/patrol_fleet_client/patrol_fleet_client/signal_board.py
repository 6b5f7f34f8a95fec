"""Pedestrian lights, from the client's thread to the topic that navigation reads."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable

from patrol_interfaces.msg import SignalState as SignalMessage

from fleet_client.signals import SignalNews
from patrol.signals import SignalDark, SignalState
from patrol_fleet_client.gnss_clock import LIGHTS_OFF_S, GnssClock
from patrol_ros.convert import message_of_signal
from patrol_ros.stamps import header_of

log = logging.getLogger(__name__)


class SignalBoard:
    """`show` from any thread, `step` in the node's: publishes the newest of what has come since.

    Nothing is published again: a light that nobody tells grows old, and navigation sees that. By a
    clock that is off no light can be judged, so none is told until the receiver says it is right.
    """

    def __init__(self, publish: Callable[[SignalMessage], None], gnss: GnssClock) -> None:
        self._publish, self._gnss = publish, gnss
        self._lock = threading.Lock()
        self._waiting: dict[str, SignalNews] = {}
        self._is_off = False

    def show(self, news: tuple[SignalNews, ...]) -> None:
        """Lights that are newer than all that were shown before."""
        with self._lock:
            self._waiting |= {heard.signal_id: heard for heard in news}

    def step(self, now_s: float) -> None:
        """Publish what waits."""
        self._check_clock(self._gnss.offset_s(now_s))
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for heard in waiting.values():
            told = SignalDark(heard.stamp_s, heard.signal_id) if self._is_off else heard
            self._publish(message_of(told))

    def _check_clock(self, offset_s: float | None) -> None:
        if offset_s is None:
            return
        is_off = abs(offset_s) > LIGHTS_OFF_S
        if is_off != self._is_off:
            self._is_off = is_off
            log.warning("signal_clock off=%s offset_s=%.3f", is_off, offset_s)


def message_of(heard: SignalNews) -> SignalMessage:
    """A light as navigation hears it; without one where nobody knows, so that it forgets it."""
    if isinstance(heard, SignalState):
        return message_of_signal(heard)
    return SignalMessage(
        header=header_of(heard.stamp_s), signal_id=heard.signal_id, walk_left_s=math.nan
    )
