"""Changing a tour under way: who has a checkpoint keeps it, in its order, as far as that goes.

A vehicle that nothing happened to keeps its very route. What nobody has any more goes, one by one,
to the place in the others' orders where it makes the longest route least longer (cheapest
insertion). A vehicle that was held up hands over what would make the whole tour much longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from navigation.planning.fleet.driving import begin_in
from navigation.planning.fleet.plan import tasks_of
from navigation.planning.fleet.replanning.changes import Moved
from navigation.planning.fleet.replanning.near import near_members
from navigation.planning.fleet.replanning.team import IS_BACK, KEEPS, Member, Outcome, Situation
from navigation.planning.fleet.routing import RoutingVehicle
from navigation.planning.fleet.tour import figures_of
from navigation.planning.fleet.tour_driving import drive_order
from navigation.planning.fleet.tour_problem import TourProblem, why_hopeless, why_no_room
from navigation.planning.fleet.types import LeftOut, Task, VehiclePlan

HAND_OVER = 0.1  # of the time to the end of the tour: what handing checkpoints over must save
HAND_OVER_S = 60.0  # and at least this


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
    """The rest with some of the members mended, and the others as they are."""
    far = [member for member in now.members if member not in near]
    theirs = {task_id for member in far for task_id in member.promised()}
    loose = tuple(task for task in tasks if task.id not in theirs)
    problem = TourProblem.of(
        now.request.patrol_map, loose, tuple(m.vehicle for m in near), now.searches,
        now.request.horizon_s,
    )  # fmt: skip
    found = _Mender(replace(now, members=tuple(near)), problem).outcome()
    made = {plan.vehicle_id: plan for plan in found.plans}
    plans = tuple(made.get(m.vehicle.id) or m.kept() for m in now.members)
    kept = found.kept | {member.vehicle.id for member in far}
    return replace(found, plans=plans, kept=kept, figures=figures_of(plans))


def _is_hopeless(now: Situation, task_id: str) -> bool:
    """Whether it was left out before, and nothing has happened that could change that."""
    helps = now.changes.opened or now.changes.back
    return not helps and any(left.what == f"checkpoint {task_id}" for left in now.old.left_out)


def _unchanged(now: Situation) -> Outcome:
    plans = tuple(member.kept() for member in now.members)
    kept = frozenset(member.vehicle.id for member in now.members)
    return Outcome(plans, now.old.left_out, figures_of(plans), (), kept)


class _Mender:
    """Orders of tasks by vehicle, as indices into the problem's; `adopted` are new to theirs."""

    def __init__(self, now: Situation, problem: TourProblem) -> None:
        self._now, self._problem = now, problem
        self._team = problem.routing_vehicles("mean_s")
        number = {task.id: i for i, task in enumerate(problem.tasks)}
        self._orders = [
            [number[task_id] for task_id in member.promised() if task_id in number]
            for member in now.members
        ]
        self._before = {
            number[task_id]: plan.vehicle_id
            for plan in now.old.vehicles for task_id in plan.task_ids if task_id in number
        }  # fmt: skip
        self._adopted: list[set[int]] = [set() for _ in now.members]
        self._refused: set[tuple[int, int]] = set()  # (vehicle, task) that driving ruled out
        self._why: dict[int, str] = {}

    def outcome(self) -> Outcome:
        """Deal, then drive; what turns out not to fit is dealt again."""
        self._drop_what_cannot_be()
        held = {task for order in self._orders for task in order}
        orphans = [task for task in range(len(self._problem.tasks)) if task not in held]
        self._deal(orphans)
        self._hand_over()
        plans, missed = self._drive()
        left_out = [self._left_out(task) for task in sorted(missed)]
        kept = frozenset(m.vehicle.id for v, m in enumerate(self._now.members) if self._is_kept(v))
        moved = tuple(self._moves(plans, missed))
        return Outcome(tuple(plans), tuple(left_out), figures_of(plans), moved, kept)

    # --------------------------------------------------------------------------- who has what

    def _drop_what_cannot_be(self) -> None:
        """Promises that a vehicle that was held up cannot keep any more, fewest first."""
        for v, member in enumerate(self._now.members):
            order = self._orders[v]
            while member.because and order and not math.isfinite(self._end_s(v, order)):
                rest = [[t for t in order if t != task] for task in order]
                ends_s = [self._end_s(v, without) for without in rest]
                best = min(range(len(order)), key=lambda i: (ends_s[i], -i))
                if not math.isfinite(ends_s[best]):
                    best = self._first_unmet(v, order)
                self._why[order[best]] = self._now.why(member.vehicle.id)
                del order[best]

    def _first_unmet(self, v: int, order: Sequence[int]) -> int:
        """The first task of an order with which it cannot be kept."""
        return next(
            (i for i in range(len(order)) if not math.isfinite(self._end_s(v, order[: i + 1]))),
            len(order) - 1,
        )

    def _deal(self, orphans: Sequence[int]) -> list[int]:
        """Each to where it fits best, the most urgent first; those that fit nowhere."""
        lost = []
        for task in sorted(orphans, key=self._urgency):
            places = list(self._places(task))
            if not places:
                lost.append(task)
                continue
            _, _, v, at = min(places)
            self._orders[v].insert(at, task)
            self._adopted[v].add(task)
        return lost

    def _urgency(self, task: int) -> tuple[float, float, int]:
        """Windows that close first, then what weighs most."""
        wanted = self._problem.tasks[task]
        last_s = max((closes_s for _, closes_s in wanted.windows_s), default=0.0)
        return last_s, -wanted.priority, task

    def _places(self, task: int) -> Iterator[tuple[float, float, int, int]]:
        """(end of the tour, extra time, vehicle, place in its order) wherever a task fits."""
        ends_s = [self._end_s(v, order) for v, order in enumerate(self._orders)]
        for v, order in enumerate(self._orders):
            if (v, task) in self._refused:
                continue
            others_s = max((s for u, s in enumerate(ends_s) if u != v), default=0.0)
            for at in range(len(order) + 1):
                end_s = self._end_s(v, [*order[:at], task, *order[at:]])
                if math.isfinite(end_s):
                    yield max(others_s, end_s), end_s - ends_s[v], v, at

    def _hand_over(self) -> None:
        """Checkpoints of a vehicle that was held up to any other, or of one that is late to one
        that is back: as few as save about as much for the tour as can be saved so."""
        begin_s = self._longest_s()
        tried, handed = [(begin_s, self._copy())], set[int]()
        while (found := self._best_hand_over(handed)) is not None:
            task, v, at, from_v = found
            handed.add(task)
            self._orders[from_v].remove(task)
            self._adopted[from_v].discard(task)
            self._orders[v].insert(at, task)
            self._adopted[v].add(task)
            self._why[task] = self._hand_over_why(from_v)
            tried.append((self._longest_s(), self._copy()))
        least_s = min(longest_s for longest_s, _ in tried)
        worth_s = max(HAND_OVER_S, HAND_OVER * (begin_s - self._now.now_s))
        _, (self._orders, self._adopted) = next(
            pair for pair in tried if pair[0] <= least_s + worth_s
        )

    def _best_hand_over(self, handed: set[int]) -> tuple[int, int, int, int] | None:
        """(task, to whom, where in its order, from whom) that makes the tour shortest."""
        ends_s = [self._end_s(v, order) for v, order in enumerate(self._orders)]
        last = max(range(len(ends_s)), key=ends_s.__getitem__)
        order, found = self._orders[last], []
        for task in (t for t in order if t not in handed):
            self._orders[last] = [t for t in order if t != task]
            places = [p for p in self._places(task) if self._may_hand_over(last, p[2])]
            found += [(*min(places), task)] if places else []
        self._orders[last] = order
        if not found:
            return None
        _, _, v, at, task = min(found)
        return task, v, at, last

    def _may_hand_over(self, from_v: int, to_v: int) -> bool:
        members = self._now.members
        return from_v != to_v and (
            bool(members[from_v].prelude) or members[to_v].because == IS_BACK
        )

    def _hand_over_why(self, from_v: int) -> str:
        members = self._now.members
        if members[from_v].because:
            return self._now.why(members[from_v].vehicle.id)
        back = [member.vehicle.id for member in members if member.because == IS_BACK]
        return f"{', '.join(back)} {IS_BACK}"

    def _longest_s(self) -> float:
        return max(self._end_s(v, order) for v, order in enumerate(self._orders))

    def _copy(self) -> tuple[list[list[int]], list[set[int]]]:
        return [list(order) for order in self._orders], [set(got) for got in self._adopted]

    def _end_s(self, v: int, order: Sequence[int]) -> float:
        """When a vehicle is home that does an order by expected times; inf where it cannot."""
        member = self._now.members[v]
        if not order:
            return self._now.now_s
        if not member.because and self._is_own(v, order):
            return member.rest[-1].end_s
        return _end_s(self._problem, self._team[v], order)

    def _is_own(self, v: int, order: Sequence[int]) -> bool:
        names = [self._problem.tasks[i].id for i in order]
        return names == [t for t in self._now.members[v].promised() if t not in self._now.done]

    # --------------------------------------------------------------------------- driving

    def _is_kept(self, v: int) -> bool:
        member = self._now.members[v]
        return not member.because and self._is_own(v, self._orders[v])

    def _drive(self) -> tuple[list[VehiclePlan], set[int]]:
        """Everybody's route; promises go before what was adopted where not all fits."""
        routes: dict[int, VehiclePlan] = {}
        missed: set[int] = set()
        waiting = list(range(len(self._orders)))
        while waiting:
            v = waiting.pop(0)
            route, lost = self._route(v)
            if not lost:
                routes[v] = route
                continue
            gives = lost & self._adopted[v] or self._adopted[v] or lost
            task = max(gives, key=self._orders[v].index)
            self._orders[v].remove(task)
            self._adopted[v].discard(task)
            self._refused.add((v, task))
            before = [list(order) for order in self._orders]
            missed.update(self._deal([task]))
            waiting += [u for u in range(len(before)) if self._orders[u] != before[u]]
            waiting = list(dict.fromkeys([v, *waiting]))
        held = {task for order in self._orders for task in order}
        missed |= {t for t in range(len(self._problem.tasks)) if t not in held}
        return [routes[v] for v in range(len(self._orders))], missed

    def _route(self, v: int) -> tuple[VehiclePlan, set[int]]:
        member, order = self._now.members[v], self._orders[v]
        if self._is_kept(v):
            return member.kept(), set()
        if not order:
            return member.plan(member.way_home(), self._reason(v)), set()
        plan, lost = drive_order(self._problem, v, list(order))
        return member.plan(plan.steps, self._reason(v)), lost

    # --------------------------------------------------------------------------- in words

    def _reason(self, v: int) -> str:
        member, order = self._now.members[v], self._orders[v]
        got = [self._problem.tasks[i].id for i in order if i in self._adopted[v]]
        own = len(order) - len(got)
        parts = [member.because] if member.because else []
        if got:
            parts.append(f"takes over {', '.join(got)}, which makes the tour least longer here")
        if own:
            parts.append(f"keeps its other {own} in their order" if parts else KEEPS)
        if not order:
            parts.append("has nothing more to visit")
        return "; ".join(parts)

    def _moves(self, plans: Sequence[VehiclePlan], missed: set[int]) -> Iterator[Moved]:
        longest_s = max((plan.end_s for plan in plans), default=0.0)
        for v, order in enumerate(self._orders):
            for task in (t for t in order if t in self._adopted[v]):
                own = [t for t in order if t != task]
                extra_s = self._cost_s(v, order) - self._cost_s(v, own)
                why = (
                    f"{self._because(task)}; it takes {max(extra_s, 0.0):.0f} s more there, the "
                    f"last vehicle is back after {longest_s / 60:.1f} min"
                )
                to_id = self._now.members[v].vehicle.id
                yield Moved(self._what(task), self._before.get(task, ""), to_id, why)
        for task in sorted(missed & self._before.keys()):
            yield Moved(self._what(task), self._before[task], "", self._because(task))

    def _cost_s(self, v: int, order: Sequence[int]) -> float:
        return _end_s(self._problem, self._team[v], order)

    def _what(self, task: int) -> str:
        return f"checkpoint {self._problem.tasks[task].id}"

    def _because(self, task: int) -> str:
        if task in self._why:
            return self._why[task]
        before = self._before.get(task)
        if before is None:
            return "it was left out before and fits now"
        return self._now.why(before)

    def _left_out(self, task: int) -> LeftOut:
        wanted = self._problem.tasks[task]
        hopeless = why_hopeless(self._problem, wanted)
        return hopeless.left_out if hopeless else why_no_room(self._problem, wanted)


def _end_s(problem: TourProblem, vehicle: RoutingVehicle, order: Sequence[int]) -> float:
    """When an order is over, the way home included; inf where windows, battery or time forbid."""
    clock_s, here = vehicle.available_at_s, vehicle.start
    for index in order:
        task = problem.tasks[index]
        begun_s = begin_in(task.windows_s, clock_s + float(vehicle.times_s[here, index]))
        if begun_s is None:
            return math.inf
        clock_s, here = begun_s + task.dwell_s, index
    if vehicle.end is not None:
        clock_s += float(vehicle.times_s[here, vehicle.end])
    is_empty = clock_s - vehicle.available_at_s > vehicle.longest_s
    return math.inf if is_empty or clock_s > vehicle.back_by_s else clock_s
