"""A vehicle of a running persistent plan fails: how soon is the team back at its best?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.patrolling.idleness import intervals_s
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.persistent import (
    PersistentPlan,
    plan_persistent,
    replan,
    simulate_plan,
    team_at,
)

LAPS = 4  # watched after the loss


@dataclass(frozen=True, slots=True)
class Recovery:
    """`worst` is over the plan for one fewer, from one tour after the loss on."""

    worst: float
    replan_s: float
    moved: int  # vehicles whose walk or spacing changed


def recovery(graph: PatrolGraph, plan: PersistentPlan, lost: int, tour_s: float) -> Recovery:
    """Lose the vehicle of that number in the middle of a lap and go on."""
    fewer = plan_persistent(graph, len(plan.team) - 1, plan.seed)
    at_s = 1.5 * tour_s
    state = team_at(plan, at_s)
    begun = time.perf_counter()
    after = replan(plan, state, {plan.team[lost].id})
    replan_s = time.perf_counter() - begun
    before = simulate_plan(plan, at_s)
    going_on = simulate_plan(after, LAPS * tour_s)
    names = {vehicle.id: number for number, vehicle in enumerate(plan.team)}
    visits = list(zip(before.times_s, before.places, before.vehicles, strict=True))
    visits += [
        (at_s + time_s, place, names[after.team[vehicle].id])
        for time_s, place, vehicle in zip(
            going_on.times_s, going_on.places, going_on.vehicles, strict=True
        )
    ]
    trace = PatrolTrace.of_visits(
        [(float(t), int(p), int(v)) for t, p, v in visits], at_s + going_on.horizon_s
    )
    worst_s = worst_after_s(trace, graph, at_s + tour_s)
    kept = {(beat.cycle.places, beat.slots) for beat in plan.beats}
    moved = sum(b.slots for b in after.beats if (b.cycle.places, b.slots) not in kept)
    return Recovery(worst_s / fewer.worst_idleness_s, replan_s, moved)


def worst_after_s(trace: PatrolTrace, graph: PatrolGraph, from_s: float) -> float:
    """The largest weighted idleness at any moment from a time on."""
    worst_s = 0.0
    for place, weight in enumerate(graph.weights):
        closed, open_s = intervals_s(trace, place, from_s)
        worst_s = max(worst_s, weight * max(open_s, float(closed.max(initial=0.0))))
    return worst_s
