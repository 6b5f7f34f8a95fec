"""What would come of sending a vehicle to an incident: planned, nothing sent."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass

import msgspec

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.changed_route import Start, changed_route, sent_there
from fleet_server.dispatch.changes import Change, Diversion, closed
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.home import needed_battery_pct, to_place_s
from fleet_server.dispatch.planning import beside
from fleet_server.dispatch.progress import TERMINAL
from fleet_server.dispatch.readiness import check_map, check_ready, pose_on
from fleet_server.dispatch.route import Route
from fleet_server.dispatch.targets import Target
from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.maps import MapLibrary
from navigation.planning.route_search import RouteSearch
from patrol.clock import Clock
from patrol.map import PatrolMap
from patrol.vda5050.messages import State
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class Preview:
    """A route by way of an incident, and what it takes."""

    order_id: str
    route: Route
    drive_s: float  # to where the vehicle would wait
    away_m: float  # from there to the incident
    needed_pct: float  # of the battery, the way home among it
    battery_pct: float

    def refuse_empty(self, vehicle_id: str) -> None:
        """Raises ConflictError where the vehicle could not come home after it."""
        if self.battery_pct < self.needed_pct:
            raise ConflictError(
                f"{vehicle_id}: its battery shows {self.battery_pct:.0f} %, and the incident, the"
                f" rest of its patrol and the way home take {self.needed_pct:.0f} %",
                "battery_low",
            )


class Previews:
    """`make` one; raises ConflictError saying why a vehicle cannot be sent."""

    def __init__(
        self, fleet: Fleet, maps: MapLibrary, clock: Clock, following: Following, within_m: float
    ) -> None:
        self._fleet, self._maps, self._clock = fleet, maps, clock
        self._following, self._within_m = following, within_m

    async def make(
        self,
        record: VehicleRecord,
        active: Assignment | None,
        target: Target,
        return_to_dock: bool,
    ) -> Preview:
        """As if the vehicle stood where it is now."""
        if active is not None:
            refuse_unready(active)
        patrol_map = self._map(active, target)
        check_ready(self._fleet, record)
        start = Start(pose_on(record, patrol_map), self._within_m)
        check_map(record, patrol_map)
        changing, order_id = self._following.changing, secrets.token_hex(6)

        def work() -> Preview:
            search = changing.search(patrol_map)
            if active is None:
                route = sent_there(target.x_m, target.y_m, start, return_to_dock, search, order_id)
            else:
                route = self._diverted(active, record, target, start, search, order_id)
            return _preview_of(route, target, start, search, changing.spec, record, order_id)

        return await beside(work)

    def _diverted(
        self,
        active: Assignment,
        record: VehicleRecord,
        target: Target,
        start: Start,
        search: RouteSearch,
        order_id: str,
    ) -> Route:
        now_s, before = self._clock.now_s(), active.progress
        diversions = with_diversion(before.diversions, new_diversion(target, "", now_s))
        progress = msgspec.structs.replace(before, diversions=diversions)
        change = Change("divert", now_s)
        over = over_actions(record.state, before.order_id)
        return changed_route(active.route, progress, change, over, start, search, order_id)

    def _map(self, active: Assignment | None, target: Target) -> PatrolMap:
        """The version that the vehicle drives on."""
        if active is not None and active.route.map_id != target.map_id:
            raise ConflictError(
                f"{active.vehicle_id} is on map {active.route.map_id!r}, the incident on"
                f" {target.map_id!r}",
                "map_mismatch",
            )
        if active is not None:
            return self._following.known_map(active.route)
        patrol_map = self._maps.find(target.map_id)
        if patrol_map is None:
            raise ConflictError(f"map {target.map_id!r} is not loaded", "map_unknown")
        return patrol_map


def refuse_unready(active: Assignment) -> None:
    """An order can be changed when the vehicle has taken it, and nothing else is under way."""
    vehicle_id, progress = active.vehicle_id, active.progress
    if progress.cancel_requested_at_s is not None:
        raise ConflictError(f"{vehicle_id}: its patrol is being cancelled", "assignment_over")
    if not progress.is_settled:
        raise _order_changing(vehicle_id)


def refuse_unheard(active: Assignment, state: State | None) -> None:
    """An update begins where the one before it ends, so the vehicle must have taken that."""
    sent = (active.progress.order_id, active.progress.order_update_id)
    if state is None or (state.order_id, state.order_update_id) != sent:
        raise _order_changing(active.vehicle_id)


def _order_changing(vehicle_id: str) -> ConflictError:
    return ConflictError(
        f"{vehicle_id} is just getting another order; try again in a few seconds",
        "order_changing",
    )


def new_diversion(target: Target, username: str, now_s: float) -> Diversion:
    """One that has just been asked for."""
    return Diversion(username, now_s, target.x_m, target.y_m, target.incident_id)


def with_diversion(diversions: list[Diversion], new: Diversion) -> list[Diversion]:
    """The diversions of a patrol with a new one, which takes the place of one under way."""
    return [*closed(diversions, "it was sent elsewhere"), new]


def over_actions(state: State | None, order_id: str) -> list[str]:
    """Actions of an order that are done or have failed."""
    if state is None or state.order_id != order_id:
        return []
    return [a.action_id for a in state.action_states if a.action_status in TERMINAL]


def _preview_of(
    route: Route,
    target: Target,
    start: Start,
    search: RouteSearch,
    spec: VehicleSpec,
    record: VehicleRecord,
    order_id: str,
) -> Preview:
    assert route.wait is not None
    assert record.state is not None
    nodes = search.patrol_map.nodes
    first, there = nodes[route.node_ids[0]], nodes[route.node_ids[route.wait.node_index]]
    lead_s = math.dist((first.x_m, first.y_m), start.pose[:2]) / spec.speed_cap_mps
    return Preview(
        order_id,
        route,
        lead_s + to_place_s(route, search, start.pose[2]),
        math.dist((there.x_m, there.y_m), (target.x_m, target.y_m)),
        needed_battery_pct(route, search, spec),
        record.state.battery_state.battery_charge,
    )
