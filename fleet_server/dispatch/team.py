"""Plans for a team: made on request, shown, and started as one assignment a vehicle.

A plan that nobody has started lives in memory only: what it promises is about vehicles where they
stood. A started one is as durable as any assignment.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from fleet_server.api.models import AssignmentView
from fleet_server.api.plan_models import NewPlan, PlanView
from fleet_server.dispatch.readiness import check_map, check_ready, pose_on
from fleet_server.dispatch.route import PlannedVisit, Route, Stop, start_of
from fleet_server.dispatch.service import Dispatcher
from fleet_server.errors import ConflictError, InvalidError, NotFoundError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.maps import MapLibrary
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle, VehiclePlan
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

KEPT = 50  # plans that may still be started; the oldest goes


@dataclass(frozen=True)
class _Kept:
    name: str
    patrol_map: PatrolMap
    plan: FleetPlan


class TeamPlanning:
    """`plan` and `start`; raises InvalidError, NotFoundError and ConflictError."""

    def __init__(
        self,
        fleet: Fleet,
        maps: MapLibrary,
        dispatcher: Dispatcher,
        spec: VehicleSpec,
        within_m: float,
    ) -> None:
        self._fleet, self._maps, self._dispatcher = fleet, maps, dispatcher
        self._spec, self._within_m = spec, within_m
        self._plans: OrderedDict[str, _Kept] = OrderedDict()

    async def plan(self, new: NewPlan) -> PlanView:
        """A plan for vehicles from where they stand; nothing is sent."""
        patrol_map = self._maps.find(new.map_id)
        if patrol_map is None:
            known = ", ".join(m.map_id for m in self._maps.all()) or "none"
            raise InvalidError(
                f"no map {new.map_id!r} is loaded; known: {known}", "map_unknown", "map_id"
            )
        team = [self._vehicle(self._record(v), patrol_map) for v in new.vehicle_ids]
        try:
            plan = await asyncio.to_thread(_plan, patrol_map, team, new)
        except PlanError as error:
            raise InvalidError(str(error), "plan_impossible") from None
        plan_id = secrets.token_hex(6)
        self._plans[plan_id] = _Kept(new.name, patrol_map, plan)
        while len(self._plans) > KEPT:
            self._plans.popitem(last=False)
        return PlanView(plan_id=plan_id, name=new.name, **_shown(plan))

    async def start(self, plan_id: str, username: str) -> list[AssignmentView]:
        """One assignment for each vehicle that has something to do.

        All vehicles are checked before the first is sent.
        """
        kept = self._plans.get(plan_id)
        if kept is None:
            raise NotFoundError(
                f"no plan {plan_id!r} can be started; plan again", "plan_unknown", "plan_id"
            )
        active = [plan for plan in kept.plan.vehicles if plan.steps]
        if not active:
            raise ConflictError("the plan gives no vehicle anything to do", "plan_empty")
        routes = {plan.vehicle_id: _route(kept.patrol_map, plan) for plan in active}
        for vehicle_id in routes:
            self._dispatcher.check_free(vehicle_id, kept.patrol_map)
        views = []
        for vehicle_id, route in routes.items():
            views.append(
                await self._dispatcher.assign_route(
                    f"plan-{plan_id}", kept.name, vehicle_id, route, kept.patrol_map, username
                )
            )
        del self._plans[plan_id]
        return views

    def _record(self, vehicle_id: str) -> VehicleRecord:
        record = self._fleet.find(vehicle_id)
        if record is None:
            raise NotFoundError(f"no vehicle {vehicle_id!r}", "vehicle_unknown", "vehicle_ids")
        return record

    def _vehicle(self, record: VehicleRecord, patrol_map: PatrolMap) -> PlanVehicle:
        check_ready(self._fleet, record)
        x_m, y_m, heading_rad = pose_on(record, patrol_map)
        check_map(record, patrol_map)
        try:
            node_id = start_of(patrol_map, x_m, y_m, heading_rad, self._within_m)
        except PlanError as error:
            raise ConflictError(
                f"{record.address.vehicle_id}: {error}", "vehicle_off_map"
            ) from None
        dock = min(
            patrol_map.docks,
            key=lambda d: (
                (patrol_map.nodes[d.node_id].x_m - x_m) ** 2
                + (patrol_map.nodes[d.node_id].y_m - y_m) ** 2
            ),
            default=None,
        )
        assert record.state is not None  # check_ready
        battery_pct = min(100.0, max(0.0, record.state.battery_state.battery_charge))
        return PlanVehicle(
            record.address.vehicle_id, self._spec, node_id, heading_rad,
            dock.id if dock else None, battery_pct,
        )  # fmt: skip


def _plan(patrol_map: PatrolMap, team: list[PlanVehicle], new: NewPlan) -> FleetPlan:
    # The solvers take seconds to load; a server that plans nothing never loads them.
    from navigation.planning.fleet.plan import PlanRequest, plan_fleet
    from navigation.planning.patrol_tour import TourOrder

    return plan_fleet(
        PlanRequest(
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
    )


def _shown(plan: FleetPlan) -> dict[str, Any]:
    """The document without the long lists of nodes and edges."""
    from navigation.planning.fleet.document import plan_document

    document = plan_document(plan)
    for vehicle in document["vehicles"]:
        for step in vehicle["steps"]:
            del step["node_ids"], step["edge_ids"]
    del document["format_version"]
    return document


def _route(patrol_map: PatrolMap, plan: VehiclePlan) -> Route:
    """A vehicle's steps as one order; raises ConflictError for a charge on the way.

    A stop lasts from the planned arrival to the planned departure, so that a team keeps its
    spacing and windows are waited for.
    """
    order_id = secrets.token_hex(6)
    stops, visits, index = list[Stop](), list[PlannedVisit](), 0
    for step in plan.steps:
        index += len(step.edge_ids)
        stay_s = step.end_s - step.arrive_s
        if step.is_charge:
            if step is not plan.steps[-1]:
                raise ConflictError(
                    f"{plan.vehicle_id} would charge on the way; plan fewer hours",
                    "plan_charges",
                )
        elif stay_s > 0 or step.actions:
            action_id = f"{order_id}-{step.task_id}-{len(visits)}".replace(" ", "-")
            visits.append(PlannedVisit(step.task_id, step.name, step.node_ids[-1]))
            stops.append(Stop(index, len(visits) - 1, step.task_id, action_id, stay_s))
    node_ids = list(plan.node_ids)
    is_docked = plan.steps[-1].is_charge
    return Route(
        map_id=patrol_map.map_id,
        node_ids=node_ids,
        edge_ids=[edge_id for step in plan.steps for edge_id in step.edge_ids],
        stops=stops,
        visits=visits,
        charge_action_id=f"{order_id}-charge" if is_docked else None,
        length_m=plan.length_m,
        map_hash=patrol_map.content_hash,
    )
