"""Who has which checkpoint of a tour under way, and who takes what nobody has any more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from navigation.planning.fleet.driving import begin_in
from navigation.planning.fleet.replanning.team import Situation
from navigation.planning.fleet.routing import RoutingVehicle
from navigation.planning.fleet.tour_problem import TourProblem


class Orders:
    """Orders of tasks by member, `of[v]`, as indices into the problem's.

    `adopted[v]` are new to it, `before` says who had a task and `why` that changed; `refused` are
    pairs of a member and a task that driving ruled out.
    """

    def __init__(self, now: Situation, problem: TourProblem) -> None:
        self.now, self.problem = now, problem
        self._team = problem.routing_vehicles("mean_s")
        number = {task.id: i for i, task in enumerate(problem.tasks)}
        self.of = [
            [number[task_id] for task_id in member.promised() if task_id in number]
            for member in now.members
        ]
        self.before = {
            number[task_id]: plan.vehicle_id
            for plan in now.old.vehicles for task_id in plan.task_ids if task_id in number
        }  # fmt: skip
        self.adopted: list[set[int]] = [set() for _ in now.members]
        self.refused: set[tuple[int, int]] = set()
        self.why: dict[int, str] = {}

    def drop_what_cannot_be(self) -> None:
        """Promises that a vehicle that was held up cannot keep any more, fewest first."""
        for v, member in enumerate(self.now.members):
            order = self.of[v]
            while member.because and order and not math.isfinite(self.end_s(v, order)):
                rest = [[t for t in order if t != task] for task in order]
                ends_s = [self.end_s(v, without) for without in rest]
                best = min(range(len(order)), key=lambda i: (ends_s[i], -i))
                if not math.isfinite(ends_s[best]):
                    best = self._first_unmet(v, order)
                self.why[order[best]] = self.now.why(member.vehicle.id)
                del order[best]

    def _first_unmet(self, v: int, order: Sequence[int]) -> int:
        """The first task of an order with which it cannot be kept."""
        return next(
            (i for i in range(len(order)) if not math.isfinite(self.end_s(v, order[: i + 1]))),
            len(order) - 1,
        )

    def deal(self, orphans: Sequence[int]) -> list[int]:
        """Each to where it fits best, the most urgent first; those that fit nowhere."""
        lost = []
        for task in sorted(orphans, key=self._urgency):
            places = list(self.places(task))
            if not places:
                lost.append(task)
                continue
            _, _, v, at = min(places)
            self.of[v].insert(at, task)
            self.adopted[v].add(task)
        return lost

    def _urgency(self, task: int) -> tuple[float, float, int]:
        """Windows that close first, then what weighs most."""
        wanted = self.problem.tasks[task]
        last_s = max((closes_s for _, closes_s in wanted.windows_s), default=0.0)
        return last_s, -wanted.priority, task

    def places(self, task: int) -> Iterator[tuple[float, float, int, int]]:
        """(end of the tour, extra time, vehicle, place in its order) wherever a task fits."""
        ends_s = [self.end_s(v, order) for v, order in enumerate(self.of)]
        for v, order in enumerate(self.of):
            if (v, task) in self.refused:
                continue
            others_s = max((s for u, s in enumerate(ends_s) if u != v), default=0.0)
            for at in range(len(order) + 1):
                end_s = self.end_s(v, [*order[:at], task, *order[at:]])
                if math.isfinite(end_s):
                    yield max(others_s, end_s), end_s - ends_s[v], v, at

    def longest_s(self) -> float:
        """When the last member is home."""
        return max(self.end_s(v, order) for v, order in enumerate(self.of))

    def copy(self) -> tuple[list[list[int]], list[set[int]]]:
        """Orders and adopted tasks, to come back to."""
        return [list(order) for order in self.of], [set(got) for got in self.adopted]

    def end_s(self, v: int, order: Sequence[int]) -> float:
        """When a vehicle is home that does an order by expected times; inf where it cannot."""
        member = self.now.members[v]
        if not order:
            return self.now.now_s
        if not member.because and self.is_own(v, order):
            return member.rest[-1].end_s
        return self.cost_s(v, order)

    def is_own(self, v: int, order: Sequence[int]) -> bool:
        """Whether an order is what the member was to do anyway."""
        names = [self.problem.tasks[i].id for i in order]
        return names == [t for t in self.now.members[v].promised() if t not in self.now.done]

    def is_kept(self, v: int) -> bool:
        """Whether a member keeps its very route."""
        return not self.now.members[v].because and self.is_own(v, self.of[v])

    def cost_s(self, v: int, order: Sequence[int]) -> float:
        """As `end_s`, for one that drives it anew."""
        return _end_s(self.problem, self._team[v], order)


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
