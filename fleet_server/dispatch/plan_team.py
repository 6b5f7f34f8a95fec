"""The vehicles of a plan as the planner sees them: where they stand, what is left in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.kept_plans import KeptPlan
from fleet_server.dispatch.readiness import check_map, check_ready, pose_on
from fleet_server.dispatch.route import start_of
from fleet_server.dispatch.whereabouts import Seen, standing_of
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.fleet import Fleet, VehicleRecord
from navigation.planning.fleet.types import PlanVehicle
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning import Standing


class PlanTeam:
    """`vehicle` for a new plan, `standing` for one under way."""

    def __init__(self, fleet: Fleet, spec: VehicleSpec, within_m: float) -> None:
        self._fleet, self._spec, self._within_m = fleet, spec, within_m

    def vehicle(self, vehicle_id: str, patrol_map: PatrolMap) -> PlanVehicle:
        """A vehicle that could be sent now; raises NotFoundError and ConflictError."""
        record = self._fleet.find(vehicle_id)
        if record is None:
            raise NotFoundError(f"no vehicle {vehicle_id!r}", "vehicle_unknown", "vehicle_ids")
        check_ready(self._fleet, record)
        x_m, y_m, heading_rad = pose_on(record, patrol_map)
        check_map(record, patrol_map)
        try:
            node_id = start_of(patrol_map, x_m, y_m, heading_rad, self._within_m)
        except PlanError as error:
            raise ConflictError(f"{vehicle_id}: {error}", "vehicle_off_map") from None
        return PlanVehicle(
            vehicle_id, self._spec, node_id, heading_rad, _dock_id(patrol_map, x_m, y_m),
            _battery_pct(record),
        )  # fmt: skip

    def standing(
        self,
        kept: KeptPlan,
        vehicle: PlanVehicle,
        assignment: Assignment | None,
        now_s: float,
        closed: Collection[int] = (),
    ) -> Standing:
        """Where a vehicle of a started plan is, as far as it says so; `closed` edges have no
        way on."""
        plan = kept.running.plan.of(vehicle.id)
        return standing_of(
            kept.patrol_map, vehicle, plan, assignment, self._seen(kept, vehicle), now_s, closed
        )

    def _seen(self, kept: KeptPlan, vehicle: PlanVehicle) -> Seen:
        record = self._fleet.find(vehicle.id)
        if record is None or record.state is None:
            return Seen(None, vehicle.node_id, vehicle.battery_pct)
        battery_pct = _battery_pct(record)
        try:
            pose = pose_on(record, kept.patrol_map)
            node_id = start_of(kept.patrol_map, *pose, self._within_m)
        except (ConflictError, PlanError):
            return Seen(None, vehicle.node_id, battery_pct)
        return Seen(pose, node_id, battery_pct)


def _dock_id(patrol_map: PatrolMap, x_m: float, y_m: float) -> str | None:
    """The nearest dock as the crow flies."""

    def squared_m2(node_id: int) -> float:
        node = patrol_map.nodes[node_id]
        return (node.x_m - x_m) ** 2 + (node.y_m - y_m) ** 2

    dock = min(patrol_map.docks, key=lambda d: squared_m2(d.node_id), default=None)
    return dock.id if dock else None


def _battery_pct(record: VehicleRecord) -> float:
    assert record.state is not None
    return min(100.0, max(0.0, record.state.battery_state.battery_charge))
