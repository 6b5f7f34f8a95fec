"""From a kept plan to assignments: a new plan's, or those of one that takes another's place."""

from __future__ import annotations

from collections.abc import Mapping

from fleet_server.api.models import AssignmentView
from fleet_server.dispatch.kept_plans import KeptPlan, KeptPlans
from fleet_server.dispatch.plan_route import route_of_plan
from fleet_server.dispatch.route import Route
from fleet_server.dispatch.service import Dispatcher
from fleet_server.dispatch.succession import NewRoute
from fleet_server.errors import ConflictError
from navigation.planning.fleet.types import PlanMode
from patrol.clock import Clock
from patrol.errors import PlanError
from patrol.vehicle import VehicleSpec

EARLY_S = 60.0  # windows would not be open yet
LATE_S = 600.0  # windows may be over, and vehicles elsewhere


class PlanStart:
    """`start`; raises NotFoundError and ConflictError. Not re-entrant."""

    def __init__(
        self, plans: KeptPlans, dispatcher: Dispatcher, spec: VehicleSpec, clock: Clock
    ) -> None:
        self._plans, self._dispatcher = plans, dispatcher
        self._spec, self._clock = spec, clock

    async def start(self, kept: KeptPlan, username: str) -> list[AssignmentView]:
        """Send every vehicle that has something to do; all are checked before the first."""
        if kept.started_at_s is not None:
            raise ConflictError("the plan is started already; replan it", "plan_started")
        if not any(plan.steps for plan in kept.running.plan.vehicles):
            raise ConflictError("the plan gives no vehicle anything to do", "plan_empty")
        before = await self._replaced(kept)
        if before is not None and before.started_at_s is not None:
            return await self._take_over(kept, before, before.started_at_s, username)
        return await self._start_new(kept, username)

    def new_route(self, kept: KeptPlan, vehicle_id: str, route: Route, username: str) -> NewRoute:
        """A vehicle's route of a plan, to be sent when it has dropped its last one."""
        return NewRoute(
            kept.plan_id, kept.name, vehicle_id, route, kept.patrol_map, username, self._spec,
            kept.running.request.closed_edge_ids, kept.running.plan.mode is PlanMode.COVERAGE,
        )  # fmt: skip

    async def _replaced(self, kept: KeptPlan) -> KeptPlan | None:
        """The plan before this one."""
        if kept.replaces is None:
            return None
        before = await self._plans.get(kept.replaces)
        if before.replaced_by is not None:
            raise ConflictError(
                "the plan that it replaces is replaced already; plan again", "plan_replaced"
            )
        return before

    async def _start_new(self, kept: KeptPlan, username: str) -> list[AssignmentView]:
        changes = kept.running.changes
        started_at_s = self._clock.now_s() - (changes[-1][0] if changes else 0.0)
        _check_time(kept, started_at_s)
        routes = self._routes(kept)
        for vehicle_id in routes:
            self._dispatcher.check_free(vehicle_id, kept.patrol_map)
        await self._plans.begin(kept, started_at_s)
        return [
            await self._dispatcher.join_route(self.new_route(kept, vehicle_id, route, username))
            for vehicle_id, route in routes.items()
        ]

    async def _take_over(
        self, kept: KeptPlan, before: KeptPlan, started_at_s: float, username: str
    ) -> list[AssignmentView]:
        """Leave the assignments of vehicles alone whose rest is as it was; cancel the others'.

        What a vehicle gets instead is sent as soon as it has dropped its last route.
        """
        mine = await self._plans.assignments(before)
        going_on = {v: mine[v] for v in kept.running.kept if v in mine}
        routes = {
            vehicle_id: route
            for vehicle_id, route in self._routes(kept).items()
            if not await self._goes_on(going_on.get(vehicle_id))
        }
        for vehicle_id in routes:
            if self._dispatcher.active_id(vehicle_id) != mine.get(vehicle_id):
                self._dispatcher.check_free(vehicle_id, kept.patrol_map)
        kept_ids = {v: a for v, a in going_on.items() if v not in routes}
        for vehicle in before.running.plan.vehicles:
            await self._dispatcher.forget_next(vehicle.vehicle_id)
        await self._plans.begin(kept, started_at_s, before, kept_ids)
        return await self._hand_over(kept, mine, kept_ids, routes, username)

    async def _hand_over(
        self,
        kept: KeptPlan,
        mine: Mapping[str, str],
        kept_ids: Mapping[str, str],
        routes: Mapping[str, Route],
        username: str,
    ) -> list[AssignmentView]:
        views = []
        planned = [plan.vehicle_id for plan in kept.running.plan.vehicles]
        for vehicle_id in dict.fromkeys((*planned, *mine)):
            if vehicle_id in routes:
                new = self.new_route(kept, vehicle_id, routes[vehicle_id], username)
                views.append(await self._dispatcher.replace_route(new))
            elif vehicle_id in kept_ids:
                views.append(await self._dispatcher.find(kept_ids[vehicle_id]))
            elif vehicle_id in mine and self._dispatcher.active_id(vehicle_id) == mine[vehicle_id]:
                views.append(await self._dispatcher.cancel(mine[vehicle_id], username))
        return views

    def _routes(self, kept: KeptPlan) -> dict[str, Route]:
        try:
            return {
                plan.vehicle_id: route_of_plan(kept.patrol_map, plan, self._spec)
                for plan in kept.running.plan.vehicles
                if plan.steps
            }
        except PlanError as error:
            raise ConflictError(str(error), "plan_impossible") from None

    async def _goes_on(self, assignment_id: str | None) -> bool:
        """Whether an assignment already does, or has done, what the plan wants."""
        if assignment_id is None:
            return False
        view = await self._dispatcher.find(assignment_id)
        return view.status not in ("failed", "cancelled")


def _check_time(kept: KeptPlan, started_at_s: float) -> None:
    """The plan's times hold from its start only."""
    early_s = kept.start_s - started_at_s
    if early_s > EARLY_S:
        raise ConflictError(
            f"the plan begins in {early_s / 60:.0f} min; start it then, or plan again",
            "plan_early",
        )
    if -early_s > LATE_S:
        raise ConflictError(
            f"the plan should have begun {-early_s / 60:.0f} min ago; plan again", "plan_late"
        )
