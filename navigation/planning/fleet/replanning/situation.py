"""Where everybody of a running plan stands, and what each does first: what happened to it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.battery import drained_pct, full_after_s
from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.plan import PlanRequest
from navigation.planning.fleet.plan_searches import PlanSearches
from navigation.planning.fleet.replanning.changes import Away, Changes
from navigation.planning.fleet.replanning.standing import (
    SAME_S,
    Standing,
    after_step,
    rest_of,
    standing_at,
    start_after,
)
from navigation.planning.fleet.replanning.team import IS_BACK, Member, RunningPlan, Situation
from navigation.planning.fleet.types import PlanMode, PlanVehicle, Step, Task, VehiclePlan
from navigation.planning.route_search import RouteSearch, Start
from navigation.planning.route_timed import TimedSearch
from patrol.errors import PlanError
from patrol.map import Dock

CALL = "call"  # the task of a step that answers a call


def situation(
    before: RunningPlan,
    request: PlanRequest,
    now_s: float,
    changes: Changes,
    searches: PlanSearches,
    standings: Mapping[str, Standing],
) -> Situation:
    """Where everybody stands; raises PlanError for a call or a charge that is out of reach."""
    done, driven, seen = set(before.done), set(before.driven_edge_ids), dict(before.last_visit_s)
    members = []
    for vehicle in before.request.vehicles:
        search, plan = searches(vehicle), before.plan.of(vehicle.id)
        standing = standings.get(vehicle.id) or standing_at(search, vehicle, plan, now_s)
        done |= standing.done(plan)
        driven.update(_driven(plan, standing))
        for step in plan.steps[: standing.step]:
            if step.task_id and not step.is_charge:
                seen[step.task_id] = max(step.end_s, seen.get(step.task_id, 0.0))
        if vehicle.id not in changes.failed:
            ways = _Ways.of(request, searches, vehicle)
            members.append(_member(request, changes, ways, vehicle, plan, standing))
    members += [
        _newcomer(vehicle, _Ways.of(request, searches, vehicle), now_s) for vehicle in changes.back
    ]
    stuck = [member for member in members if _is_stuck(member, changes)]
    able = [member for member in members if member not in stuck]
    if not able:
        closed_in = "; all others are closed in: open a street" if stuck else ""
        raise PlanError(f"no vehicle is left; what is not done yet stays undone{closed_in}")
    lost = dict.fromkeys(sorted(changes.failed), "failed")
    lost |= {member.vehicle.id: "is closed in" for member in stuck}
    return Situation(
        before, request, now_s, changes, searches, tuple(able), lost, frozenset(done),
        frozenset(driven), seen, tuple(stuck),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ways:
    """A vehicle's searches: with closed all that closes at times and, for a tour, by the clock."""

    search: RouteSearch
    timed: TimedSearch | None

    @classmethod
    def of(cls, request: PlanRequest, searches: PlanSearches, vehicle: PlanVehicle) -> _Ways:
        is_timed = request.mode is PlanMode.TOUR
        return cls(searches(vehicle), searches.timed(vehicle) if is_timed else None)

    def closed_among(self, start: Start, rest: Sequence[Step]) -> list[int]:
        """Edges of a vehicle's steps from a start on that are closed when it drives them."""
        if self.timed is None:
            return [e for step in rest for e in step.edge_ids if e in self.search.closed]
        found = list[int]()
        for step in rest:
            if not self.timed.is_open(start, step.edge_ids, step.leave_s) or not (
                step.is_charge
                or self.timed.may_stand(step.node_ids[-1], step.arrive_s, step.end_s)
            ):
                found += step.edge_ids
            start = start_after(self.search.patrol_map, start, step)
        return found


def _is_stuck(member: Member, changes: Changes) -> bool:
    """Whether closed streets keep a vehicle from its dock, or from leaving at all."""
    if not (changes.closed or member.because):
        return False
    vehicle, patrol_map = member.vehicle, member.search.patrol_map
    if vehicle.dock_id is not None:
        return not _reaches(member, patrol_map.dock(vehicle.dock_id).node_id)
    closed = (member.timed.search if member.timed else member.search).closed
    return all(
        edge.id in closed or edge.start_id != vehicle.node_id for edge in patrol_map.edges.values()
    )


def _reaches(member: Member, node_id: int) -> bool:
    driver = member.driver()
    if math.isfinite(driver.seconds_to([node_id])[0]):
        return True
    if member.timed is None:
        return False
    try:
        driver.arrival_s(node_id)
    except PlanError:
        return False
    return True


def _driven(plan: VehiclePlan, standing: Standing) -> Collection[int]:
    over = [edge_id for step in plan.steps[: standing.step] for edge_id in step.edge_ids]
    if standing.edges:
        over += plan.steps[standing.step].edge_ids[: standing.edges]
    return over


