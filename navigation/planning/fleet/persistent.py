"""Modes 3 and 4: patrols without an end, as timed steps until the plan's horizon.

Persistent: closed walks with evenly spaced vehicles (`navigation.planning.persistent`).
Unpredictable: random moves within twice that plan's worst idleness
(`navigation.planning.unpredictable`); its steps are one draw, by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.laps import timed
from navigation.planning.fleet.rounds import (
    Charge,
    Due,
    Rounds,
    Schedule,
    drive_rounds,
    rounds_of,
    seat,
    set_out,
    worst_gaps_s,
)
from navigation.planning.fleet.tour_problem import Searches, TourProblem
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanMode,
    PlanVehicle,
    Task,
    VehiclePlan,
    Walk,
)
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.persistent.rota import stints
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.persistent.trace import slot_stops
from navigation.planning.unpredictable.planner import UnpredictablePatrol
from navigation.planning.unpredictable.simulate import moves
from patrol.errors import PlanError
from patrol.map import PatrolMap


def plan_fleet_rounds(
    patrol_map: PatrolMap,
    tasks: Sequence[Task],
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    *,
    mode: PlanMode,
    horizon_s: float,
    seed: int = 0,
) -> FleetPlan:
    """A persistent or unpredictable patrol; raises PlanError for nobody, nothing, or no end.

    Places that cannot be gone round are in `left_out`, and so are vehicles whose battery does not
    last to the end of an unpredictable plan.
    """
    if not vehicles:
        raise PlanError("a plan needs at least one vehicle")
    if not math.isfinite(horizon_s):
        raise PlanError(f"a {mode} patrol needs a horizon: give the hours")
    problem = TourProblem.of(patrol_map, tuple(tasks), tuple(vehicles), search_of, horizon_s)
    rounds = rounds_of(problem)
    if mode is PlanMode.PERSISTENT:
        return _persistent(rounds, seed)
    return _unpredictable(rounds, seed)


# ------------------------------------------------------------------------------- persistent


def _persistent(rounds: Rounds, seed: int) -> FleetPlan:
    horizon_s = rounds.problem.horizon_s
    team = [team_vehicle(rounds, v, horizon_s) for v in range(len(rounds.problem.vehicles))]
    found = timed(rounds, plan_persistent(rounds.graph, team, seed))
    plan = found.plan
    schedules: list[Schedule] = [[] for _ in team]
    start_s = 0.0
    for beat, states in zip(plan.beats, found.states, strict=True):
        start_s = max(start_s, _beat_schedules(rounds, plan, beat, states, schedules))
    plans = [drive_rounds(rounds, v, schedules[v], plan.reasons[v]) for v in range(len(team))]
    bound_s = team_bound_s(rounds.least, len(team))
    figures = {
        "worst_idleness_s": plan.worst_idleness_s,
        "bound_s": bound_s,
        "mean_idleness_s": plan.average_idleness_s,
        "in_step_from_s": start_s,
    }
    note = (
        f"no checkpoint waits longer than {plan.worst_idleness_s / 60:.1f} min (over its weight)"
        f" from {start_s / 60:.1f} min on; no plan can promise less than {bound_s / 60:.1f} min"
    )
    walks = walks_of_beats(plan.graph, plan.beats, [vehicle.id for vehicle in team])
    return _fleet_plan(rounds, PlanMode.PERSISTENT, plans, figures, [note], walks)


def walks_of_beats(
    graph: PatrolGraph, beats: Sequence[Beat], vehicle_ids: Sequence[str]
) -> tuple[Walk, ...]:
    """Who shares which walk; `vehicle_ids` are the team's."""
    return tuple(
        Walk(
            tuple(graph.names[place] for place in beat.cycle.places),
            tuple(vehicle_ids[number] for number in beat.members), beat.slots,
            max(beat.worst_s(graph).values()),
        )
        for beat in beats
    )  # fmt: skip


def team_vehicle(rounds: Rounds, v: int, horizon_s: float) -> TeamVehicle:
    """A vehicle as the planner knows it: its dock is the place nearest to it, and the way from
    there and back is part of charging. One whose battery lasts `horizon_s` never charges."""
    vehicle = rounds.problem.vehicles[v]
    if vehicle.endurance_s >= horizon_s or vehicle.dock_id is None:
        return TeamVehicle(vehicle.id)
    worst_s = rounds.problem.times[v].worst_s
    dock_row = rounds.problem.start_row + 2 * v + 1
    ways_s = [
        float(worst_s[place, dock_row] + worst_s[dock_row, place])
        for place in range(len(rounds.tasks))
    ]
    dock = min(range(len(ways_s)), key=ways_s.__getitem__)
    return TeamVehicle(
        vehicle.id,
        endurance_s=max(1.0, vehicle.full_endurance_s - ways_s[dock]),
        charge_s=vehicle.charge_s + ways_s[dock],
        dock=dock,
    )


