"""Runs of an unpredictable patrol on the graph's own times."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.unpredictable.planner import PatrolMove, UnpredictablePatrol


def moves(patrol: UnpredictablePatrol, until_s: float) -> Iterator[PatrolMove]:
    """Moves in order of departure, all that depart by `until_s`; the patrol is left there."""
    queue = [(patrol.leaves_s(vehicle), vehicle) for vehicle in range(patrol.vehicles)]
    heapq.heapify(queue)
    while queue and queue[0][0] <= until_s:
        now_s, vehicle = heapq.heappop(queue)
        if patrol.leaves_s(vehicle) > now_s:  # another's decision lets it stand for longer
            heapq.heappush(queue, (patrol.leaves_s(vehicle), vehicle))
            continue
        move = patrol.next_move(vehicle)
        yield move
        heapq.heappush(queue, (patrol.leaves_s(vehicle), vehicle))


def simulate_unpredictable(
    graph: PatrolGraph | ArrivalGraph,
    plan: Sequence[PatrolCycle],
    seed: int,
    horizon_s: float,
) -> PatrolTrace:
    """All arrivals of a run up to the horizon, and the departures from the start.

    Raises PlanError as UnpredictablePatrol does.
    """
    patrol = UnpredictablePatrol(graph, plan, seed)
    found = [
        (patrol.arrives_s(vehicle), patrol.place(vehicle), vehicle)
        for vehicle in range(patrol.vehicles)
    ]
    found += [
        (patrol.leaves_s(vehicle), patrol.place(vehicle), vehicle)
        for vehicle in range(patrol.vehicles)
        if patrol.leaves_s(vehicle) > patrol.arrives_s(vehicle)
    ]
    found += [(move.arrive_s, move.end, move.vehicle) for move in moves(patrol, horizon_s)]
    return PatrolTrace.of_visits(found, horizon_s)
