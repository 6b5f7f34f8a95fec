"""What plans of persistent and unpredictable patrols share: their figures, put together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from navigation.planning.fleet.rounds import (
    Rounds,
    worst_gaps_s,
)
from navigation.planning.fleet.types import (
    FleetPlan,
    PlanMode,
    Task,
    VehiclePlan,
    Walk,
)


def plan_of_rounds(
    rounds: Rounds,
    mode: PlanMode,
    plans: Sequence[VehiclePlan],
    figures: dict[str, float],
    notes: list[str],
    walks: Sequence[Walk],
) -> FleetPlan:
    """The plan, with what its steps come to among its figures."""
    patrol_map = rounds.problem.patrol_map
    figures = figures | driven_figures(
        rounds.tasks, rounds.problem.horizon_s, plans, figures["in_step_from_s"]
    )
    return FleetPlan(
        mode, patrol_map.map_id, patrol_map.content_hash, rounds.problem.horizon_s, tuple(plans),
        rounds.left_out, figures, tuple(notes), tuple(walks),
    )  # fmt: skip


def driven_figures(
    tasks: Sequence[Task],
    horizon_s: float,
    plans: Sequence[VehiclePlan],
    in_step_from_s: float,
) -> dict[str, float]:
    """What the steps themselves come to."""
    gaps_s = worst_gaps_s(tasks, horizon_s, plans, in_step_from_s)
    return {
        "planned_worst_idleness_s": max(
            gap * task.priority for gap, task in zip(gaps_s, tasks, strict=True)
        ),
        "length_m": math.fsum(plan.length_m for plan in plans),
        "visits": float(sum(len(plan.task_ids) for plan in plans)),
    }
