"""Plans that start by themselves at their time, because somebody has said so."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import sqlalchemy as sa

from fleet_server.api.models import AssignmentView
from fleet_server.api.plan_models import PlanSummary
from fleet_server.dispatch.kept_plans import KeptPlan, KeptPlans
from fleet_server.dispatch.plan_start import EARLY_S, LATE_S
from fleet_server.errors import ConflictError, RequestError
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.plans import select_due
from patrol.clock import Clock
from patrol.errors import SunraError

log = logging.getLogger(__name__)

Start = Callable[[KeptPlan, str], Awaitable[list[AssignmentView]]]
Show = Callable[[PlanSummary], None]


class PlanSchedule:
    """`schedule`, `unschedule`, and `step` again and again; not re-entrant.

    A plan that cannot be started at its time is tried again until it is too late for it: a vehicle
    may still be on its way home. What keeps it is shown from the first try on. All of it stands in
    the database, so that it outlasts a restart.
    """

    def __init__(
        self, database: Database, plans: KeptPlans, start: Start, clock: Clock, show: Show
    ) -> None:
        self._database, self._plans, self._start = database, plans, start
        self._clock, self._show = clock, show

    async def schedule(self, kept: KeptPlan, username: str) -> None:
        """Have a plan start at its time; raises ConflictError for one that has begun or is over.

        Those that it replaces no longer start by themselves.
        """
        if kept.started_at_s is not None:
            raise ConflictError("the plan is started already; replan it", "plan_started")
        if kept.start_s - self._clock.now_s() <= EARLY_S:
            raise ConflictError("the plan begins now; start it", "plan_begins")
        if not any(plan.steps for plan in kept.running.plan.vehicles):
            raise ConflictError("the plan gives no vehicle anything to do", "plan_empty")
        await self.leave_to(kept, username)
        await self._put(kept.plan_id, username, None)
        await self._note(username, "plan_schedule", kept.plan_id)

    async def unschedule(self, kept: KeptPlan, username: str) -> None:
        """Have a plan wait for a person again; what kept it from starting is forgotten."""
        if kept.scheduled_by is None and kept.start_problem is None:
            return
        await self._put(kept.plan_id, None, None)
        await self._note(username, "plan_unschedule", kept.plan_id)

    async def leave_to(self, kept: KeptPlan, username: str) -> None:
        """The plans that this one replaces, in turn, no longer start by themselves."""
        while kept.replaces is not None:
            try:
                kept = await self._plans.get(kept.replaces)
            except RequestError:  # expired, and with it those before
                return
            if kept.scheduled_by is not None:
                await self.unschedule(kept, username)

    async def step(self) -> None:
        """Start what is due; a failure of one stops neither the others nor the server."""
        now_s = self._clock.now_s()
        try:
            for plan_id in await self._database.read(select_due, now_s):
                await self._step_one(plan_id, now_s)
        except sa.exc.SQLAlchemyError as error:
            log.error("plans_not_looked_at error=%s", error)

    async def _step_one(self, plan_id: str, now_s: float) -> None:
        try:
            kept = await self._plans.get(plan_id)
        except RequestError as error:  # it cannot be read any more
            await self._give_up(plan_id, str(error))
            return
        late = now_s - kept.start_s > LATE_S
        if late and kept.start_problem is not None:
            await self._give_up(plan_id, kept.start_problem)
            return
        username = kept.scheduled_by or ""
        try:
            await self._start(kept, username)
        except SunraError as error:
            # Some vehicles may be under way already: such a plan is replanned, not started again.
            if late or kept.started_at_s is not None:
                await self._give_up(plan_id, str(error))
            elif str(error) != kept.start_problem:
                await self._put(plan_id, username, str(error))
            return
        log.info("plan_started plan=%s by=%s", plan_id, username)
        self._show(await self._plans.summary(plan_id))

    async def _give_up(self, plan_id: str, problem: str) -> None:
        log.error("plan_not_started plan=%s error=%s", plan_id, problem)
        await self._put(plan_id, None, problem)

    async def _put(self, plan_id: str, username: str | None, problem: str | None) -> None:
        await self._plans.schedule(plan_id, username, problem)
        self._show(await self._plans.summary(plan_id))

    async def _note(self, username: str, action: str, plan_id: str) -> None:
        now_s = self._clock.now_s()
        await self._database.write(add_audit, now_s, username, action, plan_id)
