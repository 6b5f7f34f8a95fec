"""Sends vehicles to incidents, and those that were on patrol back to where they were."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from fleet_server.api.diversion_models import DiversionOption
from fleet_server.api.models import AssignmentView
from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.beginning import Beginning
from fleet_server.dispatch.changes import Change
from fleet_server.dispatch.diversion_preview import (
    Preview,
    Previews,
    new_diversion,
    over_actions,
    with_diversion,
)
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.targets import Target
from fleet_server.errors import RequestError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.wording import korean
from patrol.clock import Clock

PATROL_ID = "incident"  # of the assignment of a vehicle that was on no patrol
NAME = "현장 확인 (Incident)"  # both languages, as names of patrols may


class Diverting:
    """`options`, then `divert`; raises RequestErrors. Not re-entrant, the dispatcher locks."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        clock: Clock,
        following: Following,
        beginning: Beginning,
        previews: Previews,
    ) -> None:
        self._database, self._fleet, self._clock = database, fleet, clock
        self._following, self._beginning, self._previews = following, beginning, previews

    async def options(self, target: Target) -> list[DiversionOption]:
        """Every vehicle, the quickest first, then those that cannot be sent."""
        found = [await self._option(record, target) for record in self._fleet.records()]
        return sorted(found, key=lambda o: (o.reason is not None, o.drive_s or 0.0, o.vehicle_id))

    async def divert(
        self, target: Target, vehicle_id: str, return_to_dock: bool, username: str
    ) -> AssignmentView:
        """Send a vehicle; one on patrol comes back to where it was."""
        record = self._following.record(vehicle_id)
        active = self._following.active.get(vehicle_id)
        preview = await self._previews.make(record, active, target, return_to_dock)
        preview.refuse_empty(vehicle_id)
        if active is None:
            return await self._send(target, vehicle_id, preview, username)
        now_s, progress = self._clock.now_s(), active.progress
        cancel_id = f"{progress.order_id}-divert-{len(progress.diversions)}"
        over = over_actions(record.state, progress.order_id)
        await self._audit(target, active, username)
        new = new_diversion(target, username, now_s)
        progress.diversions = with_diversion(progress.diversions, new)
        await self._following.begin_change(active, Change("divert", now_s, cancel_id, over))
        return self._following.view(active)

    async def _send(
        self, target: Target, vehicle_id: str, preview: Preview, username: str
    ) -> AssignmentView:
        """A vehicle on no patrol: an assignment of its own."""
        assert preview.route.wait is not None
        node_id = preview.route.node_ids[preview.route.wait.node_index]
        new = new_diversion(target, username, self._clock.now_s())
        new = msgspec.structs.replace(new, phase="driving", node_id=node_id)
        view = await self._beginning.begin(
            PATROL_ID, NAME, vehicle_id, username, preview.route, preview.order_id, [new]
        )
        await self._audit(target, self._following.active[vehicle_id], username)
        return view

    async def _option(self, record: VehicleRecord, target: Target) -> DiversionOption:
        vehicle_id = record.address.vehicle_id
        active = self._following.active.get(vehicle_id)
        option = DiversionOption(vehicle_id=vehicle_id)
        if active is not None:
            option.assignment_id = active.assignment_id
            option.patrol_name = active.patrol_name
        try:
            preview = await self._previews.make(record, active, target, True)
            option.drive_s, option.away_m = preview.drive_s, preview.away_m
            option.battery_pct = preview.battery_pct
            option.needed_battery_pct = preview.needed_pct
            preview.refuse_empty(vehicle_id)
        except RequestError as error:
            option.reason, option.reason_ko = str(error), korean(str(error))
        return option

    async def _audit(self, target: Target, active: Assignment, username: str) -> None:
        details: dict[str, Any] = {
            "vehicle": active.vehicle_id,
            "incident": target.incident_id,
            "map": target.map_id,
            "x_m": round(target.x_m, 2),
            "y_m": round(target.y_m, 2),
        }
        line = partial(add_audit, **details)
        what, now_s = "vehicle_divert", self._clock.now_s()
        await self._database.write(line, now_s, username, what, active.assignment_id)
