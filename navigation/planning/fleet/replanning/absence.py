"""Rounds that a vehicle leaves for long: the others share them until it is back.

A vehicle that is called away or charges for longer than a round would leave a hole in it. So there
are two plans: one for the others until it is free again, and one with it from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from navigation.planning.fleet.replanning.changes import Changes
from navigation.planning.fleet.replanning.held_up import held_up
from navigation.planning.fleet.replanning.standing import Standing, standing_at
from navigation.planning.fleet.replanning.team import Member, RunningPlan, Situation
from navigation.planning.fleet.types import PlanMode, Step, VehiclePlan

ROUNDS = (PlanMode.PERSISTENT, PlanMode.UNPREDICTABLE)
LONG = 1.5  # worst idlenesses that a vehicle may be away without being missed


def long_absent(now: Situation) -> Member | None:
    """The member of a patrol in rounds that is last back of those that are away for long."""
    if now.request.mode not in ROUNDS or len(now.members) < 2:
        return None
    patience_s = LONG * now.old.figures.get("worst_idleness_s", 0.0)
    missed = [
        member for member in now.members
        if held_up(now, member) and member.vehicle.available_at_s - now.now_s > patience_s
    ]  # fmt: skip
    if len(missed) == len(now.members):
        return None  # nobody is there to share its rounds
    return max(missed, key=lambda m: m.vehicle.available_at_s, default=None)


def without(now: Situation, member: Member) -> Situation:
    """The same for the others; they hear why it is gone."""
    others = tuple(other for other in now.members if other is not member)
    lost = {**now.lost, member.vehicle.id: member.because}
    return replace(now, members=others, lost=lost)


def with_return(
    now: Situation,
    member: Member,
    alone: RunningPlan,
    again: Callable[[RunningPlan, float, Changes], RunningPlan],
) -> RunningPlan:
    """The others' plan `alone` until the member is free, then one with it."""
    back_s = member.vehicle.available_at_s
    if back_s >= now.request.horizon_s:
        own = member.plan(member.way_home(), f"{member.because}; then the patrol is over")
        return _joined(now, member, alone, alone, [*alone.plan.vehicles, own])
    after = again(alone, back_s, Changes(back=(member.vehicle,)))
    plans = [_both(member, alone, after, plan) for plan in after.plan.vehicles]
    return _joined(now, member, alone, after, plans)


def _both(
    member: Member, alone: RunningPlan, after: RunningPlan, later: VehiclePlan
) -> VehiclePlan:
    if later.vehicle_id == member.vehicle.id:
        return member.plan(later.steps, f"{member.because}; then it {later.reason}")
    first = alone.plan.of(later.vehicle_id)
    if later.vehicle_id in after.kept:
        return first
    vehicle = next(v for v in alone.request.vehicles if v.id == later.vehicle_id)
    back_s = member.vehicle.available_at_s
    assert after.searches is not None
    standing = standing_at(after.searches(vehicle), vehicle, first, back_s)
    reason = f"{first.reason} From {back_s / 60:.0f} min on, {later.reason}"
    turns = (*first.u_turn_node_ids, *later.u_turn_node_ids)
    steps = (*_until(first, standing), *later.steps)
    return VehiclePlan(later.vehicle_id, steps, reason, turns)


def _until(plan: VehiclePlan, standing: Standing) -> tuple[Step, ...]:
    """The steps of a plan up to where it is broken off."""
    over = plan.steps[: standing.step]
    if not standing.edges:
        return over
    step, free_at_s = plan.steps[standing.step], standing.free_at_s
    arrive_s = min(step.arrive_s, free_at_s)
    if step.is_charge and standing.edges == len(step.edge_ids):
        return (*over, replace(step, end_s=free_at_s))
    way = replace(
        step, node_ids=step.node_ids[: standing.edges + 1],
        edge_ids=step.edge_ids[: standing.edges], arrive_s=arrive_s, begin_s=arrive_s,
        end_s=free_at_s, task_id="", name="", actions=(), is_charge=False,
        length_m=step.length_m * standing.edges / len(step.edge_ids),
    )  # fmt: skip
    return (*over, way)


def _joined(
    now: Situation,
    member: Member,
    alone: RunningPlan,
    after: RunningPlan,
    plans: list[VehiclePlan],
) -> RunningPlan:
    """One running plan of both; its figures are those from the return on."""
    figures = dict(after.plan.figures)
    if after is not alone:
        figures["worst_idleness_until_back_s"] = alone.plan.figures["worst_idleness_s"]
    notes = tuple(dict.fromkeys((*alone.plan.notes, *after.plan.notes)))
    plan = replace(after.plan, vehicles=tuple(plans), figures=figures, notes=notes)
    stands = member.standing.of(member.vehicle)
    request = replace(alone.request, vehicles=(*alone.request.vehicles, stands))
    kept = alone.kept & after.kept - {member.vehicle.id}
    gone = tuple(vehicle for vehicle in alone.gone if vehicle.id != member.vehicle.id)
    return replace(
        alone, request=request, plan=plan, gone=gone,
        moved=tuple(dict.fromkeys((*alone.moved, *after.moved))) if after is not alone
        else alone.moved,
        kept=kept,
    )  # fmt: skip
