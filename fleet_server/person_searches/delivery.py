"""Tells vehicles whom to look for: ALL open searches, whenever a vehicle's own list is another.

Nothing is retained at the broker, and a vehicle that is away is sent nothing, so that no picture
waits anywhere for it: it gets the list, an empty one too, when it is connected again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import HeaderIds, Publish
from fleet_server.person_searches.service import OpenSearch, PersonSearchService
from fleet_server.state_loop import StateLoop
from fleet_server.vehicle_maps import enabled_map
from patrol.clock import Clock, iso_utc
from patrol.person_search import PersonSearch
from patrol.vda5050.extension import PersonSearches, PersonSearchItem
from patrol.vda5050.messages import VERSION, encode
from patrol.vda5050.topic_names import qos_of

log = logging.getLogger(__name__)
TOPIC = "searches"
Told = tuple[float, tuple[tuple[str, int], ...]]  # since when connected, (case, revision)


class SearchDelivery:
    """`run` until cancelled; `wake` it when a case has changed."""

    def __init__(
        self, searches: PersonSearchService, fleet: Fleet, clock: Clock, publish: Publish
    ) -> None:
        self._searches, self._fleet = searches, fleet
        self._clock, self._publish = clock, publish
        self._header_ids = HeaderIds(clock)
        self._told: dict[str, Told] = {}
        self._loop = StateLoop(self.step)
        self.wake: Callable[[], None] = self._loop.wake

    async def run(self) -> None:
        """Step when a case changes, and every second: time ends some, vehicles come online."""
        await self._loop.run()

    async def step(self) -> None:
        """End what has expired, and tell every connected vehicle what it does not know."""
        await self._searches.end_expired()
        searches = self._searches.open_searches()
        for record in self._fleet.records():
            vehicle_id = record.address.vehicle_id
            if self._fleet.connection_of(record) != "ONLINE":
                self._told.pop(vehicle_id, None)
                continue
            mine = [one for one in searches if _concerns(one.search, record)]
            told = record.connection_received_s, _key(mine)
            if self._told.get(vehicle_id) != told and self._send(record, mine):
                self._told[vehicle_id] = told

    def _send(self, record: VehicleRecord, searches: list[OpenSearch]) -> bool:
        address = record.address
        message = PersonSearches(
            header_id=self._header_ids.next(),
            timestamp=iso_utc(self._clock.now_s()),
            version=VERSION,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            searches=[item_of(one.search) for one in searches],
        )
        sent = self._publish(address.topic(TOPIC), encode(message), qos_of(TOPIC))
        cases = ",".join(one.search.case_id for one in searches) or "none"
        log.info("searches_sent vehicle=%s cases=%s sent=%s", address.vehicle_id, cases, sent)
        return sent


def _key(searches: list[OpenSearch]) -> tuple[tuple[str, int], ...]:
    return tuple((one.search.case_id, one.revision) for one in searches)


def _concerns(search: PersonSearch, record: VehicleRecord) -> bool:
    """Whether a vehicle drives on the map on which somebody was seen last, if on any."""
    return search.last_seen is None or search.last_seen.map_id == _map_of(record)


def _map_of(record: VehicleRecord) -> str | None:
    enabled = enabled_map(record.state)
    if enabled is not None:
        return enabled.map_id
    return None if record.position is None else record.position.map_id


def item_of(search: PersonSearch) -> PersonSearchItem:
    """A search as the wire carries it: nothing that only operators need."""
    seen = search.last_seen
    return PersonSearchItem(
        case_id=search.case_id,
        opened_at=iso_utc(search.opened_at_s),
        expires_at=iso_utc(search.expires_at_s),
        top_rgb=search.top_rgb,
        trousers_rgb=search.trousers_rgb,
        height=search.height_m,
        age_group=search.age_group,
        build=search.build,
        last_seen_map_id=None if seen is None else seen.map_id,
        last_seen_x=None if seen is None else seen.x_m,
        last_seen_y=None if seen is None else seen.y_m,
        last_seen_at=None if seen is None else iso_utc(seen.at_s),
        pictures=list(search.pictures),
    )
