"""What no coverage plan can be better than."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from navigation.planning.coverage.plan import CoveragePlan
from navigation.planning.coverage.postman import balance
from navigation.planning.coverage.regions import join_bound, odd_nodes
from navigation.planning.coverage.rural import tree_bound
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import homes_of, least_trip


def total_bound(graph: StreetGraph, streets: Collection[int]) -> float:
    """A length that any closed walks that cover some streets have together, at least.

    What is asked for, and the least that evens the odd nodes: exact for streets that hang
    together, are two-way and not more than `regions.WHOLE_LINKS`. One-way streets must be
    balanced besides, by a flow of the same kind as `postman.balance`.
    """
    asked = math.fsum(graph.lengths[i] * graph.streets[i].sides for i in streets)
    links = [(graph.tails[2 * i], graph.heads[2 * i], graph.lengths[i]) for i in range(len(graph))]
    single = [i for i in streets if graph.streets[i].sides == 1]
    parity = join_bound(links, odd_nodes(links, single))
    one_way = [2 * i for i in single if graph.streets[i].one_way]
    free = [i for i in single if not graph.streets[i].one_way]
    return asked + max(parity, balance(graph, free, one_way).extra)


def walk_bound(graph: StreetGraph, streets: Collection[int]) -> float:
    """A length that one closed walk over some streets has, at least: it joins their pieces."""
    asked = math.fsum(graph.lengths[i] * graph.streets[i].sides for i in streets)
    return max(total_bound(graph, streets), asked + tree_bound(graph, streets))


def longest_bound(plan: CoveragePlan, total: float | None = None) -> float:
    """What the longest route costs, at least, in any plan for the same vehicles and streets.

    An equal part of all that must be driven (`total`, by default `total_bound`), or the way to
    the street that is farthest from every dock. Streets that the plan leaves out don't count.
    """
    graph, vehicles = plan.graph, [replace(route.vehicle, at=None) for route in plan.routes]
    left_out = {out.street for out in plan.left_out}
    streets = [i for i in graph.required if i not in left_out]
    if not streets:
        return 0.0
    if total is None:
        total = total_bound(graph, streets)
    homes = homes_of(graph, vehicles)
    crew: dict[int | None, int] = {}
    for k, vehicle in enumerate(vehicles):
        crew.setdefault(vehicle.dock, k)
    farthest = max(
        min(least_trip(graph, vehicles[k], homes, i) for k in crew.values()) for i in streets
    )
    return max(total / len(vehicles), farthest)


def gap_percent(length: float, bound: float) -> float:
    """How far a length is above a bound."""
    return round(100 * (length / bound - 1), 9) + 0.0 if bound > 0 else 0.0
