"""From a vehicle's planned steps to the route of one order."""

from __future__ import annotations

import secrets

from fleet_server.dispatch.charging import needed_pct
from fleet_server.dispatch.route import (
    ChargeStop,
    PlannedVisit,
    Route,
    Stop,
    known_actions,
    visit_action_id,
)
from navigation.planning.fleet.types import VehiclePlan
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec


def route_of_plan(patrol_map: PatrolMap, plan: VehiclePlan, spec: VehicleSpec) -> Route:
    """A vehicle's steps, at least one, as one order.

    A stop lasts from the planned arrival to the planned departure, so that a team keeps its
    spacing and windows are waited for. A charge on the way lasts so long, too, and until the
    battery shows what the steps up to the next charge take. Raises PlanError for a stop whose
    actions no vehicle can do.
    """
    order_id = secrets.token_hex(6)
    stops, visits, charges = list[Stop](), list[PlannedVisit](), list[ChargeStop]()
    index = 0
    for number, step in enumerate(plan.steps):
        index += len(step.edge_ids)
        stay_s = step.end_s - step.arrive_s
        if step.is_charge:
            ahead = plan.steps[number + 1 :]
            if stay_s > 0 and any(later.edge_ids or not later.is_charge for later in ahead):
                action_id = f"{order_id}-charge-{len(charges)}"
                needs = needed_pct(ahead, spec)
                charges.append(ChargeStop(index, action_id, step.task_id, stay_s, needs))
        elif stay_s > 0 or step.actions:
            action_id = visit_action_id(order_id, step.task_id, len(visits))
            visits.append(PlannedVisit(step.task_id, step.name, step.node_ids[-1]))
            further = known_actions(step.task_id, step.actions)
            stops.append(Stop(index, len(visits) - 1, step.task_id, action_id, stay_s, further))
    return Route(
        map_id=patrol_map.map_id,
        node_ids=list(plan.node_ids),
        edge_ids=[edge_id for step in plan.steps for edge_id in step.edge_ids],
        stops=stops,
        visits=visits,
        charge_action_id=f"{order_id}-charge" if plan.steps[-1].is_charge else None,
        length_m=plan.length_m,
        map_hash=patrol_map.content_hash,
        charges=charges,
    )
