"""How far the vehicle's clock is from the time that its GNSS receiver tells.

The kernel knows how well a time server keeps its clock, not whether that server is right. A
receiver with satellites tells UTC to well below a microsecond; what arrives here is late by what
`latency_s` of the hardware file is wrong by, some hundredths of a second.
"""

from __future__ import annotations

import math
import statistics
from collections import deque

from sensor_msgs.msg import TimeReference

from patrol.stamps import seconds_of
from patrol_ros.node import VehicleNode

COUNTED = 5  # a second of fixes: one that was held up on its way counts for nothing
KEPT_S = 10.0  # without a fix; a clock that nobody sets drifts by less than a millisecond in that
OFF_S = 0.2  # a margin of 1 s at a light bears it, but something does not keep the clock
LIGHTS_OFF_S = 0.5  # as much as the server may be ahead (patrol.signals.AHEAD_AT_MOST_S)


class GnssClock:
    """Hears `/gnss/time`; the vehicle's clock less UTC is its `offset_s`."""

    def __init__(self) -> None:
        self._offsets_s: deque[float] = deque(maxlen=COUNTED)
        self._heard_s = -math.inf

    def hear(self, message: TimeReference, now_s: float) -> None:
        """Take in a time reference as it arrives; `now_s` of a clock that may be wrong."""
        self._heard_s = now_s
        self._offsets_s.append(seconds_of(message.header.stamp) - seconds_of(message.time_ref))

    def offset_s(self, now_s: float) -> float | None:
        """Above 0 where the clock is ahead (s); None where no receiver has told of late."""
        if not 0.0 <= now_s - self._heard_s <= KEPT_S or len(self._offsets_s) < COUNTED:
            return None
        return statistics.median(self._offsets_s)


def gnss_clock_of(node: VehicleNode) -> GnssClock:
    """One that hears the topic from now on."""
    clock = GnssClock()
    node.topic_subscription("/gnss/time", lambda told: clock.hear(told, node.now_s()))
    return clock
