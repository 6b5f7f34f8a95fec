"""Routes over checkpoints, planned beside the event loop; raises ConflictError saying why not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TypeVar

from fleet_server.dispatch.readiness import Pose, check_map, pose_on
from fleet_server.dispatch.route import PlannedVisit, Route, plan_route
from fleet_server.errors import ConflictError
from fleet_server.fleet import VehicleRecord
from patrol.errors import PlanError
from patrol.map import PatrolMap

T = TypeVar("T")


async def beside(work: Callable[[], T]) -> T:
    """Work in a thread; what cannot be planned is a ConflictError."""
    try:
        return await asyncio.to_thread(work)
    except PlanError as error:
        raise ConflictError(str(error), "plan_impossible") from None


class Planning:
    """`plan` a patrol, or the `rest_of` one whose vehicle has lost its order."""

    def __init__(self, within_m: float) -> None:
        self._within_m = within_m

    async def plan(
        self,
        patrol_map: PatrolMap,
        order_id: str,
        pose: Pose,
        visits: list[PlannedVisit],
        remaining: list[int],
        order: str,
        return_to_dock: bool,
    ) -> Route:
        """As `plan_route`."""
        return await beside(
            lambda: plan_route(
                patrol_map,
                order_id,
                pose,
                visits,
                remaining,
                order,
                return_to_dock,
                self._within_m,
            )
        )

    async def rest_of(
        self,
        route: Route,
        order_id: str,
        over: Collection[int],
        record: VehicleRecord,
        patrol_map: PatrolMap,
    ) -> Route:
        """From where the vehicle is; `over` are visits that are not to be made any more."""
        check_map(record, patrol_map)
        if route.charges:
            raise ConflictError(
                "its plan charges on the way, so the rest must be planned anew", "plan_charges"
            )
        left = [i for i in range(len(route.visits)) if i not in over]
        to_dock = route.charge_action_id is not None
        pose = pose_on(record, patrol_map)
        return await self.plan(patrol_map, order_id, pose, route.visits, left, "given", to_dock)
