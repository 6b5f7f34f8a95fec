"""Vehicles that cover streets, and what each of them can reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from navigation.planning.coverage.streets import Floats, StreetGraph
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Who drives; `reach` and `recharge` are in the unit of the streets' lengths.

    Without a `dock` its route may start anywhere. A route that would be longer than `reach` (what
    one battery lasts) is driven in several sorties with `recharge` between them. When a plan is
    changed on the way, `at` is where the vehicle stands, `reach_now` what is left and `later` how
    long it is held up.
    """

    name: str
    dock: int | None = None
    reach: float = math.inf
    recharge: float = 0.0
    at: int | None = None
    reach_now: float | None = None
    later: float = 0.0


@dataclass(frozen=True, eq=False)
class Home:
    """Distances (n,) from a vehicle's dock and back to it."""

    out: Floats
    back: Floats

    def round_trip(self, graph: StreetGraph, street: int) -> float:
        """The shortest way to a street, along it, and back."""
        ways = [self.out[graph.tails[arc]] + self.back[graph.heads[arc]]
                for arc in (2 * street, 2 * street + 1)]  # fmt: skip
        allowed = ways[:1] if graph.streets[street].one_way else ways
        worst = max if graph.streets[street].sides == 2 else min
        return float(worst(allowed)) + graph.lengths[street]


def check_vehicles(graph: StreetGraph, vehicles: Sequence[Vehicle]) -> None:
    """Raises PlanError naming the vehicle that is wrong and what would be right."""
    if not vehicles:
        raise PlanError("coverage: no vehicles; at least one is needed")
    names = [vehicle.name for vehicle in vehicles]
    for vehicle in vehicles:
        name = f"vehicle {vehicle.name}"
        if names.count(vehicle.name) > 1:
            raise PlanError(f"{name}: named twice")
        for place, node in (("dock", vehicle.dock), ("at", vehicle.at)):
            if node is not None and not 0 <= node < graph.node_count:
                raise PlanError(
                    f"{name}: {place} {node} is no node; nodes are 0 to {graph.node_count - 1}"
                )
        if not vehicle.reach > 0:
            raise PlanError(f"{name}: reach {vehicle.reach} is not a number above 0")
        if not (math.isfinite(vehicle.recharge) and vehicle.recharge >= 0):
            raise PlanError(f"{name}: recharge {vehicle.recharge} is not a number of at least 0")
        if vehicle.reach_now is not None and not vehicle.reach_now >= 0:
            raise PlanError(f"{name}: reach_now {vehicle.reach_now} is not a number of at least 0")


def homes_of(graph: StreetGraph, vehicles: Sequence[Vehicle]) -> dict[int, Home]:
    """Homes by dock node."""
    docks = sorted({vehicle.dock for vehicle in vehicles if vehicle.dock is not None})
    if not docks:
        return {}
    out, back = graph.distances(docks), graph.distances(docks, towards=True)
    return {dock: Home(out[i], back[i]) for i, dock in enumerate(docks)}


def least_trip(graph: StreetGraph, vehicle: Vehicle, homes: dict[int, Home], street: int) -> float:
    """The shortest closed way of a vehicle along a street."""
    if vehicle.dock is not None:
        return homes[vehicle.dock].round_trip(graph, street)
    if vehicle.reach == math.inf or graph.lengths[street] * 2 <= vehicle.reach:
        return graph.lengths[street]  # short enough whichever way it comes back
    ends = graph.tails[2 * street], graph.heads[2 * street]
    ways = [graph.length_of(graph.shortest_walk(ends[1], ends[0]))]
    if graph.streets[street].sides == 2:
        ways.append(graph.length_of(graph.shortest_walk(*ends)))
    return graph.lengths[street] + max(ways)
