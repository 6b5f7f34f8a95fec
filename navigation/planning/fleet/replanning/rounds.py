"""Changing patrols in rounds under way: walks that nothing happened to go on as they are.

`navigation.planning.persistent.replan` decides who goes round what from now on. The vehicles of a
walk that it leaves as it was keep their very steps; the others get into step on theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.laps import improved
from navigation.planning.fleet.persistent import team_vehicle
from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.held_up import held_up
from navigation.planning.fleet.replanning.old_walks import old_plan
from navigation.planning.fleet.replanning.team import Situation
from navigation.planning.fleet.rounds import Rounds, rounds_of
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import PlanMode, Walk
from navigation.planning.persistent.plan import Beat, PersistentPlan
from navigation.planning.persistent.reasons import with_reasons
from navigation.planning.persistent.replanning import GOOD_ENOUGH, Driven, replan
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.unpredictable.certificate import BOUND
from patrol.errors import PlanError

REORDERED = 40  # places up to which new walks are reordered as driven; that takes its time


@dataclass(frozen=True)
class Regrouped:
    """The walks from now on: those that go on as they are, and those to get into step on.

    `plan` is over the places of `rounds`; `team[i]` is the member behind the plan's vehicle i,
    `new` are numbers of its beats.
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
    old = old_plan(now, rounds, vehicles)
    if not old.beats:
        raise PlanError("patrol: none of its walks can be gone round any more; plan again")
    if {vehicle.id for vehicle in old.team} == set(ids) and _still_good(now, old):
        found = with_reasons(old)
    else:
        driven = _as_driven(rounds, old) if now.request.mode is PlanMode.PERSISTENT else Driven()
        found = replan(old, vehicles, (), graph, promised_s=_promised_s(now), driven=driven)
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


def _as_driven(rounds: Rounds, old: PersistentPlan) -> Driven:
    return Driven(old.graph, lambda plan: improved(rounds, plan, REORDERED).plan)


def _still_good(now: Situation, old: PersistentPlan) -> bool:
    """Whether the old walks, on the ways as they are, promise about what they promised."""
    if len(old.team) > sum(len(beat.members) for beat in old.beats):
        return False  # somebody is new
    if any(vehicle.must_charge for vehicle in old.team):
        return False  # when they charge is to be found anew
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
