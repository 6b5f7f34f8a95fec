"""One entry for every mode: `replan_fleet`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from navigation.planning.fleet.plan import hours_of
from navigation.planning.fleet.plan_searches import PlanSearches
from navigation.planning.fleet.replanning.absence import long_absent, with_return, without
from navigation.planning.fleet.replanning.changes import Changes
from navigation.planning.fleet.replanning.coverage import replan_coverage
from navigation.planning.fleet.replanning.draw import replan_unpredictable
from navigation.planning.fleet.replanning.persistent import replan_persistent
from navigation.planning.fleet.replanning.situation import situation
from navigation.planning.fleet.replanning.standing import Standing
from navigation.planning.fleet.replanning.team import Outcome, RunningPlan, Situation
from navigation.planning.fleet.replanning.tour import replan_tour
from navigation.planning.fleet.types import FleetPlan, PlanMode
from patrol.errors import PlanError

CLOSED_IN = "stays where it is: closed streets keep it from its dock; open one"
_REPLANNERS: Mapping[PlanMode, Callable[[Situation], Outcome]] = {
    PlanMode.TOUR: replan_tour,
    PlanMode.COVERAGE: replan_coverage,
    PlanMode.PERSISTENT: replan_persistent,
    PlanMode.UNPREDICTABLE: replan_unpredictable,
}


def replan_fleet(
    before: RunningPlan,
    now_s: float,
    changes: Changes,
    standings: Mapping[str, Standing] | None = None,
) -> RunningPlan:
    """The plan for the rest, from `now_s` (seconds after the first plan's start) on.

    Vehicles stand where the plan has them then; `standings` says otherwise, by vehicle id. Times
    of the new plan are still seconds after the first plan's start. Raises PlanError for changes
    that contradict the plan, a call out of reach, or when no vehicle is left.
    """
    request = before.request
    if not (math.isfinite(now_s) and now_s >= 0):
        raise PlanError(f"now: {now_s} s is not a number of 0 or more")
    if before.changes and now_s < before.changes[-1][0]:
        raise PlanError(
            f"now: {now_s:g} s is before the last change at {before.changes[-1][0]:g} s"
        )
    if now_s >= request.horizon_s:
        raise PlanError(f"now: {now_s:g} s is after the plan's end at {request.horizon_s:g} s")
    changes.check(frozenset(vehicle.id for vehicle in request.vehicles))
    _check_edges(before, changes)
    closed = (request.closed_edge_ids | changes.closed) - changes.opened
    if closed != request.closed_edge_ids:
        request = replace(request, closed_edge_ids=closed)
    searches = PlanSearches(hours_of(request, now_s), closed, before.searches)
    now = situation(before, request, now_s, changes, searches, standings or {})
    return _decided(now)


def _decided(now: Situation) -> RunningPlan:
    absent = long_absent(now)
    if absent is None:
        return _after(now, _REPLANNERS[now.request.mode](now))
    return with_return(now, absent, _decided(without(now, absent)), replan_fleet)


def _check_edges(before: RunningPlan, changes: Changes) -> None:
    patrol_map = before.request.patrol_map
    for edge_id in sorted(changes.closed | changes.opened):
        if edge_id not in patrol_map.edges:
            raise PlanError(f"{patrol_map.map_id}: no edge {edge_id} to close or open")
    for edge_id in sorted(changes.opened - before.request.closed_edge_ids):
        raise PlanError(f"edge {edge_id}: was not closed for this plan, so it cannot be opened")
    for vehicle in changes.back:
        if vehicle.node_id not in patrol_map.nodes:
            raise PlanError(f"vehicle {vehicle.id}: {patrol_map.map_id} has no node "
                            f"{vehicle.node_id}")  # fmt: skip


def _after(now: Situation, outcome: Outcome) -> RunningPlan:
    old, patrol_map = now.old, now.request.patrol_map
    hours = now.searches.hours
    left_out = tuple(hours.explained(left) for left in outcome.left_out)
    notes = (
        *(f"moved: {moved}" for moved in outcome.moved), *outcome.notes,
        *hours.notes(is_timed=old.mode is PlanMode.TOUR),
    )  # fmt: skip
    stuck = [member.plan((), CLOSED_IN) for member in now.stuck]
    plan = FleetPlan(
        old.mode, patrol_map.map_id, patrol_map.content_hash, old.horizon_s,
        (*outcome.plans, *stuck),
        left_out, outcome.figures, notes, outcome.walks,
    )  # fmt: skip
    left = (*now.members, *now.stuck)
    ids = {member.vehicle.id for member in left}
    stand = [member.standing.of(member.vehicle) for member in left]
    gone = [v for v in (*now.before.request.vehicles, *now.before.gone) if v.id not in ids]
    return RunningPlan(
        replace(now.request, vehicles=tuple(stand)), plan, now.done, now.driven_edge_ids,
        now.last_visit_s, tuple(gone), (*now.before.changes, (now.now_s, now.changes)),
        outcome.moved, outcome.kept, now.searches,
    )  # fmt: skip
