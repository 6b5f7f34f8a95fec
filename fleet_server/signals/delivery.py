"""Tells vehicles the lights of their map: as they come, at most twice a second, and never again.

A message is neither retained nor kept for a vehicle that is away (QoS 0): a light that comes late
is worth nothing. Each carries the time at which the city saw it; this server adds none of its own.
"""

from __future__ import annotations

import asyncio
import contextlib

import msgspec

from fleet_server.api.signal_models import NewPhase
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import HeaderIds, Publish
from fleet_server.signals.feed import SignalFeed
from fleet_server.vehicle_maps import enabled_map
from patrol.clock import Clock, iso_utc
from patrol.signals import LIGHT_OF, SignalLight
from patrol.vda5050.extension import SignalItem
from patrol.vda5050.messages import VERSION, Header, encode
from patrol.vda5050.topic_names import qos_of

TOPIC = "signals"
AT_MOST_EVERY_S = 0.5  # to one vehicle
LOOK_EVERY_S = 1.0  # whether the city is silent


class SignalDelivery:
    """`run` until cancelled."""

    def __init__(self, feed: SignalFeed, fleet: Fleet, clock: Clock, publish: Publish) -> None:
        self._feed, self._fleet = feed, fleet
        self._clock, self._publish = clock, publish
        self._header_ids = HeaderIds(clock)
        self._told_s: dict[str, dict[str, float]] = {}  # vehicle → signal → stamp
        self._news = asyncio.Event()
        feed.on_news = self._news.set

    async def run(self) -> None:
        """At once when there is news, then not for a while."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_EVERY_S)
            self._news.clear()
            self._feed.look()
            if self.step():
                await asyncio.sleep(AT_MOST_EVERY_S)

    def step(self) -> int:
        """Tell every connected vehicle what it was not told; how many there were."""
        count, lights = 0, _Lights(self._feed)
        for record in self._fleet.records():
            vehicle_id = record.address.vehicle_id
            if self._fleet.connection_of(record) != "ONLINE":
                self._told_s.pop(vehicle_id, None)
                continue
            stamps_s = lights.stamps_s(record)
            told_s = self._told_s.get(vehicle_id, {})
            news = [i for i, stamp_s in stamps_s.items() if stamp_s > told_s.get(i, 0.0)]
            if news and self._send(record, [lights.items[i] for i in news]):
                self._told_s[vehicle_id] = stamps_s
                count += 1
        return count

    def _send(self, record: VehicleRecord, items: list[msgspec.Raw]) -> bool:
        address = record.address
        message = _RawSignals(
            header_id=self._header_ids.next(),
            timestamp=iso_utc(self._clock.now_s()),
            version=VERSION,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            signals=items,
        )
        return self._publish(address.topic(TOPIC), encode(message), qos_of(TOPIC))


class _RawSignals(Header):
    """`patrol.vda5050.extension.Signals` around items that are already encoded."""

    signals: list[msgspec.Raw]


class _Lights:
    """The lights of one round: looked up once a map, encoded once, however many vehicles hear."""

    def __init__(self, feed: SignalFeed) -> None:
        self._feed = feed
        self._stamps_s: dict[tuple[str, str], dict[str, float]] = {}
        self.items: dict[str, msgspec.Raw] = {}

    def stamps_s(self, record: VehicleRecord) -> dict[str, float]:
        """When the signals of a vehicle's map were seen last, where that still counts."""
        enabled = enabled_map(record.state)
        if enabled is None:
            return {}
        key = (enabled.map_id, enabled.map_version)
        if key not in self._stamps_s:
            phases = self._feed.current(self._feed.ids_of(*key))
            self._stamps_s[key] = {phase.signal_id: phase.observed_at for phase in phases}
            self.items |= {p.signal_id: msgspec.Raw(encode(item_of(p))) for p in phases}
        return self._stamps_s[key]


def item_of(phase: NewPhase) -> SignalItem:
    """A phase as the wire carries it.

    The rest of walk or clearance counts from the stamp, which is cut to the millisecond below: so
    it ends early by less than that, never late. The rest of a red light is no walk, and left out.
    """
    light = LIGHT_OF[phase.phase]
    lasts = light in (SignalLight.WALK, SignalLight.CLEARANCE)
    return SignalItem(
        signal_id=phase.signal_id,
        observed_at=iso_utc(phase.observed_at),
        light=light,
        walk_left=phase.time_left_s if lasts else None,
    )
