"""Whether a vehicle's battery lasts for a changed order and the way home after it."""

from __future__ import annotations

import math

from fleet_server.dispatch.route import Route
from navigation.planning.fleet.types import RESERVE
from navigation.planning.route_search import RouteSearch, Start
from patrol.errors import PlanError
from patrol.vehicle import VehicleSpec

OPERATOR_WAIT_S = 600.0  # at the incident, until the operator lets the vehicle go on
STAY_S = 10.0  # an action of a checkpoint besides its stay


def needed_battery_pct(route: Route, search: RouteSearch, spec: VehicleSpec) -> float:
    """The battery (%) with which a vehicle may set out: its first charge or a dock is reached
    with the reserve left. Raises PlanError where no dock can be reached from the route's end."""
    lasting_s = _lasting_s(route, search) + _way_home_s(route, search)
    taken = lasting_s * spec.mean_power_w / (spec.battery_wh * 3600.0)
    return 100.0 * (RESERVE + taken)


def to_place_s(route: Route, search: RouteSearch, heading_rad: float) -> float:
    """Driving time from the route's first node to where the vehicle waits at the incident."""
    upto = route.wait.node_index if route.wait is not None else route.last_index
    start = Start(route.node_ids[0], heading_rad)
    return search.as_route(start, route.edge_ids[:upto]).duration_s


def _lasting_s(route: Route, search: RouteSearch) -> float:
    """Driving and staying up to the first charge on the way, else to the end."""
    upto = route.charges[0].node_index if route.charges else route.last_index
    driving_s = search.as_route(Start(route.node_ids[0]), route.edge_ids[:upto]).duration_s
    stays_s = math.fsum(
        (0.0 if stop.is_visited else stop.dwell_s) + STAY_S * len(stop.actions)
        for stop in route.stops
        if stop.node_index <= upto
    )
    return driving_s + stays_s + (OPERATOR_WAIT_S if route.wait is not None else 0.0)


def _way_home_s(route: Route, search: RouteSearch) -> float:
    """From the route's end to the nearest dock; nothing where it ends at one, or has a charge."""
    docks = [dock.node_id for dock in search.patrol_map.docks]
    if route.charges or route.charge_action_id is not None or not docks:
        return 0.0
    last = route.node_ids[-1]
    heading_rad = None
    if route.edge_ids:
        heading_rad = search.arrival_heading_rad(search.states.index[route.edge_ids[-1]])
    found, reason = math.inf, None
    for dock_id in docks:
        try:
            found = min(found, search.route(Start(last, heading_rad), dock_id).duration_s)
        except PlanError as error:
            reason = error
    if reason is not None and found == math.inf:
        raise reason
    return found
