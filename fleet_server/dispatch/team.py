"""Plans for a team: made on request, shown, started as one assignment a vehicle, planned again.

Plans are kept in the database, so that a restart of the server loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from fleet_server.api.models import AssignmentView
from fleet_server.api.plan_models import NewPlan, PlanChanges, PlanSummary, PlanView
from fleet_server.dispatch.kept_plans import KeptPlan, KeptPlans
from fleet_server.dispatch.plan_calls import Weighing, make_plan, make_replan
from fleet_server.dispatch.plan_schedule import PlanSchedule
from fleet_server.dispatch.plan_start import PlanStart
from fleet_server.dispatch.plan_team import PlanTeam
from fleet_server.dispatch.plan_views import view_of
from fleet_server.dispatch.route import Route
from fleet_server.dispatch.service import Dispatcher
from fleet_server.errors import InvalidError
from fleet_server.fleet import Fleet
from fleet_server.maps import MapLibrary
from fleet_server.state_loop import StateLoop
from fleet_server.store.database import Database
from fleet_server.store.incidents import select_history
from fleet_server.store.jobs import patiently
from fleet_server.store.plans import drop_next_route, select_next_routes
from navigation.planning.fleet.priorities import PastIncident, PriorityConfig
from patrol.clock import Clock
from patrol.errors import ConfigError, PlanError, SunraError
from patrol.incident import Severity
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning import Standing

log = logging.getLogger(__name__)
DAY_S = 86400.0
PAST_S = 60.0  # a start that is longer ago is a mistake


@dataclass(frozen=True)
class PlanningSetup:
    """What plans are made with: the type of vehicle, and what checkpoints weigh by.

    `priorities` are by map id; incidents of the last `history_days` count.
    """

    spec: VehicleSpec
    within_m: float
    history_days: float = 0.0
    priorities: Mapping[str, PriorityConfig] = field(default_factory=dict)


class TeamPlanning:
    """`plan`, `replan`, `start`, `schedule`, views; raises what `fleet_server.errors` has."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        dispatcher: Dispatcher,
        setup: PlanningSetup,
        clock: Clock,
        show: Callable[[PlanSummary], None],
    ) -> None:
        self._database, self._maps, self._dispatcher = database, maps, dispatcher
        self._setup, self._clock = setup, clock
        self._plans = KeptPlans(database, maps, clock)
        self._team = PlanTeam(fleet, setup.spec, setup.within_m)
        self._start = PlanStart(self._plans, dispatcher, setup.spec, clock)
        self._schedule = PlanSchedule(database, self._plans, self._start.start, clock, show)
        self._show = show
        self._lock = asyncio.Lock()  # one plan is started at a time

    async def resume(self) -> None:
        """Take up the routes that waited for their vehicle in the last run."""
        for row in await self._database.read(select_next_routes):
            try:
                await self._restore(row)
            except SunraError as error:
                log.error("route_not_resumed vehicle=%s error=%s", row["vehicle_id"], error)
                await self._database.write(drop_next_route, row["vehicle_id"])

    async def run(self) -> None:
        """Start scheduled plans at their time, until cancelled."""
        await StateLoop(self.start_due).run()

    async def start_due(self) -> None:
        """Start the scheduled plans whose time has come."""
        async with patiently(self._lock):
            await self._schedule.step()

    async def views(self) -> list[PlanSummary]:
        """The newest plans, newest first."""
        return await self._plans.summaries()

    async def find(self, plan_id: str) -> PlanView:
        """One plan."""
        return await self._view(await self._plans.get(plan_id))

    async def plan(self, new: NewPlan, username: str) -> PlanView:
        """A plan for vehicles from where they stand; nothing is sent."""
        patrol_map = self._maps.find(new.map_id)
        if patrol_map is None:
            known = ", ".join(m.map_id for m in self._maps.all()) or "none"
            raise InvalidError(
                f"no map {new.map_id!r} is loaded; known: {known}", "map_unknown", "map_id"
            )
        when = self._when(new.start)
        team = [self._team.vehicle(v, patrol_map) for v in new.vehicle_ids]
        weighing = await self._weighing(patrol_map)
        try:
            running = await asyncio.to_thread(make_plan, patrol_map, team, new, when, weighing)
        except (PlanError, ConfigError) as error:
            raise InvalidError(str(error), "plan_impossible") from None
        return await self._view(await self._plans.add(new.name, patrol_map, running, username))

    async def replan(self, plan_id: str, asked: PlanChanges, username: str) -> PlanView:
        """The rest of a plan after something has happened; nothing is sent.

        Vehicles of a started plan stand where they really are.
        """
        kept = await self._plans.get(plan_id)
        now_s = asked.now_s
        standings: dict[str, Standing] = {}
        if kept.started_at_s is not None:
            now_s = self._clock.now_s() - kept.started_at_s
            standings = await self._standings(kept, now_s, asked)
        back = [self._team.vehicle(v, kept.patrol_map) for v in asked.back]
        try:
            running = await asyncio.to_thread(
                make_replan, kept.running, now_s, asked, back, standings
            )
        except (PlanError, ConfigError) as error:
            raise InvalidError(str(error), "plan_impossible") from None
        return await self._view(
            await self._plans.add(kept.name, kept.patrol_map, running, username, plan_id)
        )

    async def start(self, plan_id: str, username: str) -> list[AssignmentView]:
        """One assignment for each vehicle that has something to do; see `PlanStart`."""
        async with patiently(self._lock):
            kept = await self._plans.get(plan_id)
            views = await self._start.start(kept, username)
            await self._schedule.leave_to(kept, username)
            self._show(await self._plans.summary(plan_id))
            return views

    async def schedule(self, plan_id: str, username: str) -> PlanView:
        """Have a plan start by itself at its time; see `PlanSchedule`."""
        async with patiently(self._lock):
            kept = await self._plans.get(plan_id)
            await self._schedule.schedule(kept, username)
            return await self._view(kept)

    async def unschedule(self, plan_id: str, username: str) -> PlanView:
        """Have a plan wait for a person again."""
        async with patiently(self._lock):
            kept = await self._plans.get(plan_id)
            await self._schedule.unschedule(kept, username)
            return await self._view(kept)

    async def _view(self, kept: KeptPlan) -> PlanView:
        return view_of(kept, await self._plans.assignments(kept))

    def _when(self, start: datetime | None) -> datetime:
        now = datetime.fromtimestamp(self._clock.now_s(), UTC)
        if start is None:
            return now
        if (now - start).total_seconds() > PAST_S:
            raise InvalidError(
                f"start {start.isoformat()} is over; give a time from now on, or none", "invalid",
                "start",
            )  # fmt: skip
        return start

    async def _weighing(self, patrol_map: PatrolMap) -> Weighing:
        """What raises the weight of checkpoints: the hour, and what happened near them."""
        since_s = self._clock.now_s() - self._setup.history_days * DAY_S
        rows = await self._database.read(select_history, patrol_map.map_id, since_s)
        history = tuple(
            PastIncident(datetime.fromtimestamp(at_s, UTC), x_m, y_m, Severity(severity))
            for at_s, x_m, y_m, severity in rows
        )
        priorities = self._setup.priorities.get(patrol_map.map_id, PriorityConfig())
        return Weighing(priorities, history)

    async def _standings(
        self, kept: KeptPlan, now_s: float, asked: PlanChanges
    ) -> dict[str, Standing]:
        ids = await self._plans.assignments(kept)
        closed = kept.running.request.closed_edge_ids.union(asked.closed).difference(asked.opened)
        found = {}
        for vehicle in kept.running.request.vehicles:
            mine = ids.get(vehicle.id)
            assignment = await self._dispatcher.kept(mine) if mine else None
            found[vehicle.id] = self._team.standing(kept, vehicle, assignment, now_s, closed)
        return found

    async def _restore(self, row: Mapping[str, Any]) -> None:
        kept = await self._plans.get(row["plan_id"])
        route = msgspec.convert(row["route"], Route)
        new = self._start.new_route(kept, row["vehicle_id"], route, row["username"])
        await self._dispatcher.restore(new)
