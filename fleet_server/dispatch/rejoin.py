"""A route taken up by a vehicle that is not where the route begins."""

from __future__ import annotations

from fleet_server.dispatch.moving import moved
from fleet_server.dispatch.route import Route
from navigation.planning.route_search import RouteOptions, RouteSearch, Start
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec


def rejoined(
    route: Route,
    patrol_map: PatrolMap,
    node_id: int,
    heading_rad: float,
    spec: VehicleSpec,
    closed_edge_ids: frozenset[int],
    *,
    whole: bool,
) -> Route:
    """The route from the node that the vehicle drives to first; raises PlanError.

    Nothing that is to be done is skipped. Of a `whole` route driving itself is to be done: the
    vehicle drives to its begin first. Of any other, a vehicle that stands on the way to the first
    stop goes on from there, and one that does not drives to that stop.
    """
    halts = (halt.node_index for halt in route.halts)
    first = 0 if whole else min(halts, default=route.last_index)
    ahead = [i for i in range(first + 1) if route.node_ids[i] == node_id]
    if ahead:
        at = ahead[0]
        return moved(route, patrol_map, route.node_ids[at:], route.edge_ids[at:], -at)
    search = RouteSearch(patrol_map, RouteOptions(closed_edge_ids, spec=spec))
    way = search.route(Start(node_id, heading_rad), route.node_ids[first])
    node_ids = [*way.node_ids, *route.node_ids[first + 1 :]]
    edge_ids = [*way.edge_ids, *route.edge_ids[first:]]
    return moved(route, patrol_map, node_ids, edge_ids, len(way.edge_ids) - first)