def _member(
    request: PlanRequest,
    changes: Changes,
    ways: _Ways,
    vehicle: PlanVehicle,
    plan: VehiclePlan,
    standing: Standing,
) -> Member:
    search = ways.search
    rest = rest_of(search, plan, standing)
    driver = Driver(search, standing.of(vehicle), ways.timed)
    if vehicle.id in changes.charge:
        _charge(request, driver)
        because = f"charges until {driver.clock_s / 60:.0f} min"
        return _joined(ways, driver.vehicle, standing, driver.steps, rest, because)
    if vehicle.id in changes.away:
        _answer(driver, changes.away[vehicle.id])
        because = f"is called away until {driver.clock_s / 60:.0f} min"
        return _joined(ways, driver.vehicle, standing, driver.steps, rest, because)
    shut = [e for step in rest for e in step.edge_ids if e in request.closed_edge_ids]
    if rest and rest[-1].end_s > plan.steps[-1].end_s + SAME_S:
        # late: what was to be passed while it is open may be closed by then
        shut += ways.closed_among(Start(standing.node_id, standing.heading_rad), rest)
    first, rest = _split(rest)
    if standing.is_on_plan and not shut:
        return _joined(ways, driver.vehicle, standing, first, rest, "")
    because = "has left its planned route"
    if shut:
        because = f"finds edge {shut[0]} on its way closed"
    _again(request, driver, first)
    return _joined(ways, driver.vehicle, standing, driver.steps, rest, because)


def _joined(
    ways: _Ways,
    vehicle: PlanVehicle,
    standing: Standing,
    prelude: Sequence[Step],
    rest: tuple[Step, ...],
    because: str,
) -> Member:
    """The member as it stands after its prelude."""
    at = standing
    for step in prelude:
        at = after_step(ways.search, vehicle, at, step)
    return Member(at.of(vehicle), standing, tuple(prelude), rest, because, ways.search, ways.timed)


def _charge(request: PlanRequest, driver: Driver) -> None:
    """To the dock and onto the charger until the battery is full."""
    vehicle = driver.vehicle
    dock = _dock(request, driver)
    try:
        way_s = driver.arrival_s(dock.node_id) - driver.clock_s
    except PlanError as error:
        raise PlanError(f"vehicle {vehicle.id}: cannot go to charge: {error}") from None
    arrives_pct = max(0.0, vehicle.battery_pct - drained_pct(vehicle, way_s))
    driver.charge(dock, full_after_s(vehicle, arrives_pct))


def _dock(request: PlanRequest, driver: Driver) -> Dock:
    """Its own dock, else the one that it reaches soonest; raises PlanError for none."""
    patrol_map, vehicle = request.patrol_map, driver.vehicle
    if vehicle.dock_id is not None:
        return patrol_map.dock(vehicle.dock_id)
    if not patrol_map.docks:
        raise PlanError(f"vehicle {vehicle.id}: {patrol_map.map_id} has no dock to charge at")
    ways_s = driver.seconds_to([dock.node_id for dock in patrol_map.docks])
    return patrol_map.docks[min(range(len(ways_s)), key=ways_s.__getitem__)]


def _answer(driver: Driver, away: Away) -> None:
    """To the place that it is called to, and there until it may go on."""
    try:
        stay_s = max(0.0, away.until_s - driver.arrival_s(away.node_id))
        driver.visit(Task(CALL, f"called to node {away.node_id}", away.node_id, stay_s))
    except PlanError as error:
        raise PlanError(f"vehicle {driver.vehicle.id}: cannot answer the call: {error}") from None


def _split(rest: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What a vehicle must do before all else (a call, a charge), and what comes after."""
    musts = 0
    for number, step in enumerate(rest, start=1):
        if step.task_id == CALL or (step.is_charge and step.end_s > step.begin_s):
            musts = number
        elif step.task_id:
            break
    return rest[:musts], rest[musts:]


def _again(request: PlanRequest, driver: Driver, steps: Sequence[Step]) -> None:
    """The same calls and charges by ways that are open; raises PlanError where there are none."""
    for step in steps:
        stay_s = step.end_s - step.begin_s
        if step.is_charge:
            driver.charge(request.patrol_map.dock(step.task_id), stay_s)
        elif step.task_id == CALL:
            driver.visit(Task(CALL, step.name, step.node_ids[-1], stay_s))


def _newcomer(vehicle: PlanVehicle, ways: _Ways, now_s: float) -> Member:
    stands = replace(vehicle, available_at_s=max(now_s, vehicle.available_at_s))
    standing = Standing(
        stands.node_id, stands.heading_rad, stands.available_at_s, stands.battery_pct, 0
    )
    return Member(stands, standing, (), (), IS_BACK, ways.search, ways.timed)
