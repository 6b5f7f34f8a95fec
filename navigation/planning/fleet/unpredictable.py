"""Mode 4: patrols at random, as timed steps until the plan's horizon.

Random moves within twice the persistent plan's worst idleness
(`navigation.planning.unpredictable`); the steps are one draw, by seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from navigation.planning.fleet.arrival_rounds import arrivals_of, come_in_s
from navigation.planning.fleet.rounds import (
    Due,
    Rounds,
    Schedule,
    drive_rounds,
    seat,
    set_out,
)
from navigation.planning.fleet.rounds_figures import plan_of_rounds
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanMode,
    PlanVehicle,
    Walk,
)
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.as_driven import as_driven
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.unpredictable.planner import UnpredictablePatrol
from navigation.planning.unpredictable.simulate import moves
from patrol.errors import PlanError


def unpredictable_plan(rounds: Rounds, seed: int) -> FleetPlan:
    """One draw for the vehicles that last; raises PlanError where none does."""
    lasting = [
        v for v, vehicle in enumerate(rounds.problem.vehicles)
        if vehicle.endurance_s >= rounds.problem.horizon_s
    ]  # fmt: skip
    horizon_s = rounds.problem.horizon_s
    out = [
        too_short(vehicle, horizon_s)
        for v, vehicle in enumerate(rounds.problem.vehicles) if v not in lasting
    ]  # fmt: skip
    if not lasting:
        raise PlanError(f"unpredictable patrol: {out[0]}")
    used = min(len(lasting), max(1, len(rounds.tasks) // 2))
    arrivals = arrivals_of(rounds) if used == 1 else None  # docs/unpredictable.md says why
    cycles = plan_persistent(rounds.graph, used, seed).cycles
    if arrivals is not None:
        cycles = as_driven(arrivals, [cycles], seed)
    patrol = UnpredictablePatrol(arrivals or rounds.graph, cycles, seed)
    first = [patrol.place(seat_number) for seat_number in range(used)]
    chosen, start_s = seat(rounds, lasting, first)
    state_of: Sequence[int | None] = (None,) * len(rounds.tasks)
    if arrivals is not None:
        state_of = arrivals.states
        came = [patrol.arrival(seat_number) for seat_number in range(used)]
        start_s = max(start_s, come_in_s(rounds, arrivals, chosen, came))
    schedules: list[Schedule] = [[] for _ in rounds.problem.vehicles]
    reasons = ["stays: more vehicles than the checkpoints need"] * len(rounds.problem.vehicles)
    for seat_number, v in enumerate(chosen):
        at_s = start_s + rounds.tasks[first[seat_number]].dwell_s
        state = state_of[patrol.arrival(seat_number)]
        schedules[v].append(Due(first[seat_number], at_s, state))
        reasons[v] = patrol.explain(seat_number)
    for move in moves(patrol, rounds.problem.horizon_s):
        v = chosen[move.vehicle]
        begun_s = start_s + rounds.tasks[first[move.vehicle]].dwell_s
        due = Due(move.end, begun_s + move.arrive_s, state_of[move.arrival])
        set_out(schedules[v], begun_s + move.depart_s, due)
    plans = [drive_rounds(rounds, v, schedules[v], reasons[v]) for v in range(len(schedules))]
    figures = {
        "worst_idleness_s": patrol.bound_s,
        "persistent_worst_idleness_s": patrol.persistent_s,
        "in_step_from_s": start_s,
    }
    note = (
        f"at random; in every draw no checkpoint waits longer than {patrol.bound_s / 60:.1f} min"
        f" (over its weight) from {start_s / 60:.1f} min on; these steps are the draw of seed"
        f" {seed}"
    )
    walks, seats = list[Walk](), iter(chosen)
    for cycle in cycles:
        members = [rounds.problem.vehicles[next(seats)].id for _ in range(cycle.vehicles)]
        walks.append(walk_at_random(rounds.graph, cycle, members, patrol.bound_s))
    plan = plan_of_rounds(rounds, PlanMode.UNPREDICTABLE, plans, figures, [note], walks)
    return replace(plan, left_out=(*plan.left_out, *out))


def walk_at_random(
    graph: PatrolGraph, cycle: PatrolCycle, vehicle_ids: Sequence[str], bound_s: float
) -> Walk:
    """A cycle that vehicles share at random, within a bound."""
    names = tuple(graph.names[place] for place in cycle.places)
    return Walk(names, tuple(vehicle_ids), cycle.vehicles, bound_s)


def too_short(vehicle: PlanVehicle, needed_s: float) -> LeftOut:
    """For a vehicle that cannot charge on the way and has not enough for a time."""
    return LeftOut(
        f"vehicle {vehicle.id}",
        f"its battery lasts {vehicle.endurance_s / 3600:.1f} h of the {needed_s / 3600:.1f} h",
        "charge it, or plan fewer hours",
    )
