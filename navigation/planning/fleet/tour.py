"""Mode 1, tour: checkpoints with dwell, actions and time windows over a team of vehicles.

`tour_orders` decides who visits what in which order, `tour_driving` drives every route on paper,
turn by turn; what does not fit is left out with its reason, and `tour_bound` says how much shorter
any plan could be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from navigation.planning.fleet.tour_bound import least_split, longest_bound_s
from navigation.planning.fleet.tour_driving import Outcome, drive_all
from navigation.planning.fleet.tour_exact import MOST_TASKS, Split
from navigation.planning.fleet.tour_orders import best_order, given_order
from navigation.planning.fleet.tour_problem import (
    Searches,
    TimedSearches,
    TourProblem,
    why_hopeless,
    why_no_room,
)
from navigation.planning.fleet.tour_reasons import with_reasons
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanMode,
    PlanVehicle,
    Task,
    VehiclePlan,
)
from navigation.planning.patrol_tour import TourOrder
from patrol.errors import PlanError
from patrol.map import PatrolMap

NOTHING: frozenset[str] = frozenset()


def plan_team_tour(
    patrol_map: PatrolMap,
    tasks: Sequence[Task],
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    *,
    horizon_s: float = math.inf,
    order: TourOrder = TourOrder.BEST,
    seed: int = 0,
    timed_of: TimedSearches | None = None,
) -> FleetPlan:
    """Routes that visit the tasks; raises PlanError for no vehicle or no task.

    Where zones open or close while the tour runs, `search_of` has them closed and `timed_of` knows
    when they are open: of a plan by the one and a plan by the other the better is taken.
    What cannot be visited is in `left_out`: unreachable places, windows that nobody can meet,
    batteries and horizons that are too short.
    """
    if not vehicles:
        raise PlanError("a plan needs at least one vehicle")
    if not tasks:
        raise PlanError("a tour needs at least one checkpoint")
    problem = TourProblem.of(patrol_map, tuple(tasks), tuple(vehicles), search_of, horizon_s)
    best = planned = _Draft.of(problem, order, seed)
    if timed_of is not None:
        problem = TourProblem.of(
            patrol_map, tuple(tasks), tuple(vehicles), search_of, horizon_s, timed_of
        )
        timed = _Draft.of(problem, order, seed, planned.hopeless)
        best = min(planned, timed, key=_Draft.badness)
    bound_s = best.bound_s(problem)
    figures = figures_of(best.plans) | {"longest_bound_s": bound_s}
    note = (
        f"the last vehicle is back after {figures['longest_s'] / 60:.1f} min; no plan for these "
        f"visits can be done before {bound_s / 60:.1f} min"
    )
    left_out = {
        **best.left_out,
        **{i: planned.left_out[i] for i in best.hopeless & planned.hopeless},
    }
    return FleetPlan(
        PlanMode.TOUR, patrol_map.map_id, patrol_map.content_hash, horizon_s, tuple(best.plans),
        tuple(left_out.values()), figures, (note,) if best.visited else (),
    )  # fmt: skip


@dataclass(frozen=True)
class _Draft:
    """Routes for a problem; what is in none, by task id, and of that what cannot be at all."""

    problem: TourProblem
    plans: Sequence[VehiclePlan]
    left_out: Mapping[str, LeftOut]
    hopeless: frozenset[str]
    least: Split | None

    @classmethod
    def of(
        cls, problem: TourProblem, order: TourOrder, seed: int, behind: frozenset[str] = NOTHING
    ) -> _Draft:
        """The best routes for what is possible; tasks `behind` closed ways want them open."""
        tasks = problem.tasks
        found = [why for task in tasks if (why := why_hopeless(problem, task))]
        left_out = {why.task_id: why.left_out for why in found}
        hopeless = frozenset(left_out)
        possible = problem.only([i for i, t in enumerate(tasks) if t.id not in hopeless])
        least = _least(possible)
        plans, missed = _planned(possible, order, seed, least, behind)
        for task in (possible.tasks[index] for index in sorted(missed)):
            left_out[task.id] = why_no_room(possible, task)
        return cls(problem, plans, left_out, hopeless, None if left_out else least)

    @property
    def visited(self) -> frozenset[str]:
        """The tasks that are in a route."""
        return frozenset(task.id for task in self.problem.tasks) - self.left_out.keys()

    def badness(self) -> tuple[float, float]:
        """What is left out, by weight, and when the last vehicle is back."""
        lost = math.fsum(t.priority for t in self.problem.tasks if t.id in self.left_out)
        return lost, max(plan.end_s for plan in self.plans)

    def bound_s(self, problem: TourProblem) -> float:
        """What no plan for the same visits can go below, in a problem where as much is open."""
        visited = [i for i, task in enumerate(problem.tasks) if task.id in self.visited]
        least = self.least if problem is self.problem else None
        return longest_bound_s(problem, visited, least)


def _least(problem: TourProblem) -> Split | None:
    """The split that only time decides, for few tasks."""
    few = 0 < len(problem.tasks) <= MOST_TASKS
    return least_split(problem, range(len(problem.tasks))) if few else None


def _planned(
    problem: TourProblem,
    order: TourOrder,
    seed: int,
    least: Split | None,
    behind: frozenset[str],
) -> Outcome:
    if not problem.tasks:
        return [VehiclePlan(v.id, (), "nothing that it could do") for v in problem.vehicles], set()
    if order is TourOrder.GIVEN:
        plans, missed = drive_all(problem, given_order(problem))
    else:
        plans, missed = best_order(problem, seed, least, behind)
    return with_reasons(problem, plans), missed


def figures_of(plans: Sequence[VehiclePlan]) -> dict[str, float]:
    """A tour's figures."""
    return {
        "length_m": math.fsum(plan.length_m for plan in plans),
        "longest_s": max((plan.end_s for plan in plans), default=0.0),
        "visits": float(sum(len(plan.task_ids) for plan in plans)),
    }
