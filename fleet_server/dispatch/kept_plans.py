"""Plans that may be started or planned again, in memory; a restarted server has none."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fleet_server.errors import NotFoundError
from patrol.map import PatrolMap

if TYPE_CHECKING:  # loading the planners takes seconds
    from navigation.planning.fleet.replanning.team import RunningPlan

KEPT = 50  # the oldest goes; its assignments stay
READY = 4  # the newest keep their route searches, which are large


@dataclass
class KeptPlan:
    """A plan and what became of it; `assignments` are by vehicle id.

    `started_at_s` is the clock's time 0 of the plan, None until vehicles were sent.
    """

    plan_id: str
    name: str
    patrol_map: PatrolMap
    running: RunningPlan
    replaces: str | None = None
    started_at_s: float | None = None
    assignments: dict[str, str] = field(default_factory=dict)


class KeptPlans:
    """At most `KEPT` plans."""

    def __init__(self) -> None:
        self._plans: OrderedDict[str, KeptPlan] = OrderedDict()

    def add(
        self, name: str, patrol_map: PatrolMap, running: RunningPlan, replaces: str | None = None
    ) -> KeptPlan:
        """Keep a new plan."""
        kept = KeptPlan(secrets.token_hex(6), name, patrol_map, running, replaces)
        self._plans[kept.plan_id] = kept
        while len(self._plans) > KEPT:
            self._plans.popitem(last=False)
        for older in list(self._plans.values())[:-READY]:
            older.running = replace(older.running, searches=None)
        return kept

    def find(self, plan_id: str) -> KeptPlan | None:
        """A plan, if it is still kept."""
        return self._plans.get(plan_id)

    def get(self, plan_id: str) -> KeptPlan:
        """A plan; raises NotFoundError."""
        kept = self.find(plan_id)
        if kept is None:
            raise NotFoundError(f"no plan {plan_id!r} is kept; plan again", "plan_unknown",
                                "plan_id")  # fmt: skip
        return kept

    def drop(self, plan_id: str) -> None:
        """Forget a plan that another has taken the place of."""
        self._plans.pop(plan_id, None)
