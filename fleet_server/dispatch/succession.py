"""Routes that wait until their vehicle has dropped the one before; they outlast a restart."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import msgspec

from fleet_server.api.models import AssignmentView
from fleet_server.dispatch.beginning import Beginning
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.rejoin import rejoined
from fleet_server.dispatch.route import Route, start_of
from fleet_server.errors import ConflictError
from fleet_server.store.database import Database
from fleet_server.store.plans import drop_next_route, plan_patrol_id, put_next_route
from patrol.errors import PlanError, SunraError
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewRoute:
    """A vehicle's route of a plan.

    The vehicle may have driven on since: it joins the route from where it is, as its `spec` may
    and without `closed_edge_ids`. A `whole` route is driven from its begin.
    """

    plan_id: str
    name: str
    vehicle_id: str
    route: Route
    patrol_map: PatrolMap
    username: str
    spec: VehicleSpec
    closed_edge_ids: frozenset[int]
    whole: bool

    def row(self) -> dict[str, Any]:
        """What the plan itself does not say."""
        return {
            "vehicle_id": self.vehicle_id,
            "plan_id": self.plan_id,
            "username": self.username,
            "route": msgspec.to_builtins(self.route),
        }


class Succession:
    """At most one successor a vehicle; not re-entrant, the dispatcher holds a lock."""

    def __init__(
        self, database: Database, following: Following, beginning: Beginning, within_m: float
    ) -> None:
        self._database, self._following = database, following
        self._beginning, self._within_m = beginning, within_m
        self._next: dict[str, NewRoute] = {}

    async def add(self, new: NewRoute) -> None:
        """This one is next; an earlier one is forgotten."""
        await self._database.write(put_next_route, new.row())
        self._next[new.vehicle_id] = new

    def restore(self, new: NewRoute) -> None:
        """One that waited when the server was last stopped."""
        self._next[new.vehicle_id] = new

    async def drop(self, vehicle_id: str) -> None:
        """Nothing is next."""
        if self._next.pop(vehicle_id, None) is not None:
            await self._database.write(drop_next_route, vehicle_id)

    async def join(self, new: NewRoute) -> AssignmentView:
        """Send a vehicle that is free on its route from where it is."""
        x_m, y_m, heading_rad = self._beginning.check_free(new.vehicle_id, new.patrol_map)
        try:
            node_id = start_of(
                new.patrol_map, x_m, y_m, heading_rad, self._within_m, new.closed_edge_ids
            )
            route = await asyncio.to_thread(
                rejoined, new.route, new.patrol_map, node_id, heading_rad, new.spec,
                new.closed_edge_ids, whole=new.whole,
            )  # fmt: skip
        except PlanError as error:
            raise ConflictError(f"{new.vehicle_id}: {error}", "plan_impossible") from None
        return await self._beginning.begin(
            plan_patrol_id(new.plan_id), new.name, new.vehicle_id, new.username, route
        )

    async def succeed(self) -> None:
        """Send those whose vehicle has dropped its route; the log tells of one that cannot.

        A vehicle that is not connected is waited for.
        """
        for vehicle_id in [v for v in self._next if v not in self._following.active]:
            try:
                await self.join(self._next[vehicle_id])
            except SunraError as error:
                if isinstance(error, ConflictError) and error.code == "vehicle_offline":
                    continue
                log.error("route_not_replaced vehicle=%s error=%s", vehicle_id, error)
            await self.drop(vehicle_id)
