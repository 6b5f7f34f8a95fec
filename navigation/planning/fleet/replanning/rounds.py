"""Changing patrols in rounds under way: walks that nothing happened to go on as they are.

`navigation.planning.persistent.replan` decides who goes round what from now on. The vehicles of a
walk that it leaves as it was keep their very steps; the others get into step on theirs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.persistent import driven_figures, team_vehicle
from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.standing import SAME_S
from navigation.planning.fleet.replanning.team import Member, Outcome, Situation
from navigation.planning.fleet.rounds import Rounds, rounds_of
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import PlanMode, Step, Task, VehiclePlan, Walk
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


def is_calm(now: Situation) -> bool:
    """Whether every walk can go on as it is."""
    busy = {vehicle_id for walk in now.old.walks for vehicle_id in walk.vehicle_ids}
    idle = {member.vehicle.id for member in now.members} - busy
    return (
        not now.lost
        and not (now.changes.opened and (idle or now.old.left_out))
        and not now.changes.back
        and not any(member.because and not held_up(now, member) for member in now.members)
    )


def held_up(now: Situation, member: Member) -> bool:
    """Whether a vehicle charges or is away, and then can go on with its round."""
    if any(e in now.request.closed_edge_ids for step in member.rest for e in step.edge_ids):
        return False
    return member.vehicle.id in now.changes.charge or member.vehicle.id in now.changes.away


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
        found = replan(old, vehicles, (), graph)
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
    factor = BOUND if now.request.mode is PlanMode.UNPREDICTABLE else 1.0
    promised_s = now.old.figures.get("worst_idleness_s", 0.0)
    return factor * old.worst_idleness_s <= GOOD_ENOUGH * promised_s


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


# ------------------------------------------------------------------------------- going on


def gone_on(now: Situation, member: Member) -> tuple[VehiclePlan, float]:
    """A member whose walk stays as it was, and from when on it is in step."""
    if not member.because:
        return member.kept(), 0.0
    driver, steps = Driver(member.search, member.vehicle), list[Step]()
    visits = [step for step in member.rest if step.task_id]
    first = next((i for i, step in enumerate(visits) if _makes(driver, step)), len(visits))
    for number, step in enumerate(visits[first:]):
        if step.is_charge:
            dock = now.request.patrol_map.dock(step.task_id)
            steps.append(driver.charge(dock, until_s=step.end_s))
            continue
        window = ((step.begin_s, math.inf),)
        stay_s = step.end_s - step.begin_s
        task = Task(step.task_id, step.name, step.node_ids[-1], stay_s, window, 1.0, step.actions)
        is_next = number > 0 and step.node_ids[0] == driver.node_id
        steps.append(driver.follow(step.edge_ids, task) if is_next else driver.visit(task))
    if not steps:
        return member.plan(member.way_home(), f"{member.because}; then it stays"), 0.0
    in_step_s = steps[0].begin_s
    reason = f"{member.because}; from {in_step_s / 60:.0f} min on its round goes on as it was"
    return member.plan(tuple(steps), reason), in_step_s


@dataclass(frozen=True)
class GoneOn:
    """What the walks that were kept come to: theirs, their vehicles' plans, who keeps its very
    steps, and from when on the promise holds."""

    walks: tuple[Walk, ...]
    plans: Mapping[str, VehiclePlan]
    kept: frozenset[str]
    in_step_s: float


def walks_gone_on(now: Situation, walks: Sequence[Walk]) -> GoneOn:
    """The vehicles of walks that stay as they were."""
    members = {member.vehicle.id: member for member in now.members}
    ids = [vehicle_id for walk in walks for vehicle_id in walk.vehicle_ids]
    found = {vehicle_id: gone_on(now, members[vehicle_id]) for vehicle_id in ids}
    return GoneOn(
        tuple(_bounded(now, walk) for walk in walks),
        {vehicle_id: plan for vehicle_id, (plan, _) in found.items()},
        frozenset(vehicle_id for vehicle_id in ids if not members[vehicle_id].because),
        max([_old_in_step_s(now), *(from_s for _, from_s in found.values())]),
    )


def all_go_on(now: Situation) -> Outcome:
    """Nothing changed but that some are held up for a while."""
    found = [gone_on(now, member) for member in now.members]
    kept = frozenset(member.vehicle.id for member in now.members if not member.because)
    in_step_s = max(_old_in_step_s(now), *(from_s for _, from_s in found))
    walks = [_bounded(now, walk) for walk in now.old.walks]
    return outcome_of(now, None, [plan for plan, _ in found], walks, kept, in_step_s)


def _old_in_step_s(now: Situation) -> float:
    """From when on the promise of walks that go on holds."""
    return max(now.now_s, now.old.figures.get("in_step_from_s", 0.0))


def _bounded(now: Situation, walk: Walk) -> Walk:
    """A walk that goes on: its places wait no longer than the old plan promised."""
    promised_s = now.old.figures.get("worst_idleness_s", math.inf)
    return replace(walk, worst_s=min(walk.worst_s, promised_s))


def _makes(driver: Driver, step: Step) -> bool:
    """Whether a vehicle can be somewhere as early as was planned."""
    if step.is_charge:
        return False
    try:
        return driver.clock_s + driver.route_to(step.node_ids[-1]).duration_s <= (
            step.begin_s + SAME_S
        )
    except PlanError:
        return False


# ------------------------------------------------------------------------------- in words


def moves_between(now: Situation, walks: Sequence[Walk], tasks: Sequence[Task]) -> Iterator[Moved]:
    """Checkpoints that other vehicles watch from now on, one line for each from and to."""
    before, after = _watchers(now.old.walks), _watchers(walks)
    groups: dict[tuple[str, str, str], list[str]] = {}
    for task in tasks:
        had, has = before.get(task.id, ()), after.get(task.id, ())
        lost = [v for v in had if v not in has]
        if set(had) != set(has):
            key = (", ".join(sorted(had)), ", ".join(sorted(has)), lost[0] if lost else "")
            groups.setdefault(key, []).append(task.id)
    for (from_id, to_id, first), ids in groups.items():
        more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        what = f"rounds of {', '.join(ids[:NAMED])}{more}"
        yield Moved(what, from_id, to_id, why_moved(now, first))


def why_moved(now: Situation, vehicle_id: str = "") -> str:
    """What made walks change; a vehicle that gave something up may be named."""
    if vehicle_id in now.lost:
        return now.why(vehicle_id)
    causes = [now.why(v) for v in now.lost]
    causes += [now.why(m.vehicle.id) for m in now.members if m.because and not held_up(now, m)]
    return ", ".join(causes) or "ways changed"


def _watchers(walks: Sequence[Walk]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for walk in walks:
        for task_id in dict.fromkeys(walk.task_ids):
            found[task_id] = tuple(dict.fromkeys((*found.get(task_id, ()), *walk.vehicle_ids)))
    return found


def outcome_of(
    now: Situation,
    rounds: Rounds | None,
    plans: Sequence[VehiclePlan],
    walks: Sequence[Walk],
    kept: frozenset[str],
    in_step_from_s: float,
) -> Outcome:
    """The outcome with its guarantee: how long nobody waits, and from when on.

    Without `rounds`, places and ways are those of the old plan.
    """
    watched = {task_id for walk in walks for task_id in walk.task_ids}
    tasks = [task for task in tasks_of(now.request) if task.id in watched]
    worst_s = max(walk.worst_s for walk in walks)
    figures: dict[str, float] = {"worst_idleness_s": worst_s}
    if rounds is not None:
        figures["bound_s"] = team_bound_s(rounds.least, len(now.members))
    elif "bound_s" in now.old.figures:
        figures["bound_s"] = now.old.figures["bound_s"]
    figures["in_step_from_s"] = in_step_from_s
    figures |= driven_figures(tasks, now.request.horizon_s, plans, in_step_from_s)
    note = (
        f"no checkpoint waits longer than {worst_s / 60:.1f} min (over its weight) from "
        f"{in_step_from_s / 60:.1f} min on"
    )
    moved = tuple(moves_between(now, walks, tasks))
    left_out = now.old.left_out if rounds is None else rounds.left_out
    return Outcome(tuple(plans), left_out, figures, moved, kept, (note,), tuple(walks))
