"""Ways of arriving at a fleet's checkpoints, for patrols timed as they are driven."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navigation.planning.arrivals import ArrivalGraph, arrival_graph
from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.rounds import Rounds
from navigation.planning.route_search import Start
from patrol.errors import PlanError


def arrivals_of(rounds: Rounds) -> ArrivalGraph | None:
    """None where vehicles differ in their ways, or one cannot come to every arrival; then only
    times hold that allow for any."""
    search, *others = rounds.problem.searches
    nodes = [task.node_id for task in rounds.tasks]
    if any(other is not search for other in others) or len(set(nodes)) < len(nodes):
        return None
    try:
        arrivals = arrival_graph(
            search,
            nodes,
            [task.dwell_s for task in rounds.tasks],
            [task.id for task in rounds.tasks],
            [task.priority for task in rounds.tasks],
        )
    except PlanError:  # a checkpoint with no way there and back that stays among arrivals
        return None
    starts = [Start(v.node_id, v.heading_rad) for v in rounds.problem.vehicles]
    can_come = np.isfinite(search.costs_between(starts, arrivals.states)).all()
    return arrivals if can_come else None


def come_in_s(
    rounds: Rounds, arrivals: ArrivalGraph, vehicles: Sequence[int], firsts: Sequence[int]
) -> float:
    """When all vehicles can be at their first arrivals."""
    found_s = 0.0
    for v, arrival in zip(vehicles, firsts, strict=True):
        vehicle = rounds.problem.vehicles[v]
        driver = Driver(rounds.problem.searches[v], vehicle)
        way_s = driver.route_into(arrivals.states[arrival]).duration_s
        found_s = max(found_s, vehicle.available_at_s + way_s)
    return found_s
