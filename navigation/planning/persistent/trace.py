"""What a plan does over time, as visits."""

from __future__ import annotations

import math

from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.persistent.plan import Beat, Join, PersistentPlan
from navigation.planning.persistent.rota import stints
from navigation.planning.persistent.walk_state import STANDING_LOOK_S

Visit = tuple[float, int, int]  # time, place, vehicle


def slot_stops(
    graph: PatrolGraph, beat: Beat, slot: int, from_s: float, until_s: float
) -> list[tuple[float, int]]:
    """`(arrival time, stop)` of a slot in a span of time, in order."""
    if beat.lap_s == 0:
        looks = math.floor((until_s - from_s) / STANDING_LOOK_S) + 1
        return [(from_s + look * STANDING_LOOK_S, 0) for look in range(max(looks, 0))]
    lag_s = beat.phase_s + slot * beat.spacing_s
    found = []
    for stop, arrival_s in enumerate(beat.arrivals_s(graph)):
        first_s = float(arrival_s) - lag_s
        lap = math.ceil((from_s - first_s) / beat.lap_s - 1e-12)
        while first_s + lap * beat.lap_s <= until_s:
            found.append((first_s + lap * beat.lap_s, stop))
            lap += 1
    return sorted(found)


def simulate_plan(plan: PersistentPlan, horizon_s: float) -> PatrolTrace:
    """Visits from time 0 on, charging turns included.

    Vehicles without a start place are in their slots at time 0, the others drive there first.
    """
    visits: list[Visit] = []
    begin_s = {join.vehicle: join.begin_s for join in plan.joins}
    for join in plan.joins:
        visits += _way_visits(plan, join)
    for beat in plan.beats:
        for stint in stints(plan.graph, beat, horizon_s):
            from_s = stint.from_s
            if from_s == 0.0:
                from_s = begin_s.get(stint.vehicle, 0.0)
            for time_s, stop in slot_stops(plan.graph, beat, stint.slot, from_s, stint.until_s):
                visits.append((time_s, beat.cycle.places[stop], stint.vehicle))
    return PatrolTrace.of_visits(visits, horizon_s)


def _way_visits(plan: PersistentPlan, join: Join) -> list[Visit]:
    times_s = [join.leave_s]
    for start, end in zip(join.way, join.way[1:], strict=False):
        times_s.append(times_s[-1] + float(plan.graph.travel_s[start, end]))
    return [(time_s, place, join.vehicle) for time_s, place in zip(times_s, join.way, strict=True)]
