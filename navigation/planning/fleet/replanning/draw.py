"""Changing an unpredictable patrol under way: groups that changed draw anew, within the bound."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navigation.planning.fleet.replanning.going_on import all_go_on, walks_gone_on
from navigation.planning.fleet.replanning.held_up import is_calm
from navigation.planning.fleet.replanning.promises import outcome_of, why_moved
from navigation.planning.fleet.replanning.rounds import Regrouped, regroup, rounds_now
from navigation.planning.fleet.replanning.team import Outcome, Situation
from navigation.planning.fleet.rounds import Due, Rounds, Schedule, drive_rounds, set_out
from navigation.planning.fleet.types import LeftOut, VehiclePlan, Walk
from navigation.planning.fleet.unpredictable import too_short, walk_at_random
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.patrol_graph_map import direct_moves
from navigation.planning.unpredictable.planner import UnpredictablePatrol
from navigation.planning.unpredictable.seating import Whereabouts
from navigation.planning.unpredictable.simulate import moves
from patrol.errors import PlanError


def replan_unpredictable(now: Situation) -> Outcome:
    """The rest of an unpredictable patrol."""
    if is_calm(now):
        return all_go_on(now)
    rounds = rounds_now(now)
    team, left_out = _team(now, rounds)
    found = regroup(now, rounds, team)
    gone_on = walks_gone_on(now, found.kept)
    walks, plans = [*gone_on.walks], {**gone_on.plans}
    kept, in_step_s = set(gone_on.kept), gone_on.in_step_s
    if found.new:
        new_walks, new_plans, from_s = _drawn(now, found)
        walks += new_walks
        plans |= new_plans
        in_step_s = max(in_step_s, from_s)
    for member in now.members:
        if member.vehicle.id not in plans:
            is_still = not member.because and not member.rest
            kept |= {member.vehicle.id} if is_still else set()
            reason = "stays: the others keep the bound without it"
            plans[member.vehicle.id] = member.plan(member.way_home(), reason)
    ordered = [plans[member.vehicle.id] for member in now.members]
    made = outcome_of(now, rounds, ordered, walks, frozenset(kept), in_step_s)
    return Outcome(
        made.plans, (*made.left_out, *left_out), made.figures, made.moved, made.kept, made.notes,
        made.walks,
    )  # fmt: skip


def _team(now: Situation, rounds: Rounds) -> tuple[list[int], list[LeftOut]]:
    """Who goes round: those who do already, then others, as far as their batteries last."""
    busy = {vehicle_id for walk in now.old.walks for vehicle_id in walk.vehicle_ids}
    lasting, out = list[int](), list[LeftOut]()
    for v, member in enumerate(now.members):
        vehicle = member.vehicle
        if vehicle.endurance_s >= now.request.horizon_s - vehicle.available_at_s:
            lasting.append(v)
        else:
            left_s = now.request.horizon_s - vehicle.available_at_s
            out.append(too_short(vehicle, left_s))
    if not lasting:
        raise PlanError(f"unpredictable patrol: {out[0]}")
    lasting.sort(key=lambda v: now.members[v].vehicle.id not in busy)
    most = max(1, len(rounds.tasks) // 2)
    return sorted(lasting[:most]), out


def _drawn(now: Situation, found: Regrouped) -> tuple[list[Walk], dict[str, VehiclePlan], float]:
    """New groups at random over their own places, from where their vehicles are."""
    rounds, graph = found.rounds, found.rounds.graph
    beats = [found.plan.beats[index] for index in found.new]
    places = sorted({place for beat in beats for place in beat.cycle.places})
    part = _part_of(graph, places)
    number = {place: i for i, place in enumerate(places)}
    cycles = [
        PatrolCycle.of_walk(part, [number[p] for p in beat.cycle.places], beat.slots)
        for beat in beats
    ]
    vehicles = [found.team[member] for beat in beats for member in beat.members]
    where = [_whereabouts(now, rounds, v, places) for v in vehicles]
    seen_s = np.array([now.last_visit_s.get(graph.names[place], 0.0) for place in places])
    seed = now.request.seed + len(now.before.changes) + 1  # another draw than the one before
    patrol = UnpredictablePatrol.from_field(part, cycles, where, seen_s, seed)
    schedules: dict[int, Schedule] = {
        v: [Due(places[w.place], w.free_s)] for v, w in zip(vehicles, where, strict=True)
    }
    for move in moves(patrol, now.request.horizon_s):
        due = Due(places[move.end], move.arrive_s)
        set_out(schedules[vehicles[move.vehicle]], move.depart_s, due)
    plans = {}
    for seat, v in enumerate(vehicles):
        member = now.members[v]
        made = drive_rounds(rounds, v, schedules[v], patrol.explain(seat))
        because = member.because or f"as {why_moved(now)}"
        plans[member.vehicle.id] = member.plan(made.steps, f"{because}: {made.reason}")
    walks, seats = list[Walk](), iter(vehicles)
    for beat in beats:
        ids = [now.members[next(seats)].vehicle.id for _ in beat.members]
        walks.append(walk_at_random(graph, beat.cycle, ids, patrol.bound_s))
    return walks, plans, max(now.now_s, patrol.holds_from_s)


def _part_of(graph: PatrolGraph, places: Sequence[int]) -> PatrolGraph:
    """Some of the places, with the quickest ways between them."""
    times_s = graph.travel_s[np.ix_(places, places)]
    positions_m = graph.positions_m
    return PatrolGraph(
        tuple(graph.names[place] for place in places),
        direct_moves(times_s),
        tuple(graph.weights[place] for place in places),
        None if positions_m is None else positions_m[list(places)],
    )


def _whereabouts(now: Situation, rounds: Rounds, v: int, places: Sequence[int]) -> Whereabouts:
    """The place of a group that a vehicle can have visited soonest."""
    free_s = now.members[v].vehicle.available_at_s
    ready_s = [
        free_s + rounds.approach_s(v, place) + rounds.tasks[place].dwell_s for place in places
    ]
    nearest = min(range(len(places)), key=ready_s.__getitem__)
    if not math.isfinite(ready_s[nearest]):
        raise PlanError(f"vehicle {now.members[v].vehicle.id}: reaches none of the checkpoints")
    return Whereabouts(nearest, ready_s[nearest])
