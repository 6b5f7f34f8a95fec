"""Pedestrian lights, from the client's thread to the topic that navigation reads."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from patrol_interfaces.msg import SignalState as SignalMessage

from fleet_client.signals import SignalNews
from patrol.signals import SignalState
from patrol_ros.convert import message_of_signal
from patrol_ros.stamps import header_of


class SignalBoard:
    """`show` from any thread, `step` in the node's: publishes the newest of what has come since.

    Nothing is published again: a light that nobody tells grows old, and navigation sees that.
    """

    def __init__(self, publish: Callable[[SignalMessage], None]) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._waiting: dict[str, SignalNews] = {}

    def show(self, news: tuple[SignalNews, ...]) -> None:
        """Lights that are newer than all that were shown before."""
        with self._lock:
            self._waiting |= {heard.signal_id: heard for heard in news}

    def step(self) -> None:
        """Publish what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for heard in waiting.values():
            self._publish(message_of(heard))


def message_of(heard: SignalNews) -> SignalMessage:
    """A light as navigation hears it; without one where nobody knows, so that it forgets it."""
    if isinstance(heard, SignalState):
        return message_of_signal(heard)
    return SignalMessage(
        header=header_of(heard.stamp_s), signal_id=heard.signal_id, walk_left_s=math.nan
    )
