"""Where the vehicles of a plan under way are: what is behind each of them, and what is ahead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from navigation.planning.fleet.battery import after_step_pct, charged_pct, drained_pct
from navigation.planning.fleet.types import PlanVehicle, Step, VehiclePlan
from navigation.planning.route_search import RouteSearch, Start
from patrol.map import PatrolMap
from patrol.map_check import edge_heading_rad

SAME_S = 1e-6  # times that count as one


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a vehicle is free to do something else, and how far it has come in its plan by then.

    `step` counts the steps that are over, `edges` those of the next one that are driven.
    `is_on_plan` is False for a vehicle that has left its planned route: its rest is driven anew.
    """

    node_id: int
    heading_rad: float | None
    free_at_s: float
    battery_pct: float
    step: int
    edges: int = 0
    is_on_plan: bool = True

    def done(self, plan: VehiclePlan) -> frozenset[str]:
        """The tasks that are behind it."""
        return frozenset(s.task_id for s in plan.steps[: self.step] if s.task_id)

    def of(self, vehicle: PlanVehicle) -> PlanVehicle:
        """The vehicle as it stands."""
        return replace(
            vehicle, node_id=self.node_id, heading_rad=self.heading_rad,
            available_at_s=self.free_at_s, battery_pct=self.battery_pct,
        )  # fmt: skip


def standing_at(
    search: RouteSearch, vehicle: PlanVehicle, plan: VehiclePlan, now_s: float
) -> Standing:
    """The next moment at or after `now_s` at which the vehicle is at a node and not busy, if all
    goes as planned: an edge is driven to its end and a visit is finished; a wait or a charge is
    broken off."""
    at = Standing(
        vehicle.node_id, vehicle.heading_rad, vehicle.available_at_s, vehicle.battery_pct, 0
    )
    for number, step in enumerate(plan.steps):
        if now_s <= step.leave_s + SAME_S:
            break
        if (now_s >= step.begin_s - SAME_S and not step.is_charge) or now_s >= step.end_s - SAME_S:
            at = after_step(search, vehicle, at, step)
            continue
        edges, free_at_s = len(step.edge_ids), now_s
        if now_s < step.arrive_s:
            edges, free_at_s = _on_the_way(search, step, now_s)
        node_id, heading_rad = _arrived(search.patrol_map, step, edges, at)
        pct = at.battery_pct - drained_pct(vehicle, min(free_at_s, step.arrive_s) - step.leave_s)
        if step.is_charge and now_s > step.arrive_s:
            pct = min(100.0, pct + charged_pct(vehicle, now_s - step.arrive_s))
        return Standing(node_id, heading_rad, free_at_s, max(0.0, pct), number, edges)
    # Who is free at this very moment stands at the plan's own time, as its next step does.
    return at if now_s <= at.free_at_s + SAME_S else replace(at, free_at_s=now_s)


def after_step(
    search: RouteSearch, vehicle: PlanVehicle, before: Standing, step: Step
) -> Standing:
    """Where a vehicle stands when its next step is over."""
    node_id, heading_rad = _arrived(search.patrol_map, step, len(step.edge_ids), before)
    pct = after_step_pct(vehicle, before.battery_pct, step)
    return Standing(node_id, heading_rad, step.end_s, pct, before.step + 1)


def _arrived(
    patrol_map: PatrolMap, step: Step, edges: int, before: Standing
) -> tuple[int, float | None]:
    """Node and heading after some edges of a step; a dock is left along its own heading."""
    node_id, heading_rad = before.node_id, before.heading_rad
    if edges:
        edge = patrol_map.edges[step.edge_ids[edges - 1]]
        node_id, heading_rad = edge.end_id, edge_heading_rad(patrol_map, edge)
    if step.is_charge and edges == len(step.edge_ids):
        heading_rad = patrol_map.dock(step.task_id).heading_rad
    return node_id, heading_rad


