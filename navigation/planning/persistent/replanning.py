"""Going on after a loss, a closure, or a call: as few promises moved as the target allows.

A promise is a vehicle's walk and spacing. Ways to go on are compared: the same walks with the
loss shared inside its beat, or made good by one vehicle from another beat, and new divisions
found from the old ones. Of those whose worst idleness is near the best, the one that changes the
fewest vehicles' promises is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.charging import beats_with_charging, charged_beat
from navigation.planning.persistent.joining import stepped
from navigation.planning.persistent.partition import Group
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.search import (
    QUICK,
    SAME_S,
    WALKED,
    Effort,
    divisions,
    walks_of,
)
from navigation.planning.persistent.team import TeamVehicle, team_of
from patrol.errors import PlanError

NEAR_BEST = 1.05  # worst idleness that is worth keeping promises for, over the best found
GOOD_ENOUGH = 1.1  # and over the one promised, for which no other walks are looked for


def _as_it_is(plan: PersistentPlan) -> PersistentPlan:
    return plan


@dataclass(frozen=True)
class Driven:
    """How long walks take that are known, where a graph's moves hold whatever came before.

    `walked` is the graph of the old walks as driven; `improve` makes of a new plan the one as
    driven.
    """

    walked: PatrolGraph | None = None
    improve: Callable[[PersistentPlan], PersistentPlan] = _as_it_is


AS_THE_GRAPH_SAYS = Driven()


def replan(
    plan: PersistentPlan,
    state: Sequence[TeamVehicle],
    failed: Collection[str] = (),
    graph: PatrolGraph | None = None,
    effort: Effort = QUICK,
    promised_s: float | None = None,
    driven: Driven = AS_THE_GRAPH_SAYS,
) -> PersistentPlan:
    """A plan from now on for the vehicles in `state` (see `team_at`) without the failed ones.

    Vehicles in `state` that the plan does not know have come back or are new. `graph` is the one
    after closures; its places are the same. Where fewer vehicles on the old walks about keep
    `promised_s`, the worst idleness of more vehicles before (the plan's, unless ways changed),
    no division is searched: they cannot do much better. Time 0 is now. The plan's graph is the one
    that its walks are timed on. Raises PlanError for an unknown failed vehicle, a graph with other
    places, and when nobody is left.
    """
    if promised_s is None:
        promised_s = 0.0 if graph else plan.worst_idleness_s
    graph = graph or plan.graph
    if graph.names != plan.graph.names:
        raise PlanError("replanning: the new graph has other places; make a new plan")
    known = {vehicle.id for vehicle in state}
    for vehicle_id in failed:
        if vehicle_id not in known:
            raise PlanError(f"vehicle {vehicle_id}: failed, but is not in the team")
    team = team_of(graph, [vehicle for vehicle in state if vehicle.id not in set(failed)])
    because = _because(plan, team, failed, graph)
    if len(team) >= len(graph):
        return with_reasons(plan_persistent(graph, team, plan.seed, effort), because)
    if not {vehicle.id for vehicle in team} < {vehicle.id for vehicle in plan.team}:
        promised_s = 0.0  # nobody was lost, or somebody came: another division may be better
    ways = _ways_to_go_on(plan, team, graph, effort, promised_s, driven)
    least_s = min(way.worst_idleness_s for way in ways)
    near = [way for way in ways if way.worst_idleness_s <= NEAR_BEST * least_s]
    kept = {(beat.cycle.places, beat.slots) for beat in plan.beats}

    def rank(way: PersistentPlan) -> tuple[int, float]:
        moved = sum(b.slots for b in way.beats if (b.cycle.places, b.slots) not in kept)
        return moved, way.worst_idleness_s

    found = min(near, key=rank)
    beats, joins = stepped(found.graph, team, found.beats)
    bound_s = team_bound_s(graph, len(team))
    return with_reasons(replace(found, beats=beats, joins=joins, bound_s=bound_s), because)


def _because(
    plan: PersistentPlan,
    team: Sequence[TeamVehicle],
    failed: Collection[str],
    graph: PatrolGraph,
) -> str:
    before = {vehicle.id for vehicle in plan.team}
    new = [vehicle.id for vehicle in team if vehicle.id not in before]
    parts = [f"{', '.join(sorted(failed))} left"] if failed else []
    parts += [f"{', '.join(new)} came"] if new else []
    parts += ["ways changed"] if graph is not plan.graph else []
    return f"Planned anew because {' and '.join(parts)}." if parts else ""


def _ways_to_go_on(
    plan: PersistentPlan,
    team: tuple[TeamVehicle, ...],
    graph: PatrolGraph,
    effort: Effort,
    promised_s: float,
    driven: Driven,
) -> list[PersistentPlan]:
    walked = driven.walked or graph
    ways = [PersistentPlan(walked, team, beats, 0.0, plan.seed)
            for beats in _same_walks(plan, team, walked)]  # fmt: skip
    least_s = min((way.worst_idleness_s for way in ways), default=math.inf)
    if ways and (len(graph) > WALKED or least_s <= GOOD_ENOUGH * promised_s + SAME_S):
        # one large tour shared evenly stays one; what more vehicles did not beat stays, too
        return ways
    start = _spread(graph, _owned(plan), len(team))
    found = divisions(graph, len(team), start, plan.seed, effort)
    walks = [walks_of(graph, division) for division in found]
    try:
        beats = beats_with_charging(graph, team, walks, plan.seed, effort)
        ways.append(driven.improve(PersistentPlan(graph, team, beats, 0.0, plan.seed)))
    except PlanError:
        if not ways:
            raise
    return ways


def _owned(plan: PersistentPlan) -> list[Group]:
    """The beats as groups; a place on several walks belongs to the one that comes soonest."""
    worst_s = [beat.worst_s(plan.graph) for beat in plan.beats]
    owner = [
        min(range(len(worst_s)), key=lambda b: worst_s[b].get(place, np.inf))
        for place in range(len(plan.graph))
    ]
    orders = [
        tuple(place for place in dict.fromkeys(beat.cycle.places) if owner[place] == b)
        for b, beat in enumerate(plan.beats)
    ]
    return [Group(order, b.slots) for order, b in zip(orders, plan.beats, strict=True) if order]


def _spread(graph: PatrolGraph, groups: list[Group], vehicles: int) -> list[Group]:
    """The old groups with their vehicles brought to a number, one at a time where it helps."""
    travel_s, weights = graph.travel_s, np.array(graph.weights)
    numbers = [group.vehicles for group in groups]

    def worst_s(g: int, number: int) -> float:
        order = np.array(groups[g].order)
        lap_s = float(travel_s[order, np.roll(order, -1)].sum())
        return float(weights[order].max()) * lap_s / number

    while sum(numbers) < vehicles:
        numbers[max(range(len(groups)), key=lambda g: worst_s(g, numbers[g]))] += 1
    while sum(numbers) > vehicles:
        able = [g for g in range(len(groups)) if numbers[g] > 1]
        if not able:
            return [Group(tuple(p for group in groups for p in group.order), vehicles)]
        numbers[min(able, key=lambda g: worst_s(g, numbers[g] - 1))] -= 1
    return [replace(g, vehicles=n) for g, n in zip(groups, numbers, strict=True)]


def _same_walks(
    plan: PersistentPlan, team: tuple[TeamVehicle, ...], graph: PatrolGraph
) -> list[tuple[Beat, ...]]:
    """The old walks, each vehicle on its own, with losses shared or made good by one vehicle."""
    number_of = {vehicle.id: number for number, vehicle in enumerate(team)}
    members = [
        [number_of[plan.team[m].id] for m in beat.members if plan.team[m].id in number_of]
        for beat in plan.beats
    ]
    placed = {number for group in members for number in group}
    newcomers = [number for number in range(len(team)) if number not in placed]
    for number in newcomers:
        max(zip(plan.beats, members, strict=True), key=lambda pair: _need(graph, *pair))[1].append(
            number
        )
    options = [members]
    short = [b for b, group in enumerate(members) if len(group) < len(plan.beats[b].members)]
    for b in short:
        for donor, group in enumerate(members):
            if donor != b and len(group) > 1:
                options += [_moved(members, donor, b, number) for number in group[-1:]]
    ways = []
    for option in options:
        try:
            ways.append(
                tuple(_kept_beat(graph, team, beat, group)
                      for beat, group in zip(plan.beats, option, strict=True))
            )  # fmt: skip
        except PlanError:
            continue
    return ways


def _need(graph: PatrolGraph, beat: Beat, group: list[int]) -> float:
    heaviest = max(graph.weights[place] for place in beat.cycle.places)
    return heaviest * beat.cycle.duration_s / max(len(group), 0.5)


def _moved(members: list[list[int]], donor: int, taker: int, number: int) -> list[list[int]]:
    out = [[m for m in group if m != number] for group in members]
    out[taker].append(number)
    return out


def _kept_beat(
    graph: PatrolGraph, team: Sequence[TeamVehicle], beat: Beat, group: list[int]
) -> Beat:
    """The beat's walk, on ways of the graph as it is, for a group; PlanError for nobody."""
    if not group:
        raise PlanError("beat without vehicles")
    if len(beat.cycle.places) == 1:
        cycle = PatrolCycle(beat.cycle.places, 0.0, len(group))
    else:
        try:
            cycle = PatrolCycle.of_walk(graph, beat.cycle.places, len(group))
        except PlanError:  # a closed move: the same places in the same order
            order = tuple(dict.fromkeys(beat.cycle.places))
            cycle = walks_of(graph, [Group(order, len(group))])[0]
    return charged_beat(graph, team, cycle, tuple(group))
