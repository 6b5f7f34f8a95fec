"""A fleet plan as a JSON document; keys carry their unit.

A plan file holds the request too, and what was before the plan, so that it can be planned again
(`plan_file`; `plan_reading.read_plan` is the way back). The map is named by its hash.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from navigation.planning.fleet.plan import PlanRequest
from navigation.planning.fleet.replanning.changes import Changes
from navigation.planning.fleet.replanning.team import RunningPlan
from navigation.planning.fleet.types import FleetPlan, PlanVehicle, Step, VehiclePlan
from patrol.vehicle import VehicleSpec

FORMAT_VERSION = 2


def plan_file(running: RunningPlan) -> dict[str, Any]:
    """Everything that is needed to go on from a plan."""
    specs = list(dict.fromkeys(v.spec for v in (*running.request.vehicles, *running.gone)))
    return {
        **plan_document(running.plan),
        "request": _request(running.request, specs),
        "before": _before(running, specs),
    }


def plan_document(plan: FleetPlan) -> dict[str, Any]:
    """Everything a plan says; times are seconds after its start, an endless horizon is null."""
    return {
        "format_version": FORMAT_VERSION,
        "mode": str(plan.mode),
        "map_id": plan.map_id,
        "map_hash": plan.map_hash,
        "horizon_s": plan.horizon_s if math.isfinite(plan.horizon_s) else None,
        "figures": {name: _rounded(value) for name, value in plan.figures.items()},
        "notes": list(plan.notes),
        "walks": [
            {
                "task_ids": list(walk.task_ids),
                "vehicle_ids": list(walk.vehicle_ids),
                "slots": walk.slots,
                "worst_s": walk.worst_s,
            }
            for walk in plan.walks
        ],
        "vehicles": [_vehicle(vehicle) for vehicle in plan.vehicles],
        "left_out": [
            {"what": left.what, "why": left.why, "remedy": left.remedy} for left in plan.left_out
        ],
    }


def _vehicle(plan: VehiclePlan) -> dict[str, Any]:
    return {
        "vehicle_id": plan.vehicle_id,
        "reason": plan.reason,
        "length_m": _rounded(plan.length_m),
        "driving_s": _rounded(plan.driving_s),
        "end_s": _rounded(plan.end_s),
        "u_turn_node_ids": list(plan.u_turn_node_ids),
        "steps": [_step(step) for step in plan.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "task_id": step.task_id or None,
        "name": step.name,
        "is_charge": step.is_charge,
        "actions": list(step.actions),
        "leave_s": _rounded(step.leave_s),
        "arrive_s": _rounded(step.arrive_s),
        "begin_s": _rounded(step.begin_s),
        "end_s": _rounded(step.end_s),
        "length_m": _rounded(step.length_m),
        "node_ids": list(step.node_ids),
        "edge_ids": list(step.edge_ids),
    }


def _rounded(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


# ------------------------------------------------------------------------------- to go on from


def _request(request: PlanRequest, specs: list[VehicleSpec]) -> dict[str, Any]:
    return {
        "checkpoints": list(request.checkpoints),
        "order": str(request.order),
        "area": request.area,
        "both_sides": request.both_sides,
        "when": request.when.isoformat() if request.when else None,
        "closed_edge_ids": sorted(request.closed_edge_ids),
        "seed": request.seed,
        "priorities": dataclasses.asdict(request.priorities),
        "history": [
            {
                "when": incident.when.isoformat(),
                "x_m": incident.x_m,
                "y_m": incident.y_m,
                "severity": str(incident.severity),
            }
            for incident in request.history
        ],
        "vehicle_types": [dataclasses.asdict(spec) for spec in specs],
        "vehicles": [_stands(vehicle, specs) for vehicle in request.vehicles],
    }


def _stands(vehicle: PlanVehicle, specs: list[VehicleSpec]) -> dict[str, Any]:
    return {
        "id": vehicle.id,
        "vehicle_type": specs.index(vehicle.spec),
        "node_id": vehicle.node_id,
        "heading_rad": vehicle.heading_rad,
        "dock_id": vehicle.dock_id,
        "battery_pct": vehicle.battery_pct,
        "available_at_s": vehicle.available_at_s,
        "full_charge_s": vehicle.full_charge_s,
    }


def _before(running: RunningPlan, specs: list[VehicleSpec]) -> dict[str, Any]:
    return {
        "done": sorted(running.done),
        "driven_edge_ids": sorted(running.driven_edge_ids),
        "last_visit_s": {task_id: _rounded(s) for task_id, s in running.last_visit_s.items()},
        "gone": [_stands(vehicle, specs) for vehicle in running.gone],
        "changes": [_changes(now_s, changes) for now_s, changes in running.changes],
    }


def _changes(now_s: float, changes: Changes) -> dict[str, Any]:
    return {
        "now_s": now_s,
        "failed": sorted(changes.failed),
        "charge": sorted(changes.charge),
        "away": [
            {"vehicle_id": vehicle_id, "node_id": away.node_id, "until_s": away.until_s}
            for vehicle_id, away in changes.away.items()
        ],
        "closed": sorted(changes.closed),
        "opened": sorted(changes.opened),
        "back": [vehicle.id for vehicle in changes.back],
    }
