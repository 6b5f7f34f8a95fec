"""Mode 3: patrols without an end, as timed steps until the plan's horizon.

Closed walks with evenly spaced vehicles (`navigation.planning.persistent`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from navigation.planning.fleet.battery import full_after_s, runs_dry
from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.laps import TimedPlan, improved
from navigation.planning.fleet.rounds import (
    Charge,
    Due,
    Rounds,
    Schedule,
    drive_rounds,
)
from navigation.planning.fleet.rounds_figures import plan_of_rounds
from navigation.planning.fleet.types import (
    FleetPlan,
    PlanMode,
    VehiclePlan,
    Walk,
)
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.rota import stints
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.persistent.trace import slot_stops
from patrol.errors import PlanError


def persistent_plan(rounds: Rounds, seed: int) -> FleetPlan:
    """Closed walks for the vehicles; raises PlanError where no charging keeps them going."""
    horizon_s = rounds.problem.horizon_s
    for vehicle in rounds.problem.vehicles:
        if vehicle.dock_id is None and vehicle.endurance_s < horizon_s:
            raise PlanError(
                f"vehicle {vehicle.id}: its battery lasts {vehicle.endurance_s / 3600:.1f} h of"
                f" the {horizon_s / 3600:.1f} h, and it has no dock to charge at; give it a dock,"
                " or plan fewer hours"
            )
    team = [team_vehicle(rounds, v, horizon_s) for v in range(len(rounds.problem.vehicles))]
    found = improved(rounds, plan_persistent(rounds.graph, team, seed))
    plan = with_reasons(found.plan)
    plans, start_s = _driven(rounds, TimedPlan(plan, found.states))
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
    return plan_of_rounds(rounds, PlanMode.PERSISTENT, plans, figures, [note], walks)


def _driven(rounds: Rounds, made: TimedPlan) -> tuple[list[VehiclePlan], float]:
    """The plan's steps, and when all are in step; who would run dry at first charges first."""
    plan, vehicles, low = made.plan, rounds.problem.vehicles, set[int]()
    while True:
        schedules: list[Schedule] = [[] for _ in vehicles]
        start_s = 0.0
        for beat, states in zip(plan.beats, made.states, strict=True):
            begun_s = _beat_schedules(rounds, plan, beat, states, schedules, low)
            start_s = max(start_s, begun_s)
        plans = [
            drive_rounds(rounds, v, schedules[v], plan.reasons[v]) for v in range(len(vehicles))
        ]
        docked = [v for v, vehicle in enumerate(vehicles) if vehicle.dock_id is not None]
        dry = {v for v in docked if runs_dry(vehicles[v], plans[v].steps)} - low
        if not dry:
            return plans, start_s
        low |= dry


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
        endurance_s=vehicle.full_endurance_s,
        charge_s=vehicle.charge_s,
        dock=dock,
        detour_s=ways_s[dock],
    )


def _beat_schedules(
    rounds: Rounds,
    plan: PersistentPlan,
    beat: Beat,
    states: Sequence[int | None],
    schedules: list[Schedule],
    low: Collection[int],
) -> float:
    """Visits and charges of a beat's members, first charges of some; returns when all of them are
    in their slots."""
    horizon_s = rounds.problem.horizon_s
    turns = stints(plan.graph, beat, horizon_s)
    # the walk begins when each vehicle can be where its first turn begins
    shift_s, seen = 0.0, set[int]()
    for stint in sorted(turns, key=lambda stint: stint.from_s):
        if stint.vehicle not in seen:
            seen.add(stint.vehicle)
            until_s = stint.from_s + (beat.lap_s or 1.0)
            time_s, stop = slot_stops(plan.graph, beat, stint.slot, stint.from_s, until_s)[0]
            place = beat.cycle.places[stop]
            ready_s = _ready_s(rounds, stint.vehicle, place, states[stop], low)
            shift_s = max(shift_s, ready_s - time_s)
    for stint in turns:
        mine = schedules[stint.vehicle]
        if mine or stint.vehicle in low:
            mine.append(Charge())
        for time_s, stop in slot_stops(plan.graph, beat, stint.slot, stint.from_s, horizon_s):
            if time_s >= stint.until_s:
                break
            mine.append(Due(beat.cycle.places[stop], time_s + shift_s, states[stop]))
            if beat.stays_s and beat.stays_s[stop] > 0:
                mine.append(Charge())
    return shift_s


def _ready_s(
    rounds: Rounds, vehicle: int, place: int, state: int | None, low: Collection[int]
) -> float:
    """When a vehicle can have visited its first place; one that is low has charged before."""
    start = rounds.problem.vehicles[vehicle]
    if vehicle in low:
        dock_row = rounds.problem.start_row + 2 * vehicle + 1
        times_s = rounds.problem.times[vehicle].worst_s
        way_s = float(times_s[dock_row - 1, dock_row] + times_s[dock_row, place])
        way_s += full_after_s(start, start.battery_pct)
    elif state is None:
        way_s = rounds.approach_s(vehicle, place)
    else:
        way_s = Driver(rounds.problem.searches[vehicle], start).route_into(state).duration_s
    return start.available_at_s + way_s + rounds.tasks[place].dwell_s
