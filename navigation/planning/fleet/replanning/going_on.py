"""Walks that stay as they are, and their vehicles, some of them held up for a while."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.replanning.promises import outcome_of
from navigation.planning.fleet.replanning.standing import SAME_S
from navigation.planning.fleet.replanning.team import Member, Outcome, Situation
from navigation.planning.fleet.types import Step, Task, VehiclePlan, Walk
from patrol.errors import PlanError


def gone_on(now: Situation, member: Member) -> tuple[VehiclePlan, float]:
    """A member whose walk stays as it was, and from when on it is in step."""
    if not member.because:
        return member.kept(), 0.0
    driver, steps = Driver(member.search, member.vehicle), list[Step]()
    visits = [step for step in member.rest if step.task_id]
    first = next((i for i, step in enumerate(visits) if _makes(driver, step)), len(visits))
    for number, step in enumerate(visits[first:]):
        if step.is_charge:
            dock = now.request.patrol_map.dock(step.task_id)
            steps.append(driver.charge(dock, until_s=step.end_s))
            continue
        window = ((step.begin_s, math.inf),)
        stay_s = step.end_s - step.begin_s
        task = Task(step.task_id, step.name, step.node_ids[-1], stay_s, window, 1.0, step.actions)
        is_next = number > 0 and step.node_ids[0] == driver.node_id
        steps.append(driver.follow(step.edge_ids, task) if is_next else driver.visit(task))
    if not steps:
        return member.plan(member.way_home(), f"{member.because}; then it stays"), 0.0
    in_step_s = steps[0].begin_s
    reason = f"{member.because}; from {in_step_s / 60:.0f} min on its round goes on as it was"
    return member.plan(tuple(steps), reason), in_step_s


@dataclass(frozen=True)
class GoneOn:
    """What the walks that were kept come to: theirs, their vehicles' plans, who keeps its very
    steps, and from when on the promise holds."""

    walks: tuple[Walk, ...]
    plans: Mapping[str, VehiclePlan]
    kept: frozenset[str]
    in_step_s: float


def walks_gone_on(now: Situation, walks: Sequence[Walk]) -> GoneOn:
    """The vehicles of walks that stay as they were."""
    members = {member.vehicle.id: member for member in now.members}
    ids = [vehicle_id for walk in walks for vehicle_id in walk.vehicle_ids]
    found = {vehicle_id: gone_on(now, members[vehicle_id]) for vehicle_id in ids}
    return GoneOn(
        tuple(_bounded(now, walk) for walk in walks),
        {vehicle_id: plan for vehicle_id, (plan, _) in found.items()},
        frozenset(vehicle_id for vehicle_id in ids if not members[vehicle_id].because),
        max([_old_in_step_s(now), *(from_s for _, from_s in found.values())]),
    )


def all_go_on(now: Situation) -> Outcome:
    """Nothing changed but that some are held up for a while."""
    found = [gone_on(now, member) for member in now.members]
    kept = frozenset(member.vehicle.id for member in now.members if not member.because)
    in_step_s = max(_old_in_step_s(now), *(from_s for _, from_s in found))
    walks = [_bounded(now, walk) for walk in now.old.walks]
    return outcome_of(now, None, [plan for plan, _ in found], walks, kept, in_step_s)


def _old_in_step_s(now: Situation) -> float:
    """From when on the promise of walks that go on holds."""
    return max(now.now_s, now.old.figures.get("in_step_from_s", 0.0))


def _bounded(now: Situation, walk: Walk) -> Walk:
    """A walk that goes on: its places wait no longer than the old plan promised."""
    promised_s = now.old.figures.get("worst_idleness_s", math.inf)
    return replace(walk, worst_s=min(walk.worst_s, promised_s))


def _makes(driver: Driver, step: Step) -> bool:
    """Whether a vehicle can be somewhere as early as was planned."""
    if step.is_charge:
        return False
    try:
        return driver.clock_s + driver.route_to(step.node_ids[-1]).duration_s <= (
            step.begin_s + SAME_S
        )
    except PlanError:
        return False
