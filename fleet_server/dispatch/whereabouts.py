"""Where the vehicles of a started plan really are, from what their assignments have come to."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.place import ON_NODE_M
from fleet_server.dispatch.readiness import Pose
from navigation.planning.fleet.types import PlanVehicle, VehiclePlan
from patrol.geodesy import wrap_angle
from patrol.map import PatrolMap
from patrol.map_check import edge_heading_rad

if TYPE_CHECKING:
    from navigation.planning.fleet.replanning.standing import Standing

SLOWEST_MPS = 0.1


@dataclass(frozen=True, slots=True)
class Seen:
    """What telemetry says of a vehicle; without a pose it is where its plan says.

    `free_node_id` is the node it drives to first.
    """

    pose: Pose | None
    free_node_id: int
    battery_pct: float


def standing_of(
    patrol_map: PatrolMap,
    vehicle: PlanVehicle,
    plan: VehiclePlan,
    assignment: Assignment | None,
    seen: Seen,
    now_s: float,
    closed: Collection[int] = (),
) -> Standing:
    """Where a vehicle is free next, and what of its plan is behind it.

    A visit counts when the vehicle has reported it as done. Without an assignment that follows
    the plan, or off its route, the vehicle stands where it was seen and has its rest driven anew.
    On an edge of `closed` it does not reach the node ahead: it is free at the one behind.
    """
    from navigation.planning.fleet.replanning.standing import Standing

    heading_rad = seen.pose[2] if seen.pose else None
    if assignment is None:
        return Standing(
            seen.free_node_id, heading_rad, now_s, seen.battery_pct, 0, 0, not plan.steps
        )
    if assignment.status == "finished":
        return Standing(plan.node_ids[-1], heading_rad, now_s, seen.battery_pct, len(plan.steps))
    done = _done(plan, assignment)
    reached = _reached(plan, assignment)
    if reached is None or done is None:
        over = _over_by_visits(plan, done or set())
        return Standing(
            seen.free_node_id, heading_rad, now_s, seen.battery_pct, over, 0, is_on_plan=False
        )
    node_index, free_at_s = _free(patrol_map, vehicle, plan, reached, seen.pose, now_s, closed)
    step, edges = _progress(plan, node_index, done)
    edge_ids = [edge_id for s in plan.steps for edge_id in s.edge_ids]
    if node_index == reached and free_at_s > now_s:  # back from a closed way
        ahead = patrol_map.edges[edge_ids[node_index]]
        heading_rad = wrap_angle(edge_heading_rad(patrol_map, ahead) + math.pi)
    elif node_index > 0:
        heading_rad = edge_heading_rad(patrol_map, patrol_map.edges[edge_ids[node_index - 1]])
    return Standing(
        plan.node_ids[node_index], heading_rad, free_at_s, seen.battery_pct, step, edges
    )


def stop_numbers(plan: VehiclePlan) -> list[int]:
    """The steps that became visits of an assignment."""
    return [
        number for number, step in enumerate(plan.steps)
        if not step.is_charge and (step.end_s > step.arrive_s or step.actions)
    ]  # fmt: skip


def _charge_numbers(plan: VehiclePlan) -> list[int]:
    """The steps that became charges on the way."""
    return [
        number for number, step in enumerate(plan.steps)
        if step.is_charge and step.end_s > step.arrive_s
        and any(later.edge_ids or not later.is_charge for later in plan.steps[number + 1 :])
    ]  # fmt: skip


def _done(plan: VehiclePlan, assignment: Assignment) -> set[int] | None:
    """Steps whose visit or charge was reported done; None where the visits are not the plan's.

    An assignment that was left alone has the visits of the plan before, too.
    """
    numbers, visits = stop_numbers(plan), assignment.route.visits
    earlier = len(visits) - len(numbers)
    if earlier < 0 or any(
        visits[earlier + i].checkpoint_id != plan.steps[number].task_id
        for i, number in enumerate(numbers)
    ):
        return None
    visited = assignment.progress.visited
    done = {number for i, number in enumerate(numbers) if earlier + i in visited}
    charges = _charge_numbers(plan)
    over = len(charges) - (len(assignment.route.charges) - assignment.progress.charged)
    return done.union(charges[: max(0, over)])


def _reached(plan: VehiclePlan, assignment: Assignment) -> int | None:
    """The last node passed, counted along the plan; None for a route that is not the plan's."""
    mine, driven = list(plan.node_ids), assignment.route.node_ids
    if assignment.progress.reached < assignment.route.back_index:
        return None  # called away
    numbers = stop_numbers(plan)
    halts = sorted((*numbers, *_charge_numbers(plan)))
    first = sum(len(s.edge_ids) for s in plan.steps[: halts[0] + 1]) if halts else 0
    tail = len(mine) - first  # a rejoined route differs before its first stop
    if driven[-tail:] != mine[-tail:] or assignment.status not in ("queued", "sent", "running",
                                                                   "returning"):  # fmt: skip
        return None
    reached = assignment.progress.reached + len(mine) - len(driven)
    if reached < first and driven[-len(mine) :] != mine:
        return None  # on a way of its own to the first stop
    return max(0, reached)


def _over_by_visits(plan: VehiclePlan, done: set[int]) -> int:
    """How many steps are over, as far as visits tell: up to the first that is not done."""
    over = 0
    for number in stop_numbers(plan):
        if number not in done:
            break
        over = number + 1
    return over


def _free(
    patrol_map: PatrolMap,
    vehicle: PlanVehicle,
    plan: VehiclePlan,
    reached: int,
    pose: Pose | None,
    now_s: float,
    closed: Collection[int],
) -> tuple[int, float]:
    """The node (an index) at which the vehicle is next, and when; from a closed way back."""
    node_ids = plan.node_ids
    here = patrol_map.nodes[node_ids[reached]]
    if pose is None or reached == len(node_ids) - 1:
        return reached, now_s
    back_m = math.hypot(here.x_m - pose[0], here.y_m - pose[1])
    if back_m <= ON_NODE_M:
        return reached, now_s
    after = patrol_map.nodes[node_ids[reached + 1]]
    left_m = math.hypot(after.x_m - pose[0], after.y_m - pose[1])
    edge = patrol_map.edge_between[node_ids[reached], node_ids[reached + 1]]
    speed_mps = max(SLOWEST_MPS, min(vehicle.spec.speed_cap_mps, edge.speed_limit_mps))
    if edge.id in closed:
        return reached, now_s + min(back_m, edge.length_m) / speed_mps
    return reached + 1, now_s + min(left_m, edge.length_m) / speed_mps


def _progress(plan: VehiclePlan, node_index: int, done: set[int]) -> tuple[int, int]:
    """Steps that are over, and the edges of the next one that are driven."""
    to_do = {*stop_numbers(plan), *_charge_numbers(plan), len(plan.steps) - 1} - done
    ends = list(accumulate(len(step.edge_ids) for step in plan.steps))
    for number, (step, end) in enumerate(zip(plan.steps, ends, strict=True)):
        if end < node_index or (end == node_index and number not in to_do):
            continue
        return number, node_index - (end - len(step.edge_ids))
    return len(plan.steps), 0
