"""The search for walks: the best single tour, divisions of it, and more frequent passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.partition import (
    Cooling,
    Group,
    group_worst_s,
    nearest_neighbour,
    partition,
)
from navigation.planning.persistent.plan import Beat, guarantees_s, mean_intervals_s
from navigation.planning.persistent.revisits import lower_average, lower_worst
from navigation.planning.persistent.tour import Tour, prove_tour, walk_of

STARTS = ((20.0, 0.1), (14.0, 0.05), (8.0, 0.05))  # power and heat of searches, in turn
REFINEMENTS = ((20.0, 0.04), (20.0, 0.02))  # of each of the best divisions
COOL = (0.01, 0.0002)  # heat of the search for a single tour that follows the first
WALKED = 200  # places; with more, passes are left as they are
SAME_S = 1e-6  # worst idleness that counts as equal
Cycles = tuple[PatrolCycle, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search; every limit is a count, so that a plan depends on its seed alone."""

    tour: int = 400_000  # iterations for the single tour
    division: int = 250_000  # iterations of each search for a division
    restarts: int = 6
    refined: int = 3  # the best divisions that are searched on
    walks: int = 300_000  # iterations over walks, for each division that is as good as the best


QUICK = Effort(tour=60_000, division=80_000, restarts=2, refined=1, walks=20_000)


def best_tour(
    graph: PatrolGraph, seed: int, effort: Effort, *, may_branch: bool = True
) -> tuple[Group, Tour]:
    """The order of the shortest tour found, and its walk with the proved bound (`prove_tour`)."""
    start = [Group(nearest_neighbour(graph.travel_s), 1)]
    same = np.ones(len(graph))
    found = partition(graph.travel_s, same, start, Cooling(effort.tour), seed)
    if not may_branch:  # what is not proved is searched for longer
        found = partition(graph.travel_s, same, found, Cooling(effort.tour, *COOL), seed)
    tour = prove_tour(graph, found[0].order, may_branch=may_branch)
    return Group(tuple(dict.fromkeys(tour.places)), 1), tour


def divisions(
    graph: PatrolGraph, vehicles: int, start: Sequence[Group], seed: int, effort: Effort
) -> list[list[Group]]:
    """Divisions of places and vehicles found from a start, no two alike."""
    weights, found = np.array(graph.weights), [list(start)]

    def search(begin: Sequence[Group], power: float, hot: float) -> None:
        cooling = Cooling(effort.division, hot, power=power)
        found.append(partition(graph.travel_s, weights, begin, cooling, seed + len(found)))

    def worst_s(groups: Sequence[Group]) -> float:
        return max(group_worst_s(graph.travel_s, weights, group) for group in groups)

    for restart in range(effort.restarts if vehicles > 1 else 0):
        search(start, *STARTS[restart % len(STARTS)])
    for groups in sorted(found, key=worst_s)[: effort.refined if vehicles > 1 else 0]:
        for power, hot in REFINEMENTS:
            search(groups, power, hot)
    seen: dict[frozenset[tuple[frozenset[int], int]], list[Group]] = {}
    for groups in found:
        seen.setdefault(frozenset((frozenset(g.order), g.vehicles) for g in groups), groups)
    return list(seen.values())


def walks_of(graph: PatrolGraph, groups: Sequence[Group]) -> Cycles:
    """The walks of a division."""
    return tuple(
        PatrolCycle.of_walk(graph, walk_of(graph, group.order), group.vehicles) for group in groups
    )


def best_walks(
    graph: PatrolGraph, candidates: Sequence[Cycles], seed: int, effort: Effort
) -> Cycles:
    """Of the walks with the smallest worst idleness those with the smallest average."""
    iterations = effort.walks if len(graph) <= WALKED else 0
    if len(set(graph.weights)) > 1 and iterations:
        candidates = [lower_worst(graph, walks, iterations, seed) for walks in candidates]
    worst_s = [float(guarantees_s(graph, _beats(walks)).max()) for walks in candidates]
    limit_s = min(worst_s)
    equals = [c for c, worst in zip(candidates, worst_s, strict=True) if worst <= limit_s + SAME_S]
    frequent = equals
    if iterations:
        frequent = [lower_average(graph, walks, limit_s, iterations, seed) for walks in equals]
    return min(frequent, key=lambda walks: float(mean_intervals_s(graph, _beats(walks)).mean()))


def _beats(walks: Cycles) -> list[Beat]:
    return [Beat(cycle, ()) for cycle in walks]
