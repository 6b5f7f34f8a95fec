"""plan_persistent: the smallest worst idleness for a team, for as long as it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.charging import beats_with_charging
from navigation.planning.persistent.joining import stepped
from navigation.planning.persistent.large import large_walks
from navigation.planning.persistent.plan import PersistentPlan
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.relaxation import MOST_MOVES
from navigation.planning.persistent.search import (
    WALKED,
    Cycles,
    Effort,
    best_tour,
    divisions,
    walks_of,
)
from navigation.planning.persistent.team import TeamVehicle, team_of
from navigation.planning.persistent.tour import Tour, prove_tour


def plan_persistent(
    graph: PatrolGraph,
    vehicles: int | Sequence[TeamVehicle],
    seed: int = 0,
    effort: Effort | None = None,
) -> PersistentPlan:
    """Closed walks and evenly spaced vehicles with the smallest worst weighted idleness found.

    Never above the best single tour's duration / vehicles; for one vehicle and equal weights that
    is optimal (Chevaleyre 2004, theorem 1), and proved for up to about 64 places. Of plans with
    the same worst idleness the one with the smallest average. Vehicles beyond one a place are
    spare. Raises PlanError (see `team_of`), also for charging that no rota makes possible.
    """
    team = team_of(graph, vehicles)
    effort = effort or Effort()
    used = min(len(team), len(graph))
    charging = any(vehicle.must_charge for vehicle in team)
    candidates, bound_s = candidate_walks(graph, used, seed, effort, charging)
    beats = beats_with_charging(graph, team[:used], candidates, seed, effort)
    beats, joins = stepped(graph, team, beats)
    spare = tuple(range(used, len(team)))
    return with_reasons(PersistentPlan(graph, team, beats, bound_s, seed, spare, joins))


def candidate_walks(
    graph: PatrolGraph, vehicles: int, seed: int, effort: Effort, charging: bool
) -> tuple[list[Cycles], float]:
    """Walks worth comparing, the single tour first, and a bound on the worst idleness."""
    bound_s = team_bound_s(graph, vehicles)
    if vehicles == len(graph) and (not charging or vehicles == 1):
        return [tuple(PatrolCycle((place,), 0.0, 1) for place in range(vehicles))], bound_s
    if len(graph) > WALKED:
        return large_walks(graph, vehicles, seed), bound_s
    is_bounded = vehicles == 1 or len(graph.moves) <= MOST_MOVES
    order, tour = best_tour(graph, seed, effort, may_branch=is_bounded)
    if vehicles == 1:
        bound_s = max(bound_s, _alone_s(graph, order.order, tour))
    start = replace(order, vehicles=vehicles)
    found = [
        walks_of(graph, groups) for groups in divisions(graph, vehicles, [start], seed, effort)
    ]
    if not (is_bounded or charging or _is_beaten(graph, tour, vehicles, found[1:])):
        tour = prove_tour(graph, order.order)
    return [(PatrolCycle.of_walk(graph, tour.places, vehicles),), *found[1:]], bound_s


def _is_beaten(graph: PatrolGraph, tour: Tour, vehicles: int, divided: Sequence[Cycles]) -> bool:
    """Whether some division is better than any single tour shared evenly could be."""
    shared_s = min(graph.weights) * tour.bound_s / vehicles
    return any(
        max(cycle.worst_idleness_s(graph) for cycle in cycles) < shared_s for cycles in divided
    )


def _alone_s(graph: PatrolGraph, order: Sequence[int], tour: Tour) -> float:
    """A bound for one vehicle: it cannot go round all places of a weight and above any faster."""
    bound_s = min(graph.weights) * tour.bound_s
    for weight in sorted(set(graph.weights))[1:]:
        among = [place for place in order if graph.weights[place] >= weight]
        bound_s = max(bound_s, weight * prove_tour(graph, among).bound_s)
    return bound_s
