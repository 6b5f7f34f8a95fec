"""Changing a tour under way: who has a checkpoint keeps it, in its order, as far as that goes.

A vehicle that nothing happened to keeps its very route. What nobody has any more goes, one by one,
to the place in the others' orders where it makes the longest route least longer (cheapest
insertion). A vehicle that was held up hands over what would make the whole tour much longer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.hand_over import hand_over
from navigation.planning.fleet.replanning.near import near_members
from navigation.planning.fleet.replanning.orders import Orders
from navigation.planning.fleet.replanning.team import Member, Outcome, Situation
from navigation.planning.fleet.replanning.tour_words import moves, reason
from navigation.planning.fleet.tour import figures_of
from navigation.planning.fleet.tour_driving import drive_order
from navigation.planning.fleet.tour_problem import (
    TimedSearches,
    TourProblem,
    why_hopeless,
    why_no_room,
)
from navigation.planning.fleet.types import LeftOut, Task, VehiclePlan


def replan_tour(now: Situation) -> Outcome:
    """The rest of a tour."""
    tasks = [task for task in tasks_of(now.request) if task.id not in now.done]
    promised = {task_id for member in now.members for task_id in member.promised()}
    is_calm = all(not member.because for member in now.members)
    if is_calm and all(task.id in promised or _is_hopeless(now, task.id) for task in tasks):
        return _unchanged(now)
    near = near_members(now, tasks)
    found = _mended(now, tasks, near)
    if len(near) < len(now.members) and found.left_out:
        found = _mended(now, tasks, now.members)  # somebody further away may have room
    return found


def _mended(now: Situation, tasks: Sequence[Task], near: Sequence[Member]) -> Outcome:
    """The rest with some of the members mended, and the others as they are.

    Where zones open or close on the way, the better of two: with them closed, and by the clock.
    """
    far = [member for member in now.members if member not in near]
    theirs = {task_id for member in far for task_id in member.promised()}
    loose = tuple(task for task in tasks if task.id not in theirs)
    team, vehicles = replace(now, members=tuple(near)), tuple(m.vehicle for m in near)

    def draft(timed_of: TimedSearches | None) -> _Draft:
        problem = TourProblem.of(
            now.request.patrol_map, loose, vehicles, now.searches, now.request.horizon_s, timed_of
        )
        return _Draft.of(Orders(team, problem))

    best = closed = draft(None)
    if now.timed_of is not None:
        best = min(closed, draft(now.timed_of), key=_Draft.badness)
    made = {plan.vehicle_id: plan for plan in best.plans}
    plans = tuple(made.get(m.vehicle.id) or m.kept() for m in now.members)
    kept = best.kept | {member.vehicle.id for member in far}
    both = best.hopeless & closed.hopeless
    left_out = {**best.left_out, **{task_id: closed.left_out[task_id] for task_id in both}}
    return Outcome(plans, tuple(left_out.values()), figures_of(plans), best.moved, kept)


def _is_hopeless(now: Situation, task_id: str) -> bool:
    """Whether it was left out before, and nothing has happened that could change that."""
    helps = now.changes.opened or now.changes.back
    return not helps and any(left.what == f"checkpoint {task_id}" for left in now.old.left_out)


def _unchanged(now: Situation) -> Outcome:
    plans = tuple(member.kept() for member in now.members)
    kept = frozenset(member.vehicle.id for member in now.members)
    return Outcome(plans, now.old.left_out, figures_of(plans), (), kept)


@dataclass(frozen=True)
class _Draft:
    """Mended routes; what is in none, by task id, and of that what cannot be at all."""

    problem: TourProblem
    plans: Sequence[VehiclePlan]
    left_out: Mapping[str, LeftOut]
    hopeless: frozenset[str]
    moved: tuple[Moved, ...]
    kept: frozenset[str]

    @classmethod
    def of(cls, orders: Orders) -> _Draft:
        """Deal, then drive; what turns out not to fit is dealt again."""
        problem, members = orders.problem, orders.now.members
        orders.drop_what_cannot_be()
        held = {task for order in orders.of for task in order}
        orders.deal([task for task in range(len(problem.tasks)) if task not in held])
        hand_over(orders)
        plans, missed = _drive(orders)
        lost = [problem.tasks[index] for index in sorted(missed)]
        found = {task.id: why_hopeless(problem, task) for task in lost}
        left_out = {
            task.id: why.left_out if (why := found[task.id]) else why_no_room(problem, task)
            for task in lost
        }
        hopeless = frozenset(task_id for task_id, why in found.items() if why)
        kept = frozenset(m.vehicle.id for v, m in enumerate(members) if orders.is_kept(v))
        moved = tuple(moves(orders, plans, missed))
        return cls(problem, plans, left_out, hopeless, moved, kept)

    def badness(self) -> tuple[float, float]:
        """What is left out, by weight, and when the last vehicle is back."""
        lost = math.fsum(t.priority for t in self.problem.tasks if t.id in self.left_out)
        return lost, max(plan.end_s for plan in self.plans)


def _drive(orders: Orders) -> tuple[list[VehiclePlan], set[int]]:
    """Everybody's route; promises go before what was adopted where not all fits."""
    routes: dict[int, VehiclePlan] = {}
    missed: set[int] = set()
    waiting = list(range(len(orders.of)))
    while waiting:
        v = waiting.pop(0)
        route, lost = _route(orders, v)
        if not lost:
            routes[v] = route
            continue
        gives = lost & orders.adopted[v] or orders.adopted[v] or lost
        task = max(gives, key=orders.of[v].index)
        orders.of[v].remove(task)
        orders.adopted[v].discard(task)
        orders.refused.add((v, task))
        before = [list(order) for order in orders.of]
        missed.update(orders.deal([task]))
        waiting += [u for u in range(len(before)) if orders.of[u] != before[u]]
        waiting = list(dict.fromkeys([v, *waiting]))
    held = {task for order in orders.of for task in order}
    missed |= {t for t in range(len(orders.problem.tasks)) if t not in held}
    return [routes[v] for v in range(len(orders.of))], missed


def _route(orders: Orders, v: int) -> tuple[VehiclePlan, set[int]]:
    member, order = orders.now.members[v], orders.of[v]
    if orders.is_kept(v):
        return member.kept(), set()
    if not order:
        return member.plan(member.way_home(), reason(orders, v)), set()
    plan, lost = drive_order(orders.problem, v, list(order))
    return member.plan(plan.steps, reason(orders, v)), lost