def _on_the_way(search: RouteSearch, step: Step, now_s: float) -> tuple[int, float]:
    """How many edges are behind the vehicle at the end of the one it is on, and when that is."""
    ends_s = list(_edge_ends_s(search, step))
    last = len(ends_s) - 1
    at = next(i for i, end_s in enumerate(ends_s) if end_s >= now_s - SAME_S or i == last)
    return at + 1, ends_s[at]


def _edge_ends_s(search: RouteSearch, step: Step) -> Iterator[float]:
    """When each edge of a step is driven; turning round is spread over all of them."""
    durations_s = [search.duration_s(edge_id) for edge_id in step.edge_ids]
    stretch = (step.arrive_s - step.leave_s) / math.fsum(durations_s)
    ends = accumulate((s * stretch for s in durations_s), initial=step.leave_s)
    next(ends)
    return ends


def rest_of(search: RouteSearch, plan: VehiclePlan, standing: Standing) -> tuple[Step, ...]:
    """What is ahead of a vehicle; where it is late, so is all that waits do not make good.

    One that is early goes on when it was to: promised times are not before they were promised.
    """
    ahead = list(plan.steps[standing.step :])
    if ahead and standing.edges:
        ahead[0] = _begun(search, ahead[0], standing)
    clock_s = max(standing.free_at_s, ahead[0].leave_s) if ahead else standing.free_at_s
    found = list[Step]()
    for step in ahead:
        found.append(_at(step, clock_s))
        clock_s = found[-1].end_s
    return tuple(found)


def _begun(search: RouteSearch, step: Step, standing: Standing) -> Step:
    """What is left of a step from the vehicle's standing on, still at its planned time."""
    driven, arrive_s = standing.edges, step.arrive_s
    whole = driven == len(step.edge_ids)
    leave_s = arrive_s if whole else list(_edge_ends_s(search, step))[driven - 1]
    if whole and standing.free_at_s > arrive_s:  # it waits or charges
        leave_s = arrive_s = min(standing.free_at_s, step.end_s)
    edge_ids = step.edge_ids[driven:]
    lengths_m = (search.patrol_map.edges[edge_id].length_m for edge_id in edge_ids)
    return replace(
        step, node_ids=step.node_ids[driven:], edge_ids=edge_ids, leave_s=leave_s,
        arrive_s=arrive_s, begin_s=max(step.begin_s, arrive_s), length_m=math.fsum(lengths_m),
    )  # fmt: skip


def _at(step: Step, leave_s: float) -> Step:
    """A step left at another time; it begins no earlier than was promised."""
    if abs(leave_s - step.leave_s) < SAME_S:
        return step
    arrive_s = leave_s + (step.arrive_s - step.leave_s)
    begin_s = max(arrive_s, step.begin_s)
    end_s = begin_s + (step.end_s - step.begin_s)
    if step.is_charge:
        begin_s = arrive_s
    return replace(step, leave_s=leave_s, arrive_s=arrive_s, begin_s=begin_s, end_s=end_s)


def turn_rounds(search: RouteSearch, start: Start, steps: Sequence[Step]) -> tuple[int, ...]:
    """The nodes at which a vehicle turns round that starts so and drives these steps."""
    found: list[int] = []
    for step in steps:
        found += search.as_route(start, step.edge_ids).u_turn_node_ids
        start = start_after(search.patrol_map, start, step)
    return tuple(found)


def start_after(patrol_map: PatrolMap, start: Start, step: Step) -> Start:
    """Where a vehicle stands that starts so, after a step; a dock is left its own way."""
    if step.is_charge:
        dock = patrol_map.dock(step.task_id)
        return Start(dock.node_id, dock.heading_rad)
    if not step.edge_ids:
        return start
    edge = patrol_map.edges[step.edge_ids[-1]]
    return Start(edge.end_id, edge_heading_rad(patrol_map, edge))
