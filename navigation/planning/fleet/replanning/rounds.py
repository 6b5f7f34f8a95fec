"""Changing patrols in rounds under way: walks that nothing happened to go on as they are.

`navigation.planning.persistent.replan` decides who goes round what from now on. The vehicles of a
walk that it leaves as it was keep their very steps; the others get into step on theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.persistent import team_vehicle
from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.held_up import held_up
from navigation.planning.fleet.replanning.team import Situation
from navigation.planning.fleet.rounds import Rounds, rounds_of
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import PlanMode, Walk
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.persistent.bounds import team_bound_s
from navigation.planning.persistent.partition import Group
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.replanning import replan
from navigation.planning.persistent.search import walks_of
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.unpredictable.planner import BOUND
from patrol.errors import PlanError

NAMED = 4  # checkpoints that a line names
GOOD_ENOUGH = 1.1  # worst idleness over the promised one for which walks are not given up


@dataclass(frozen=True)
class Regrouped:
    """The walks from now on: those that go on as they are, and those to get into step on.

    `plan` is over `rounds.graph`; `team[i]` is the member behind the plan's vehicle i, `new` are
    numbers of its beats.
    """

    rounds: Rounds
    plan: PersistentPlan
    team: tuple[int, ...]
    kept: tuple[Walk, ...]
    new: tuple[int, ...]


def rounds_now(now: Situation) -> Rounds:
    """The places as they can be gone round with today's ways, for those who are left."""
    problem = TourProblem.of(
        now.request.patrol_map, tuple(tasks_of(now.request)),
        tuple(member.vehicle for member in now.members), now.searches, now.request.horizon_s,
    )  # fmt: skip
    return rounds_of(problem)


def regroup(now: Situation, rounds: Rounds, team: Sequence[int]) -> Regrouped:
    """The walks for some of the members, as few of them new as the target allows."""
    graph, members = rounds.graph, now.members
    horizon_s = now.request.horizon_s
    vehicles = [_placed(now, rounds, v, horizon_s) for v in team]
    ids = [vehicle.id for vehicle in vehicles]
    old = _old_plan(now, rounds, vehicles)
    if not old.beats:
        raise PlanError("patrol: none of its walks can be gone round any more; plan again")
    if {vehicle.id for vehicle in old.team} == set(ids) and _still_good(now, old):
        found = with_reasons(old)
    else:
        found = replan(old, vehicles, (), graph, promised_s=_promised_s(now))
    calm = {m.vehicle.id for m in members if not m.because or held_up(now, m)}
    kept, new = list[Walk](), list[int]()
    for index, beat in enumerate(found.beats):
        names = {ids[number] for number in beat.members}
        walk = _same_walk(now, [graph.names[place] for place in beat.cycle.places], beat, names)
        if walk is not None and names <= calm:
            kept.append(walk)
        else:
            new.append(index)
    return Regrouped(rounds, found, tuple(team), tuple(kept), tuple(new))


def _still_good(now: Situation, old: PersistentPlan) -> bool:
    """Whether the old walks, on the ways as they are, promise about what they promised."""
    if len(old.team) > sum(len(beat.members) for beat in old.beats):
        return False  # somebody is new
    return old.worst_idleness_s <= GOOD_ENOUGH * _promised_s(now)


def _promised_s(now: Situation) -> float:
    """The worst idleness of the walks that the old plan was made of."""
    factor = BOUND if now.request.mode is PlanMode.UNPREDICTABLE else 1.0
    return now.old.figures.get("worst_idleness_s", 0.0) / factor


def _same_walk(now: Situation, stops: Sequence[str], beat: Beat, names: set[str]) -> Walk | None:
    """The old walk with these stops and vehicles."""
    return next(
        (walk for walk in now.old.walks
         if list(walk.task_ids) == list(stops) and set(walk.vehicle_ids) == names
         and walk.slots == beat.slots),
        None,
    )  # fmt: skip


def _placed(now: Situation, rounds: Rounds, v: int, horizon_s: float) -> TeamVehicle:
    """A member at the place that it can be at soonest."""
    ready_s = [
        rounds.approach_s(v, place) + rounds.tasks[place].dwell_s
        for place in range(len(rounds.tasks))
    ]
    place = min(range(len(ready_s)), key=ready_s.__getitem__)
    free_s = now.members[v].vehicle.available_at_s - now.now_s
    vehicle = team_vehicle(rounds, v, horizon_s - now.now_s)
    return replace(vehicle, place=place, ready_s=max(0.0, free_s) + ready_s[place])


def _old_plan(now: Situation, rounds: Rounds, vehicles: Sequence[TeamVehicle]) -> PersistentPlan:
    """The walks as they were, on the ways as they are; a new place goes where it is nearest."""
    graph = rounds.graph
    number = {name: i for i, name in enumerate(graph.names)}
    orders = [
        [number[name] for name in dict.fromkeys(walk.task_ids) if name in number]
        for walk in now.old.walks
    ]
    for place in set(range(len(graph))).difference(*orders):
        able = [order for order in orders if order]
        if not able:
            break
        order = min(able, key=lambda order: min(graph.travel_s[order, place]))
        order.insert(1 + min(range(len(order)), key=lambda i: graph.travel_s[order[i], place]),
                     place)  # fmt: skip
    known = {vehicle.id for vehicle in vehicles}
    left = [TeamVehicle(i) for walk in now.old.walks for i in walk.vehicle_ids if i not in known]
    team = (*vehicles, *left)
    row = {vehicle.id: i for i, vehicle in enumerate(team)}
    beats = []
    for walk, order in zip(now.old.walks, orders, strict=True):
        if order:
            members = tuple(row[vehicle_id] for vehicle_id in walk.vehicle_ids)
            beats.append(Beat(_cycle(rounds, walk, order), members))
    bound_s = team_bound_s(graph, len(team))
    return PersistentPlan(graph, team, tuple(beats), bound_s, now.request.seed)


def _cycle(rounds: Rounds, walk: Walk, order: Sequence[int]) -> PatrolCycle:
    """The walk itself where it can still be gone, else its places in their order."""
    graph = rounds.graph
    number = {name: i for i, name in enumerate(graph.names)}
    stops = [number[name] for name in walk.task_ids if name in number]
    if len(stops) == len(walk.task_ids) and set(stops) == set(order):
        try:
            return PatrolCycle.of_walk(graph, stops, walk.slots)
        except PlanError:
            pass  # a way between two stops is longer than one over a third by now
    return walks_of(graph, [Group(tuple(order), walk.slots)])[0]
