"""The order that takes another's place: to an incident and back, without a checkpoint, or on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from fleet_server.dispatch.changes import Change
from fleet_server.dispatch.detour import back_to, by_way_of, waiting_nodes, without_stop
from fleet_server.dispatch.moving import moved
from fleet_server.dispatch.place import Place, place_of
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.readiness import Pose
from fleet_server.dispatch.rest import rest_of
from fleet_server.dispatch.route import Route, nearest_dock
from navigation.planning.route_search import RouteSearch
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class Start:
    """Where a change begins: the vehicle's pose, and how far from the ways it may be."""

    pose: Pose
    within_m: float


def changed_route(
    route: Route,
    progress: Progress,
    change: Change,
    over: Collection[str],
    start: Start,
    search: RouteSearch,
    order_id: str,
) -> Route:
    """The new route from where the vehicle stands; raises PlanError.

    `over` are the ids of actions that are not to be done again.
    """
    place = place_of(search.patrol_map, *start.pose, start.within_m)
    rest = rest_of(route, progress, place, over, order_id, search.patrol_map)
    if change.kind == "divert" and progress.diversion is not None:
        x_m, y_m = progress.diversion.x_m, progress.diversion.y_m
        return to_incident(rest, place, x_m, y_m, search, order_id)
    left = {stop.visit_index for stop in rest.stops}
    if change.kind == "skip" and change.visit_index in left:
        on_edge = place.edge is not None and rest.edge_ids[:1] == [place.edge.id]
        keep_to = None if change.keeps_way else int(on_edge)
        rest = without_stop(rest, change.visit_index, keep_to, search)
    return back_to(rest, place, search)


def to_incident(
    rest: Route, place: Place, x_m: float, y_m: float, search: RouteSearch, order_id: str
) -> Route:
    """By way of the nearest node to a place from which the vehicle can go on with the rest."""
    reason: PlanError | None = None
    for node_id in waiting_nodes(search.patrol_map, x_m, y_m):
        try:
            return by_way_of(rest, place, node_id, search, f"{order_id}-wait")
        except PlanError as error:
            reason = reason or error  # the nearest node's
    raise reason or PlanError(f"{search.patrol_map.map_id}: no node is near the place")


def sent_there(
    x_m: float,
    y_m: float,
    start: Start,
    return_to_dock: bool,
    search: RouteSearch,
    order_id: str,
) -> Route:
    """The route of a vehicle that is on no patrol: to a place, and to its dock or no further."""
    patrol_map = search.patrol_map
    place = place_of(patrol_map, *start.pose, start.within_m)
    dock = nearest_dock(patrol_map, *start.pose[:2]) if return_to_dock else None
    end = Route(
        map_id=patrol_map.map_id,
        node_ids=[place.node_id if dock is None else dock.node_id],
        edge_ids=[],
        stops=[],
        visits=[],
        charge_action_id=None if dock is None else f"{order_id}-charge",
        length_m=0.0,
        map_hash=patrol_map.content_hash,
    )
    route = to_incident(end, place, x_m, y_m, search, order_id)
    if dock is not None or route.wait is None:
        return route
    last = route.wait.node_index
    there = moved(route, patrol_map, route.node_ids[: last + 1], route.edge_ids[:last], 0)
    return msgspec.structs.replace(there, back_index=0)
