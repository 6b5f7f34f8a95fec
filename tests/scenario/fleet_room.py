"""A fleet server's dispatcher and database over vehicles' radios in memory: no sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from fleet_server.config import FleetConfig
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.patrols import PatrolService
from fleet_server.dispatch.service import Dispatcher
from fleet_server.fleet import Fleet
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.maps import MapLibrary
from fleet_server.store.database import Database, sqlite_url
from patrol.clock import SimClock
from patrol.map import PatrolMap
from patrol.vda5050.messages import State
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Packet, Radio

STEP_EVERY_S = 1.0
T = TypeVar("T")


class FleetRoom:
    """`step` at every tick of the vehicle; `call` for what operators do. `more` are the radios of
    other vehicles."""

    def __init__(
        self,
        folder: Path,
        patrol_map: PatrolMap,
        spec: VehicleSpec,
        radio: Radio,
        now_s: float,
        address: VehicleAddress = ADDRESS,
        more: Mapping[VehicleAddress, Radio] | None = None,
    ) -> None:
        self._runner, self._address = asyncio.Runner(), address
        self._radios = {address: radio, **(more or {})}
        config, self.clock = FleetConfig(), SimClock(now_s)
        self.database = Database(sqlite_url(folder / "fleet.db"))
        self.database.open()
        maps = MapLibrary([patrol_map], folder / "maps")
        self.fleet = Fleet(maps, config.stale_after_s, self.clock.now_s)
        self._following = Following(
            self.database, self.fleet, maps, config.dispatch, self.clock, self._publish,
            lambda _view: None, spec,
        )  # fmt: skip
        self.dispatcher = Dispatcher(
            self.database, self.fleet, maps, config.dispatch, self.clock, self._following
        )
        self.patrols = PatrolService(self.database, maps, self.clock)
        listeners = Listeners(lambda _item: None, lambda _ids: None, self._publish)
        self._pipeline = IngestPipeline(
            self.database, self.fleet, config.ingest, folder / "evidence", self.clock, listeners
        )
        self._stepped_s = now_s

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What a request would do."""
        return self._runner.run(work)

    @property
    def vehicle_id(self) -> str:
        return self._address.vehicle_id

    @property
    def active(self) -> Assignment | None:
        """The vehicle's assignment, as long as it is active."""
        return self.active_of(self.vehicle_id)

    def active_of(self, vehicle_id: str) -> Assignment | None:
        """The same of any vehicle."""
        return self._following.active.get(vehicle_id)

    @property
    def state(self) -> State | None:
        """What the vehicle said last."""
        record = self.fleet.find(self.vehicle_id)
        return None if record is None else record.state

    def step(self, now_s: float) -> None:
        """Store what has come, and let the dispatcher look at it."""
        self.clock.advance(max(0.0, now_s - self.clock.now_s()))
        raw = [
            (address.topic(packet.topic), packet.payload)
            for address, radio in self._radios.items()
            for packet in radio.to_room(now_s)
        ]
        is_due = now_s - self._stepped_s >= STEP_EVERY_S
        if raw:
            self.call(self._commit(raw))
        if raw or is_due:
            self._stepped_s = now_s
            self.call(self.dispatcher.step_all())

    async def _commit(self, raw: list[tuple[str, bytes]]) -> None:
        self._pipeline._acknowledge(await self._pipeline._commit(raw))

    def _publish(self, topic: str, payload: bytes, _qos: int) -> bool:
        name = topic.rsplit("/", 1)[1]
        for address, radio in self._radios.items():
            if topic == address.topic(name):
                radio.from_room(Packet(name, payload), self.clock.now_s())
        return True

    def close(self) -> None:
        self._runner.close()
        self.database.close()
