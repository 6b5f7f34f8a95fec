"""Modes 3 and 4, patrols without an end: what both begin with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from navigation.planning.fleet.persistent import persistent_plan
from navigation.planning.fleet.rounds import (
    rounds_of,
)
from navigation.planning.fleet.tour_problem import Searches, TourProblem
from navigation.planning.fleet.types import (
    FleetPlan,
    PlanMode,
    PlanVehicle,
    Task,
)
from navigation.planning.fleet.unpredictable import unpredictable_plan
from patrol.errors import PlanError
from patrol.map import PatrolMap


def plan_fleet_rounds(
    patrol_map: PatrolMap,
    tasks: Sequence[Task],
    vehicles: Sequence[PlanVehicle],
    search_of: Searches,
    *,
    mode: PlanMode,
    horizon_s: float,
    seed: int = 0,
) -> FleetPlan:
    """A persistent or unpredictable patrol; raises PlanError for nobody, nothing, or no end.

    Places that cannot be gone round are in `left_out`, and so are vehicles whose battery does not
    last to the end of an unpredictable plan.
    """
    if not vehicles:
        raise PlanError("a plan needs at least one vehicle")
    if not math.isfinite(horizon_s):
        raise PlanError(f"a {mode} patrol needs a horizon: give the hours")
    problem = TourProblem.of(patrol_map, tuple(tasks), tuple(vehicles), search_of, horizon_s)
    rounds = rounds_of(problem)
    if mode is PlanMode.PERSISTENT:
        return persistent_plan(rounds, seed)
    return unpredictable_plan(rounds, seed)
