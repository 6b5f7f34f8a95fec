"""Mode 2, coverage: every street of an area at least once, as timed steps for each vehicle.

The routes are `navigation.planning.coverage`'s, in seconds; here they become steps: one a street
that is covered, the way to it included. A vehicle whose battery is too low for its first sortie
charges first; when its time is up it goes home, and the rest of its streets is left out.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from navigation.planning.coverage.map_streets import MapStreets
from navigation.planning.coverage.plan import CoveragePlan, Route, plan_coverage
from navigation.planning.coverage.sorties import Sortie
from navigation.planning.coverage.vehicles import Vehicle
from navigation.planning.fleet.battery import charged_after_s
from navigation.planning.fleet.coverage_streets import shut_streets, timed_streets
from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.tour_problem import Searches
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanMode,
    PlanVehicle,
    Task,
    VehiclePlan,
)
from navigation.planning.route_search import RouteSearch
from patrol.errors import PlanError
from patrol.map import Dock, PatrolMap


def plan_fleet_coverage(
    patrol_map: PatrolMap,
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    *,
    wanted_edge_ids: Collection[int] | None = None,
    both_sides: bool = False,
    horizon_s: float = math.inf,
    seed: int = 0,
) -> FleetPlan:
    """Routes over the wanted edges (None: all that the team can use); raises PlanError.

    Wanted streets that are closed or too narrow, that no battery reaches or no time is left for
    stand in `left_out`.
    """
    if not vehicles:
        raise PlanError("a plan needs at least one vehicle")
    searches = [search_of(vehicle) for vehicle in vehicles]
    closed = {edge_id: why for search in searches for edge_id, why in search.closed.items()}
    passable = patrol_map.edges.keys() - closed.keys()
    wanted = set(patrol_map.edges) if wanted_edge_ids is None else set(wanted_edge_ids)
    open_wanted = wanted & passable
    streets = timed_streets(
        patrol_map, vehicles, passable, open_wanted, open_wanted if both_sides else ()
    )
    team = [_vehicle(patrol_map, streets, vehicle) for vehicle in vehicles]
    found = plan_coverage(streets.graph, team, seed=seed)
    plans, late = [], list[LeftOut]()
    for vehicle, search, route in zip(vehicles, searches, found.routes, strict=True):
        sheet = Sheet(patrol_map, streets, search, vehicle, horizon_s)
        plans.append(sheet.plan(route, found))
        late += sheet.left_out
    shut = [] if wanted_edge_ids is None else shut_streets(patrol_map, wanted, closed)
    out = [LeftOut(streets.graph.label(o.street), o.why, o.remedy) for o in found.left_out]
    return FleetPlan(
        PlanMode.COVERAGE, patrol_map.map_id, patrol_map.content_hash, horizon_s, tuple(plans),
        (*shut, *out, *late), coverage_figures(streets, plans),
    )  # fmt: skip


def _vehicle(patrol_map: PatrolMap, streets: MapStreets, vehicle: PlanVehicle) -> Vehicle:
    if vehicle.dock_id is None:
        node = streets.node(vehicle.node_id)
        return Vehicle(vehicle.id, reach=vehicle.endurance_s, recharge=vehicle.charge_s, at=node)
    dock = streets.node(patrol_map.dock(vehicle.dock_id).node_id)
    return Vehicle(vehicle.id, dock, vehicle.full_endurance_s, vehicle.charge_s)


class Sheet:
    """One vehicle's sorties as steps; `left_out` holds what its time does not allow."""

    def __init__(
        self,
        patrol_map: PatrolMap,
        streets: MapStreets,
        search: RouteSearch,
        vehicle: PlanVehicle,
        horizon_s: float,
    ) -> None:
        self._map, self._streets, self._vehicle = patrol_map, streets, vehicle
        self._dock = patrol_map.dock(vehicle.dock_id) if vehicle.dock_id else None
        self._driver = Driver(search, vehicle)
        self._horizon_s = horizon_s
        self.left_out: list[LeftOut] = []

    def plan(self, route: Route, found: CoveragePlan) -> VehiclePlan:
        """All sorties that end in time."""
        for number, sortie in enumerate(route.sorties):
            self._get_ready(sortie, is_first=number == 0)
            whole = self._driver.copy()
            self._follow(whole, sortie, math.inf)
            late_s = self._back_s(whole) - self._horizon_s
            if late_s <= 0:
                self._driver = whole
            else:
                missed = self._follow(self._driver, sortie, self._horizon_s)
                self._leave_out(missed, late_s)
        if self._dock is not None and self._driver.steps:
            self._driver.charge(self._dock)
        return VehiclePlan(
            self._vehicle.id, tuple(self._driver.steps),
            found.explain(route).removeprefix(f"{self._vehicle.id}: "),
            tuple(self._driver.u_turn_node_ids),
        )  # fmt: skip

    def _get_ready(self, sortie: Sortie, is_first: bool) -> None:
        """A charge where the battery does not last for the sortie."""
        if self._dock is None:
            return
        if is_first and self._vehicle.endurance_s < sortie.length:
            self._driver.charge(self._dock, self._first_charge_s(self._dock, sortie))
        elif not is_first:
            self._driver.charge(self._dock, self._vehicle.charge_s)

    def _first_charge_s(self, dock: Dock, sortie: Sortie) -> float:
        """What the way to the dock and the sortie from there need, as they are driven."""
        trial = self._driver.copy()
        trial.charge(dock)
        self._follow(trial, sortie, math.inf)
        return charged_after_s(self._vehicle, self._back_s(trial) - self._driver.clock_s)

    def _follow(self, driver: Driver, sortie: Sortie, home_by_s: float) -> set[int]:
        """Drive a sortie as long as the vehicle gets home in time; the tasks that are missed."""
        start = self._streets.node_ids[sortie.start]
        if driver.node_id != start:
            driver.visit(Task("", "", start))
        graph, left, edges = self._streets.graph, set(sortie.tasks), list[int]()
        for arc in sortie.walk:
            edges += self._streets.edge_ids[arc]
            task = graph.task_of(arc)
            if task not in left:
                continue
            if home_by_s < math.inf:
                further = driver.copy()
                further.follow(edges, self._task(arc))
                if self._back_s(further) > home_by_s:
                    return left
            left.remove(task)
            driver.follow(edges, self._task(arc))
            edges = []
        if edges:
            driver.follow(edges, Task("", "", self._map.edges[edges[-1]].end_id))
        return left

    def _back_s(self, driver: Driver) -> float:
        """When a vehicle would be home that goes there now."""
        if self._dock is None:
            return driver.clock_s
        home = driver.copy()
        home.charge(self._dock)
        return home.clock_s

    def _task(self, arc: int) -> Task:
        street, edge_ids = self._streets.graph.streets[arc >> 1], self._streets.edge_ids[arc]
        end = self._map.edges[edge_ids[-1]].end_id
        return Task(f"edge {edge_ids[0]}", street.name, end)

    def _leave_out(self, tasks: Collection[int], late_s: float) -> None:
        graph = self._streets.graph
        streets = sorted({task >> 1 for task in tasks})
        names = dict.fromkeys(graph.streets[i].name or graph.label(i) for i in streets)
        late_min = math.ceil(late_s / 60)
        self.left_out.append(
            LeftOut(
                f"{len(streets)} streets of {self._vehicle.id} ({', '.join(names)})",
                f"its route would end {late_min} min after the plan",
                f"plan {late_min} min longer, or add a vehicle",
            )
        )


def coverage_figures(streets: MapStreets, plans: Sequence[VehiclePlan]) -> dict[str, float]:
    """How much is to cover, and what covering it takes."""
    graph = streets.graph
    return {
        "streets": float(len(graph.required)),
        "to_cover_s": math.fsum(graph.lengths[i] * graph.streets[i].sides for i in graph.required),
        "length_m": math.fsum(plan.length_m for plan in plans),
        "longest_s": max((plan.end_s for plan in plans), default=0.0),
    }
