"""Plans that may be started or planned again: in the database, the newest also in memory."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fleet_server.api.plan_models import PlanSummary
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.maps import MapLibrary
from fleet_server.store.database import Database
from fleet_server.store.plans import (
    add_plan,
    find_plan,
    find_summary,
    mark_started,
    plan_assignments,
    put_schedule,
    select_plans,
)
from fleet_server.wording import korean
from patrol.clock import Clock
from patrol.errors import PlanError
from patrol.map import PatrolMap

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning.team import RunningPlan

IN_MEMORY = 8  # any other is read again when somebody asks for it
READY = 4  # the newest keep their route searches, which are large
LISTED = 50


@dataclass
class KeptPlan:
    """A plan and what became of it; `taken_over` are assignments of the plan before, by vehicle.

    `started_at_s` is the clock's time 0 of the plan, None until vehicles were sent. `scheduled_by`
    had it start by itself; `start_problem` says what kept it from that.
    """

    plan_id: str
    name: str
    patrol_map: PatrolMap
    running: RunningPlan
    created_by: str
    created_at_s: float
    replaces: str | None = None
    replaced_by: str | None = None
    started_at_s: float | None = None
    taken_over: dict[str, str] = field(default_factory=dict)
    scheduled_by: str | None = None
    start_problem: str | None = None

    @property
    def start_s(self) -> float:
        """The plan's time 0 (s since the epoch): as it was, else as it is planned."""
        if self.started_at_s is not None:
            return self.started_at_s
        when = self.running.request.when
        return when.timestamp() if when is not None else self.created_at_s


class KeptPlans:
    """`add`, `get`, `summaries`, `begin`; raises NotFoundError and ConflictError."""

    def __init__(self, database: Database, maps: MapLibrary, clock: Clock) -> None:
        self._database, self._maps, self._clock = database, maps, clock
        self._plans: OrderedDict[str, KeptPlan] = OrderedDict()

    async def add(
        self,
        name: str,
        patrol_map: PatrolMap,
        running: RunningPlan,
        username: str,
        replaces: str | None = None,
    ) -> KeptPlan:
        """Keep a new plan."""
        kept = KeptPlan(
            secrets.token_hex(6), name, patrol_map, running, username, self._clock.now_s(),
            replaces,
        )  # fmt: skip
        row = await asyncio.to_thread(_row, kept)
        await self._database.write(add_plan, row)
        return self._remember(kept)

    async def get(self, plan_id: str) -> KeptPlan:
        """A plan; raises NotFoundError, and ConflictError where it cannot be read any more."""
        if plan_id in self._plans:
            return self._plans[plan_id]
        row = await self._database.read(find_plan, plan_id)
        if row is None:
            raise NotFoundError(f"no plan {plan_id!r} is kept; plan again", "plan_unknown",
                                "plan_id")  # fmt: skip
        patrol_map = self._maps.version(row["map_id"], row["map_hash"])
        if patrol_map is None:
            raise ConflictError(
                f"map {row['map_id']!r} is not here as the plan needs it; plan again",
                "map_unknown",
            )
        kept = await asyncio.to_thread(_read, row, patrol_map)
        return self._plans.get(plan_id) or self._remember(kept)

    async def summaries(self) -> list[PlanSummary]:
        """The newest plans, newest first."""
        return [_summary(row) for row in await self._database.read(select_plans, LISTED)]

    async def summary(self, plan_id: str) -> PlanSummary:
        """One of them, which is there."""
        return _summary(await self._database.read(find_summary, plan_id))

    async def assignments(self, kept: KeptPlan) -> dict[str, str]:
        """The assignments that do what a plan says, by vehicle."""
        made = await self._database.read(plan_assignments, kept.plan_id)
        return {**kept.taken_over, **made}

    async def begin(
        self,
        kept: KeptPlan,
        started_at_s: float,
        replaced: KeptPlan | None = None,
        taken_over: Mapping[str, str] | None = None,
    ) -> None:
        """A plan is under way, perhaps in the place of another; kept before anything is sent."""
        taken_over = dict(taken_over or {})
        await self._database.write(
            mark_started, kept.plan_id, started_at_s, taken_over,
            replaced.plan_id if replaced else None,
        )  # fmt: skip
        kept.started_at_s, kept.taken_over = started_at_s, taken_over
        kept.scheduled_by = kept.start_problem = None
        if replaced is not None:
            replaced.replaced_by = kept.plan_id

    async def schedule(self, plan_id: str, scheduled_by: str | None, problem: str | None) -> None:
        """A plan starts by itself from now on, or no longer does, and what has kept it from it."""
        await self._database.write(put_schedule, plan_id, scheduled_by, problem)
        if (kept := self._plans.get(plan_id)) is not None:
            kept.scheduled_by, kept.start_problem = scheduled_by, problem

    def _remember(self, kept: KeptPlan) -> KeptPlan:
        self._plans[kept.plan_id] = kept
        while len(self._plans) > IN_MEMORY:
            self._plans.popitem(last=False)
        for older in list(self._plans.values())[:-READY]:
            older.running = replace(older.running, searches=None)
        return kept


