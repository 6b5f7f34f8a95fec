"""From the API's words for plans to the planners'."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fleet_server.api.plan_models import NewPlan, PlanChanges
from navigation.planning.fleet.priorities import PastIncident, PriorityConfig
from navigation.planning.fleet.types import PlanMode, PlanVehicle
from patrol.map import PatrolMap

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning import RunningPlan, Standing


@dataclass(frozen=True)
class Weighing:
    """What checkpoints weigh by: rules by hour, and past incidents."""

    priorities: PriorityConfig
    history: tuple[PastIncident, ...]


def make_plan(
    patrol_map: PatrolMap,
    team: list[PlanVehicle],
    new: NewPlan,
    when: datetime,
    weighing: Weighing,
) -> RunningPlan:
    """The plan of a request; raises PlanError and ConfigError. It takes seconds."""
    # The solvers take seconds to load; a server that plans nothing never loads them.
    from navigation.planning.fleet.plan import PlanRequest
    from navigation.planning.fleet.replanning.team import RunningPlan
    from navigation.planning.patrol_tour import TourOrder

    request = PlanRequest(
        patrol_map,
        tuple(team),
        PlanMode(new.mode),
        tuple(new.checkpoint_ids),
        TourOrder(new.order),
        new.area,
        new.both_sides,
        new.hours * 3600.0,
        when,
        priorities=weighing.priorities,
        history=weighing.history,
        seed=new.seed if new.seed is not None else secrets.randbits(31),
    )
    return RunningPlan.begun(request)


def make_replan(
    running: RunningPlan,
    now_s: float,
    asked: PlanChanges,
    back: list[PlanVehicle],
    standings: dict[str, Standing],
) -> RunningPlan:
    """The plan for the rest; raises PlanError."""
    from navigation.planning.fleet.replanning import Away, Changes, replan_fleet

    changes = Changes(
        frozenset(asked.failed),
        frozenset(asked.charge),
        {call.vehicle_id: Away(call.node_id, call.until_s) for call in asked.away},
        frozenset(asked.closed),
        frozenset(asked.opened),
        tuple(replace(vehicle, available_at_s=now_s) for vehicle in back),
    )
    return replan_fleet(running, now_s, changes, standings)
