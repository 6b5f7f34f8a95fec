"""Who is on a map besides the one who asks: with an order that was sent, or standing there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.claims import Point
from fleet_server.dispatch.waits import Holding
from fleet_server.fleet import Fleet, VehicleRecord
from patrol.clock import Clock
from patrol.vehicle import VehicleSpec

GONE_AFTER_S = 86_400.0  # of a vehicle that has no order and was not heard of: it is elsewhere


@dataclass(frozen=True, slots=True)
class Other:
    """Another vehicle on the map; `assignment` is one whose order it was sent."""

    record: VehicleRecord
    width_m: float
    assignment: Assignment | None

    @property
    def vehicle_id(self) -> str:
        """Which one."""
        return self.record.address.vehicle_id

    @property
    def is_by_hand(self) -> bool:
        """Whether a person drives it, or nobody does."""
        state = self.record.state
        return state is not None and state.operating_mode != "AUTOMATIC"

    @property
    def holding(self) -> Holding:
        """How it holds what it holds."""
        if self.is_by_hand:
            return Holding.BY_HAND
        if self.assignment is not None:
            return Holding.DRIVES
        return Holding.HELD_UP if self.record.assignment_id is not None else Holding.STANDS


class Presence:
    """`others` on a map, `at_m`, `width_m`: as far as the server knows."""

    def __init__(
        self, fleet: Fleet, spec: VehicleSpec, clock: Clock, active: Mapping[str, Assignment]
    ) -> None:
        self._fleet, self._spec, self._clock, self._active = fleet, spec, clock, active

    def others(self, vehicle_id: str, map_id: str) -> Iterator[Other]:
        """Those on a map besides one."""
        for record in self._fleet.records():
            other_id = record.address.vehicle_id
            if other_id == vehicle_id:
                continue
            active = self._active.get(other_id)
            sent = active is not None and active.progress.sent_at_s is not None
            if sent and active is not None and active.route.map_id == map_id:
                yield Other(record, self._width_of(record), active)
            elif self._is_on(record, map_id):
                yield Other(record, self._width_of(record), None)

    def _is_on(self, record: VehicleRecord, map_id: str) -> bool:
        """Whether a vehicle is there as far as anybody knows."""
        place = record.position
        silent_s = self._clock.now_s() - record.received_time_s
        return (
            place is not None
            and place.position_initialized
            and place.map_id == map_id
            and silent_s < GONE_AFTER_S
        )

    def at_m(self, vehicle_id: str) -> Point | None:
        """Where a vehicle says that it is; None while it does not know."""
        record = self._fleet.find(vehicle_id)
        place = None if record is None else record.position
        if place is None or not place.position_initialized:
            return None
        return place.x, place.y

    def _width_of(self, record: VehicleRecord | None) -> float:
        said = None if record is None else record.width_m
        return self._spec.width_m if said is None else said

    def width_m(self, vehicle_id: str) -> float:
        """As its factsheet says, else that of the fleet's type."""
        return self._width_of(self._fleet.find(vehicle_id))