def _row(kept: KeptPlan) -> dict[str, Any]:
    """All columns of a plan that nobody has started."""
    from navigation.planning.fleet.document import plan_file

    running = kept.running
    return {
        "plan_id": kept.plan_id,
        "name": kept.name,
        "map_id": kept.patrol_map.map_id,
        "map_hash": kept.patrol_map.content_hash,
        "mode": str(running.plan.mode),
        "vehicle_ids": [plan.vehicle_id for plan in running.plan.vehicles],
        "left_out": len(running.plan.left_out),
        "start_s": kept.start_s,
        "created_by": kept.created_by,
        "created_at_s": kept.created_at_s,
        "started_at_s": None,
        "replaces": kept.replaces,
        "replaced_by": None,
        "document": plan_file(running),
        "moved": [asdict(moved) for moved in running.moved],
        "kept": sorted(running.kept),
        "taken_over": {},
        "scheduled_by": None,
        "start_problem": None,
    }


def _read(row: Mapping[str, Any], patrol_map: PatrolMap) -> KeptPlan:
    """A plan from its row; raises ConflictError."""
    from navigation.planning.fleet.plan_reading import plan_of
    from navigation.planning.fleet.replanning import Moved

    plan_id = row["plan_id"]
    try:
        running = plan_of(row["document"], patrol_map, f"plan {plan_id}")
    except PlanError as error:
        raise ConflictError(f"{error}; plan again", "plan_unreadable") from None
    moved = tuple(Moved(**moved) for moved in row["moved"])
    running = replace(running, moved=moved, kept=frozenset(row["kept"]))
    return KeptPlan(
        plan_id, row["name"], patrol_map, running, row["created_by"], row["created_at_s"],
        row["replaces"], row["replaced_by"], row["started_at_s"], dict(row["taken_over"]),
        row["scheduled_by"], row["start_problem"],
    )  # fmt: skip


def _summary(row: Mapping[str, Any]) -> PlanSummary:
    return PlanSummary(
        plan_id=row["plan_id"],
        name=row["name"],
        map_id=row["map_id"],
        mode=row["mode"],
        vehicle_ids=row["vehicle_ids"],
        left_out=row["left_out"],
        start=row["start_s"] if row["started_at_s"] is None else row["started_at_s"],
        started=row["started_at_s"] is not None,
        created_by=row["created_by"],
        created_at=row["created_at_s"],
        replaces=row["replaces"],
        replaced_by=row["replaced_by"],
        scheduled_by=row["scheduled_by"],
        start_problem=row["start_problem"],
        start_problem_ko=korean(row["start_problem"] or ""),
    )
