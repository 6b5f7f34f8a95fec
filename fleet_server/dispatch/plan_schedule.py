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
from fleet_server.store.plans import select_scheduled
from patrol.clock import Clock
from patrol.errors import SunraError

log = logging.getLogger(__name__)

Start = Callable[[KeptPlan, str], Awaitable[list[AssignmentView]]]
Show = Callable[[PlanSummary], None]


class PlanSchedule:
    """`schedule`, `unschedule`, and `step` again and again; not re-entrant.

    A plan that cannot be started at its time is tried again until it is too late for it: a vehicle
    may still be on its way home. What keeps it is shown from the first try on. Outlasts a restart.
    """

    def __init__(
        self, database: Database, plans: KeptPlans, start: Start, clock: Clock, show: Show
    ) -> None:
        self._database, self._plans, self._start = database, plans, start
        self._clock, self._show = clock, show
        self._starts_s: dict[str, float] = {}

    async def resume(self) -> None:
        """Know the plans that were scheduled in the last run."""
        self._starts_s = await self._database.read(select_scheduled)

    async def schedule(self, kept: KeptPlan, username: str) -> None:
        """Have a plan start at its time; raises ConflictError for one that has begun or is over.

        The plan that it replaces no longer starts by itself.
        """
        if kept.started_at_s is not None:
            raise ConflictError("the plan is started already; replan it", "plan_started")
        if kept.start_s - self._clock.now_s() <= EARLY_S:
            raise ConflictError("the plan begins now; start it", "plan_begins")
        if not any(plan.steps for plan in kept.running.plan.vehicles):
            raise ConflictError("the plan gives no vehicle anything to do", "plan_empty")
        await self.leave_to(kept, username)
        await self._put(kept.plan_id, username, None)
        self._starts_s[kept.plan_id] = kept.start_s
        await self._note(username, "plan_schedule", kept)

    async def unschedule(self, kept: KeptPlan, username: str) -> None:
        """Have a plan wait for a person again; what kept it from starting is forgotten."""
        if kept.scheduled_by is None and kept.start_problem is None:
            return
        self._starts_s.pop(kept.plan_id, None)
        await self._put(kept.plan_id, None, None)
        await self._note(username, "plan_unschedule", kept)

    async def leave_to(self, kept: KeptPlan, username: str) -> None:
        """The plan that this one replaces no longer starts by itself."""
        if kept.replaces is not None and kept.replaces in self._starts_s:
            await self.unschedule(await self._plans.get(kept.replaces), username)

    async def step(self) -> None:
        """Start what is due; a failure of one does not stop the others."""
        now_s = self._clock.now_s()
        for plan_id in [p for p, start_s in self._starts_s.items() if start_s <= now_s]:
            try:
                await self._begin(await self._plans.get(plan_id), now_s)
            except RequestError as error:  # it cannot be read any more
                await self._give_up(plan_id, str(error))
            except sa.exc.SQLAlchemyError as error:
                log.error("plan_not_started plan=%s error=%s", plan_id, error)

    async def _begin(self, kept: KeptPlan, now_s: float) -> None:
        username = kept.scheduled_by
        if username is None:  # a person was quicker
            self._starts_s.pop(kept.plan_id)
            return
        if kept.start_problem is not None and now_s - kept.start_s > LATE_S:
            await self._give_up(kept.plan_id, kept.start_problem)
            return
        try:
            await self._start(kept, username)
        except SunraError as error:
            # Some vehicles may be under way already: such a plan is replanned, not started again.
            if kept.started_at_s is not None or now_s - kept.start_s > LATE_S:
                await self._give_up(kept.plan_id, str(error))
            elif str(error) != kept.start_problem:
                await self._put(kept.plan_id, username, str(error))
            return
        log.info("plan_started plan=%s by=%s", kept.plan_id, username)
        self._starts_s.pop(kept.plan_id)
        self._show(await self._plans.summary(kept.plan_id))

    async def _give_up(self, plan_id: str, problem: str) -> None:
        log.error("plan_not_started plan=%s error=%s", plan_id, problem)
        self._starts_s.pop(plan_id)
        await self._put(plan_id, None, problem)

    async def _put(self, plan_id: str, username: str | None, problem: str | None) -> None:
        await self._plans.schedule(plan_id, username, problem)
        self._show(await self._plans.summary(plan_id))

    async def _note(self, username: str, action: str, kept: KeptPlan) -> None:
        now_s = self._clock.now_s()
        await self._database.write(add_audit, now_s, username, action, kept.plan_id)
