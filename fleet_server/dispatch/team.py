"""Plans for a team: made on request, shown, started as one assignment a vehicle, planned again.

Plans live in memory: what they promise is about vehicles where they stood. What was started is as
durable as any assignment, but after a restart of the server it cannot be planned again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fleet_server.api.models import AssignmentView
from fleet_server.api.plan_models import NewPlan, PlanChanges, PlanView
from fleet_server.dispatch.kept_plans import KeptPlan, KeptPlans
from fleet_server.dispatch.plan_calls import make_plan, make_replan, view_of
from fleet_server.dispatch.plan_route import route_of_plan
from fleet_server.dispatch.readiness import check_map, check_ready, pose_on
from fleet_server.dispatch.route import Route, start_of
from fleet_server.dispatch.service import Dispatcher
from fleet_server.dispatch.succession import NewRoute
from fleet_server.dispatch.whereabouts import Seen, standing_of
from fleet_server.errors import ConflictError, InvalidError, NotFoundError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.maps import MapLibrary
from navigation.planning.fleet.types import PlanVehicle
from patrol.clock import Clock
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning import Standing


class TeamPlanning:
    """`plan`, `replan` and `start`; raises InvalidError, NotFoundError and ConflictError."""

    def __init__(
        self,
        fleet: Fleet,
        maps: MapLibrary,
        dispatcher: Dispatcher,
        spec: VehicleSpec,
        within_m: float,
        clock: Clock,
    ) -> None:
        self._fleet, self._maps, self._dispatcher = fleet, maps, dispatcher
        self._spec, self._within_m, self._clock = spec, within_m, clock
        self._plans = KeptPlans()

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
            running = await asyncio.to_thread(make_plan, patrol_map, team, new)
        except PlanError as error:
            raise InvalidError(str(error), "plan_impossible") from None
        return view_of(self._plans.add(new.name, patrol_map, running))

    async def replan(self, plan_id: str, asked: PlanChanges) -> PlanView:
        """The rest of a plan after something has happened; nothing is sent.

        Vehicles of a started plan stand where they really are.
        """
        kept = self._plans.get(plan_id)
        now_s = asked.now_s
        standings: dict[str, Standing] = {}
        if kept.started_at_s is not None:
            now_s = self._clock.now_s() - kept.started_at_s
            for vehicle in kept.running.request.vehicles:
                standings[vehicle.id] = await self._standing(kept, vehicle, now_s)
        back = [self._vehicle(self._record(v), kept.patrol_map) for v in asked.back]
        try:
            running = await asyncio.to_thread(
                make_replan, kept.running, now_s, asked, back, standings
            )
        except PlanError as error:
            raise InvalidError(str(error), "plan_impossible") from None
        return view_of(self._plans.add(kept.name, kept.patrol_map, running, plan_id))

    async def start(self, plan_id: str, username: str) -> list[AssignmentView]:
        """One assignment for each vehicle that has something to do.

        All vehicles are checked before the first is sent. A plan that replaces a started one
        leaves the assignments of vehicles alone whose rest is as it was; the others' are
        cancelled, and what they get is sent as soon as they have dropped it.
        """
        kept = self._plans.get(plan_id)
        if kept.started_at_s is not None:
            raise ConflictError("the plan is started already; replan it", "plan_started")
        if not any(plan.steps for plan in kept.running.plan.vehicles):
            raise ConflictError("the plan gives no vehicle anything to do", "plan_empty")
        before = self._plans.find(kept.replaces) if kept.replaces else None
        if before is None and kept.replaces is not None:
            raise ConflictError(
                "the plan that it replaces is replaced already; plan again", "plan_replaced"
            )
        started = before if before is not None and before.started_at_s is not None else None
        if started is None:
            return await self._start_new(kept, username)
        return await self._take_over(kept, started, username)

    async def _start_new(self, kept: KeptPlan, username: str) -> list[AssignmentView]:
        active = [plan for plan in kept.running.plan.vehicles if plan.steps]
        routes = {
            plan.vehicle_id: route_of_plan(kept.patrol_map, plan, self._spec) for plan in active
        }
        for vehicle_id in routes:
            self._dispatcher.check_free(vehicle_id, kept.patrol_map)
        changes = kept.running.changes
        kept.started_at_s = self._clock.now_s() - (changes[-1][0] if changes else 0.0)
        views = []
        for vehicle_id, route in routes.items():
            view = await self._dispatcher.assign_route(
                f"plan-{kept.plan_id}", kept.name, vehicle_id, route, kept.patrol_map, username
            )
            kept.assignments[vehicle_id] = view.assignment_id
            views.append(view)
        return views

    async def _take_over(
        self, kept: KeptPlan, before: KeptPlan, username: str
    ) -> list[AssignmentView]:
        """From a started plan to the one that replaces it."""
        plans = {plan.vehicle_id: plan for plan in kept.running.plan.vehicles}
        routes = {
            vehicle_id: route_of_plan(kept.patrol_map, plan, self._spec)
            for vehicle_id, plan in plans.items()
            if plan.steps and not await self._goes_on(kept, before, vehicle_id)
        }
        for vehicle_id in routes:
            if self._dispatcher.active_id(vehicle_id) != before.assignments.get(vehicle_id):
                self._dispatcher.check_free(vehicle_id, kept.patrol_map)
        kept.started_at_s = before.started_at_s
        views = []
        for vehicle_id in dict.fromkeys((*plans, *before.assignments)):
            mine = before.assignments.get(vehicle_id)
            is_active = mine is not None and self._dispatcher.active_id(vehicle_id) == mine
            if vehicle_id in routes:
                new = self._new_route(kept, vehicle_id, routes[vehicle_id], username)
                views.append(await self._dispatcher.replace_route(new))
            elif vehicle_id in kept.running.kept and mine is not None:
                kept.assignments[vehicle_id] = mine
                views.append(await self._dispatcher.find(mine))
            elif is_active and mine is not None:
                views.append(await self._dispatcher.cancel(mine, username))
        self._plans.drop(before.plan_id)
        return views

    async def _goes_on(self, kept: KeptPlan, before: KeptPlan, vehicle_id: str) -> bool:
        """Whether a vehicle's assignment already does, or has done, what the plan wants."""
        assignment_id = before.assignments.get(vehicle_id)
        if assignment_id is None or vehicle_id not in kept.running.kept:
            return False
        view = await self._dispatcher.find(assignment_id)
        return view.status not in ("failed", "cancelled")

    def _new_route(self, kept: KeptPlan, vehicle_id: str, route: Route, username: str) -> NewRoute:
        def begun(assignment_id: str) -> None:
            kept.assignments[vehicle_id] = assignment_id

        return NewRoute(
            f"plan-{kept.plan_id}", kept.name, vehicle_id, route, kept.patrol_map, username,
            self._spec, kept.running.request.closed_edge_ids, begun,
        )  # fmt: skip

    async def _standing(self, kept: KeptPlan, vehicle: PlanVehicle, now_s: float) -> Standing:
        """Where a vehicle of a started plan is, as far as it says so."""
        plan = kept.running.plan.of(vehicle.id)
        assignment_id = kept.assignments.get(vehicle.id)
        assignment = await self._dispatcher.kept(assignment_id) if assignment_id else None
        return standing_of(
            kept.patrol_map, vehicle, plan, assignment, self._seen(kept, vehicle), now_s
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
        return PlanVehicle(
            record.address.vehicle_id, self._spec, node_id, heading_rad,
            dock.id if dock else None, _battery_pct(record),
        )  # fmt: skip


def _battery_pct(record: VehicleRecord) -> float:
    assert record.state is not None
    return min(100.0, max(0.0, record.state.battery_state.battery_charge))
