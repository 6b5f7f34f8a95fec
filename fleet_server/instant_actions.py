"""Instant actions on their way to vehicles: whoever asks for some sends them through this."""

from __future__ import annotations

from collections.abc import Callable

from patrol.clock import Clock, iso_utc
from patrol.vda5050.messages import VERSION, Action, InstantActions, encode
from patrol.vda5050.topic_names import VehicleAddress, qos_of

Publish = Callable[[str, bytes, int], bool]
TOPIC = "instantActions"


class HeaderIds:
    """Numbers that grow across restarts, too: nobody sends a thousand messages a second."""

    def __init__(self, clock: Clock) -> None:
        self._last = int(clock.now_s() * 1000)

    def next(self) -> int:
        """One more."""
        self._last += 1
        return self._last


class InstantSender:
    """`send` actions that a vehicle shall do at once."""

    def __init__(self, clock: Clock, publish: Publish) -> None:
        self._clock, self._publish = clock, publish
        self._header_ids = HeaderIds(clock)

    def send(self, actions: list[Action], address: VehicleAddress) -> bool:
        """False without a broker."""
        message = InstantActions(
            header_id=self._header_ids.next(),
            timestamp=iso_utc(self._clock.now_s()),
            version=VERSION,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            actions=actions,
        )
        return self._publish(address.topic(TOPIC), encode(message), qos_of(TOPIC))
