"""A kept plan as the API shows it: times after its start and by the clock, in both languages."""

from __future__ import annotations

import math
from collections.abc import Mapping

from fleet_server.api.plan_models import (
    LeftOutView,
    MovedView,
    PlanStepView,
    PlanVehicleView,
    PlanView,
)
from fleet_server.dispatch.kept_plans import KeptPlan
from fleet_server.wording import korean
from navigation.planning.fleet.types import LeftOut, Step, VehiclePlan


def view_of(kept: KeptPlan, assignments: Mapping[str, str]) -> PlanView:
    """Everything of a plan but its long lists of nodes."""
    running, plan = kept.running, kept.running.plan
    notes = [note for note in plan.notes if not note.startswith("moved: ")]
    return PlanView(
        plan_id=kept.plan_id,
        name=kept.name,
        map_id=plan.map_id,
        map_hash=plan.map_hash,
        mode=str(plan.mode),
        vehicle_ids=[vehicle.vehicle_id for vehicle in plan.vehicles],
        start=kept.start_s,
        started=kept.started_at_s is not None,
        created_by=kept.created_by,
        created_at=kept.created_at_s,
        replaces=kept.replaces,
        replaced_by=kept.replaced_by,
        scheduled_by=kept.scheduled_by,
        start_problem=kept.start_problem,
        start_problem_ko=korean(kept.start_problem or ""),
        moved=[
            MovedView(
                what=m.what, what_ko=korean(m.what), from_id=m.from_id or None,
                to_id=m.to_id or None, why=m.why, why_ko=korean(m.why),
            )
            for m in running.moved
        ],
        kept=sorted(running.kept),
        horizon_s=_known(plan.horizon_s),
        figures={name: _known(value) for name, value in plan.figures.items()},
        incidents=len(running.request.history),
        closed=sorted(running.request.closed_edge_ids),
        notes=notes,
        notes_ko=[korean(note) for note in notes],
        vehicles=[
            _vehicle(vehicle, kept.start_s, assignments.get(vehicle.vehicle_id))
            for vehicle in plan.vehicles
        ],
        left_out=[_left_out(left) for left in plan.left_out],
    )  # fmt: skip


def _vehicle(plan: VehiclePlan, start_s: float, assignment_id: str | None) -> PlanVehicleView:
    driven = dict.fromkeys(edge_id for step in plan.steps for edge_id in step.edge_ids)
    return PlanVehicleView(
        vehicle_id=plan.vehicle_id,
        reason=plan.reason,
        reason_ko=korean(plan.reason),
        assignment_id=assignment_id,
        length_m=round(plan.length_m, 3),
        driving_s=round(plan.driving_s, 3),
        end_s=round(plan.end_s, 3),
        end_at=start_s + round(plan.end_s, 3),
        u_turn_node_ids=list(plan.u_turn_node_ids),
        edge_ids=list(driven),
        steps=[_step(step, start_s) for step in plan.steps],
    )


def _step(step: Step, start_s: float) -> PlanStepView:
    return PlanStepView(
        task_id=step.task_id or None,
        name=step.name,
        name_ko=korean(step.name),
        node_id=step.node_ids[-1],
        is_charge=step.is_charge,
        actions=list(step.actions),
        leave_s=round(step.leave_s, 3),
        arrive_s=round(step.arrive_s, 3),
        begin_s=round(step.begin_s, 3),
        end_s=round(step.end_s, 3),
        leave_at=start_s + round(step.leave_s, 3),
        arrive_at=start_s + round(step.arrive_s, 3),
        begin_at=start_s + round(step.begin_s, 3),
        end_at=start_s + round(step.end_s, 3),
        length_m=round(step.length_m, 3),
    )


def _left_out(left: LeftOut) -> LeftOutView:
    return LeftOutView(
        what=left.what,
        what_ko=korean(left.what),
        why=left.why,
        why_ko=korean(left.why),
        remedy=left.remedy,
        remedy_ko=korean(left.remedy),
    )


def _known(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
