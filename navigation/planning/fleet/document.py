"""A fleet plan as a JSON document; keys carry their unit."""

from __future__ import annotations

import math
from typing import Any

from navigation.planning.fleet.types import FleetPlan, Step, VehiclePlan

FORMAT_VERSION = 1


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
