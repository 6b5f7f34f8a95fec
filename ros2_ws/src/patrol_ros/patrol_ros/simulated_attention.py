"""AttentionOutputs: beacon, siren and voice of whichever simulator stands behind the vehicle."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from patrol_interfaces.msg import AttentionCommand, AttentionState

from navigation.types import AttentionOrder, AttentionReport
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol_ros.attention import message_of_report, order_of
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode

PERIOD_S = 1.0 / (TOPICS["/attention/state"].rate_hz or 2)


class Attention(Protocol):
    """What shows and says (simulation.attention)."""

    def take(self, order: AttentionOrder, now_s: float, /) -> None:
        """What is to be shown and said from now on."""

    def report(self, now_s: float, /) -> AttentionReport:
        """What is shown and said now."""


class AttentionOutputs:
    """/attention/command → /attention/state; `step` every cycle, in any one thread."""

    def __init__(
        self,
        node: VehicleNode,
        publish: Callable[[AttentionState], None],
        attention: Attention,
    ) -> None:
        self._attention, self._publish = attention, publish
        self._order: Latest[AttentionOrder] = Latest()
        self._told_s = -math.inf
        node.topic_subscription("/attention/command", self._on_order)

    def _on_order(self, message: AttentionCommand) -> None:
        self._order.put(order_of(message), seconds_of(message.header.stamp))

    def step(self, now_s: float) -> None:
        """Do as ordered, and say so at the table's rate."""
        if 0 <= now_s - self._told_s < PERIOD_S:
            return
        self._told_s = now_s
        order, stamp_s = self._order.value, self._order.stamp_s
        if order is not None and stamp_s is not None:
            self._attention.take(order, stamp_s)
        self._publish(message_of_report(self._attention.report(now_s)))
