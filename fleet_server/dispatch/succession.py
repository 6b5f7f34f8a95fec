"""Routes that wait until their vehicle has dropped the one before; in memory only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fleet_server.dispatch.route import Route
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True)
class NewRoute:
    """A planned route as `assign_route` takes it; `begun` hears of its assignment's id.

    The vehicle may have driven on since: it joins the route from where it is, as its `spec` may
    and without `closed_edge_ids`.
    """

    patrol_id: str
    name: str
    vehicle_id: str
    route: Route
    patrol_map: PatrolMap
    username: str
    spec: VehicleSpec
    closed_edge_ids: frozenset[int]
    begun: Callable[[str], None]


class Succession:
    """At most one successor a vehicle."""

    def __init__(self) -> None:
        self._next: dict[str, NewRoute] = {}

    def add(self, new: NewRoute) -> None:
        """This one is next; an earlier one is forgotten."""
        self._next[new.vehicle_id] = new

    def drop(self, vehicle_id: str) -> None:
        """Nothing is next."""
        self._next.pop(vehicle_id, None)

    def ready(self, busy: Callable[[str], bool]) -> list[NewRoute]:
        """Those whose vehicle is free now; they are no longer waiting."""
        free = [vehicle_id for vehicle_id in self._next if not busy(vehicle_id)]
        return [self._next.pop(vehicle_id) for vehicle_id in free]
