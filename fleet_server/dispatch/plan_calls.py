"""Between the API's words for plans and the planners'."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fleet_server.api.plan_models import MovedView, NewPlan, PlanChanges, PlanView
from fleet_server.dispatch.kept_plans import KeptPlan
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle
from patrol.map import PatrolMap

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning import RunningPlan, Standing


def make_plan(patrol_map: PatrolMap, team: list[PlanVehicle], new: NewPlan) -> RunningPlan:
    """The plan of a request; raises PlanError. It takes seconds."""
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


def view_of(kept: KeptPlan) -> PlanView:
    """As the API shows it."""
    running = kept.running
    moved = [
        MovedView(what=m.what, from_id=m.from_id or None, to_id=m.to_id or None, why=m.why)
        for m in running.moved
    ]
    return PlanView(
        plan_id=kept.plan_id, name=kept.name, replaces=kept.replaces, moved=moved,
        kept=sorted(running.kept), **_shown(running.plan),
    )  # fmt: skip


def _shown(plan: FleetPlan) -> dict[str, Any]:
    """The document without the long lists of nodes and edges."""
    from navigation.planning.fleet.document import plan_document

    document = plan_document(plan)
    for vehicle in document["vehicles"]:
        for step in vehicle["steps"]:
            del step["node_ids"], step["edge_ids"]
    del document["format_version"], document["walks"]
    return document