def _beat_schedules(
    rounds: Rounds,
    plan: PersistentPlan,
    beat: Beat,
    states: Sequence[int | None],
    schedules: list[Schedule],
) -> float:
    """Visits and charges of a beat's members; returns when all of them are in their slots."""
    slots = range(beat.slots)
    first = [slot_stops(plan.graph, beat, slot, 0.0, beat.lap_s or 1.0)[0] for slot in slots]
    # the walk begins when the last vehicle can be in its slot
    needed_s = [
        _ready_s(rounds, beat.members[slot], beat.cycle.places[stop], states[stop]) - time_s
        for slot, (time_s, stop) in zip(slots, first, strict=True)
    ]
    shift_s = max(0.0, *needed_s)
    horizon_s = rounds.problem.horizon_s
    for stint in stints(plan.graph, beat, horizon_s):
        mine = schedules[stint.vehicle]
        if mine:
            mine.append(Charge())
        for time_s, stop in slot_stops(plan.graph, beat, stint.slot, stint.from_s, horizon_s):
            if time_s >= stint.until_s:
                break
            mine.append(Due(beat.cycle.places[stop], time_s + shift_s, states[stop]))
            if beat.stays_s and beat.stays_s[stop] > 0:
                mine.append(Charge())
    return shift_s


def _ready_s(rounds: Rounds, vehicle: int, place: int, state: int | None) -> float:
    """When a vehicle can have visited its first place."""
    start = rounds.problem.vehicles[vehicle]
    if state is None:
        way_s = rounds.approach_s(vehicle, place)
    else:
        way_s = Driver(rounds.problem.searches[vehicle], start).route_into(state).duration_s
    return start.available_at_s + way_s + rounds.tasks[place].dwell_s


# ------------------------------------------------------------------------------- unpredictable


def _unpredictable(rounds: Rounds, seed: int) -> FleetPlan:
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
    base = plan_persistent(rounds.graph, used, seed)
    patrol = UnpredictablePatrol(rounds.graph, base.cycles, seed)
    first = [patrol.place(seat_number) for seat_number in range(used)]
    chosen, start_s = seat(rounds, lasting, first)
    schedules: list[Schedule] = [[] for _ in rounds.problem.vehicles]
    reasons = ["stays: more vehicles than the checkpoints need"] * len(rounds.problem.vehicles)
    for seat_number, v in enumerate(chosen):
        at_s = start_s + rounds.tasks[first[seat_number]].dwell_s
        schedules[v].append(Due(first[seat_number], at_s))
        reasons[v] = patrol.explain(seat_number)
    for move in moves(patrol, rounds.problem.horizon_s):
        v = chosen[move.vehicle]
        begun_s = start_s + rounds.tasks[first[move.vehicle]].dwell_s
        set_out(schedules[v], begun_s + move.depart_s, Due(move.end, begun_s + move.arrive_s))
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
    for cycle in base.cycles:
        members = [rounds.problem.vehicles[next(seats)].id for _ in range(cycle.vehicles)]
        walks.append(walk_at_random(rounds.graph, cycle, members, patrol.bound_s))
    plan = _fleet_plan(rounds, PlanMode.UNPREDICTABLE, plans, figures, [note], walks)
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


# ------------------------------------------------------------------------------- both


def _fleet_plan(
    rounds: Rounds,
    mode: PlanMode,
    plans: Sequence[VehiclePlan],
    figures: dict[str, float],
    notes: list[str],
    walks: Sequence[Walk],
) -> FleetPlan:
    patrol_map = rounds.problem.patrol_map
    figures = figures | driven_figures(
        rounds.tasks, rounds.problem.horizon_s, plans, figures["in_step_from_s"]
    )
    return FleetPlan(
        mode, patrol_map.map_id, patrol_map.content_hash, rounds.problem.horizon_s, tuple(plans),
        rounds.left_out, figures, tuple(notes), tuple(walks),
    )  # fmt: skip


def driven_figures(
    tasks: Sequence[Task],
    horizon_s: float,
    plans: Sequence[VehiclePlan],
    in_step_from_s: float,
) -> dict[str, float]:
    """What the steps themselves come to."""
    gaps_s = worst_gaps_s(tasks, horizon_s, plans, in_step_from_s)
    return {
        "planned_worst_idleness_s": max(
            gap * task.priority for gap, task in zip(gaps_s, tasks, strict=True)
        ),
        "length_m": math.fsum(plan.length_m for plan in plans),
        "visits": float(sum(len(plan.task_ids) for plan in plans)),
    }
