"""The route searches of a plan: one for each kind of vehicle, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable

from navigation.planning.fleet.plan_hours import PlanHours
from navigation.planning.fleet.types import PlanVehicle
from navigation.planning.remembering_search import RememberingSearch
from navigation.planning.route_timed import TimedSearch
from patrol.vehicle import VehicleSpec


class PlanSearches:
    """Searches under a plan's hours and closed edges.

    A call gives a vehicle's search with everything closed that is closed at some time while the
    plan runs; `timed_of` gives the one that goes by the clock, and is None where nothing opens or
    closes in between. `like` are searches of the same map whose preparation is shared; those
    whose ways are the same are taken as they are, with all they remember.
    """

    def __init__(
        self, hours: PlanHours, closed: frozenset[int], like: PlanSearches | None = None
    ) -> None:
        self.hours, self.closed = hours, closed
        self._known: dict[VehicleSpec, RememberingSearch] = {}
        self._timed: dict[VehicleSpec, TimedSearch] = {}
        is_alike = like is not None and like.hours.patrol_map.zones == hours.patrol_map.zones
        self._like = dict(like._known) if like is not None and is_alike else {}

    def __call__(self, vehicle: PlanVehicle) -> RememberingSearch:
        spec = vehicle.spec
        if spec not in self._known:
            options, like = self.hours.options(self.closed, spec), self._like.pop(spec, None)
            if like is None:
                found = RememberingSearch(self.hours.patrol_map, options)
            else:
                found = like if like.options == options else like.with_options(options)
            self._known[spec] = found
        return self._known[spec]

    @property
    def timed_of(self) -> Callable[[PlanVehicle], TimedSearch] | None:
        """The searches by the clock, one for each kind of vehicle."""
        return self._by_the_clock if self.hours.is_changing else None

    def timed(self, vehicle: PlanVehicle) -> TimedSearch | None:
        """A vehicle's search by the clock."""
        return self._by_the_clock(vehicle) if self.hours.is_changing else None

    def _by_the_clock(self, vehicle: PlanVehicle) -> TimedSearch:
        spec = vehicle.spec
        if spec not in self._timed:
            self._timed[spec] = self.hours.timed(self.closed, spec)
        return self._timed[spec]
