"""Routes of a vehicle that is called away: to an incident and back, or on without a checkpoint.

Each is one order, so that the vehicle needs nobody on the way. Raises PlanError.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from fleet_server.dispatch.moving import moved
from fleet_server.dispatch.place import Place
from fleet_server.dispatch.route import OperatorWait, Route
from navigation.planning.route_search import RouteSearch, Start
from patrol.errors import PlanError
from patrol.map import PatrolMap

REACH_M = 100.0  # a place further than this from every node is not on the map's ways
SECOND_BEST_M = 30.0  # how far from a place another node than the nearest may be


def waiting_nodes(patrol_map: PatrolMap, x_m: float, y_m: float) -> list[int]:
    """Nodes at which to look at a place, nearest first; none amid a crosswalk."""
    beside = {edge.end_id for edge in patrol_map.edges.values() if not edge.crosswalk_id}
    away_m = {
        node_id: math.hypot(node.x_m - x_m, node.y_m - y_m)
        for node_id, node in patrol_map.nodes.items()
        if node_id in beside
    }
    found = sorted(away_m, key=lambda node_id: (away_m[node_id], node_id))
    if not found:
        raise PlanError(f"{patrol_map.map_id}: no way leads to any node")
    if away_m[found[0]] > REACH_M:
        raise PlanError(
            f"the place is {away_m[found[0]]:.0f} m from the nearest node of {patrol_map.map_id}; "
            f"at most {REACH_M:g} m is allowed"
        )
    others = [node_id for node_id in found[1:] if away_m[node_id] <= SECOND_BEST_M]
    return [found[0], *others]


def by_way_of(
    rest: Route, place: Place, node_id: int, search: RouteSearch, action_id: str
) -> Route:
    """From a place to a node, a wait for an operator there, then back to the rest and over it.

    Where the node is on the rest itself, ahead of the vehicle and before anything is to be done,
    the vehicle waits there on its way.
    """
    patrol_map, start = search.patrol_map, _start(place)
    out = search.route(start, node_id).edge_ids
    wait = OperatorWait(len(out), action_id)
    here = _from_here(rest, place, patrol_map)
    if here is not None and _leads_along(here, out):
        return msgspec.structs.replace(here, wait=wait)  # all of it is the patrol
    if rest.edge_ids[:1] == list(out[-1:]) and out and not rest.has_action(0):
        joined = _joined(rest, place, out, patrol_map)  # it arrives over the place that it left
        return msgspec.structs.replace(joined, wait=wait)
    if out:
        last = search.states.index[out[-1]]
        start = Start(node_id, search.arrival_heading_rad(last))
    way = (*out, *_way_back(rest, start, search))
    return msgspec.structs.replace(_joined(rest, place, way, patrol_map), wait=wait)


def back_to(rest: Route, place: Place, search: RouteSearch) -> Route:
    """From a place back to the rest and over it; a vehicle that stands on it just goes on."""
    here = _from_here(rest, place, search.patrol_map)
    if here is not None:
        return here
    way = _way_back(rest, _start(place), search)
    return _joined(rest, place, way, search.patrol_map)


def without_stop(
    route: Route, visit_index: int, keep_to: int | None, search: RouteSearch
) -> Route:
    """The route without a checkpoint and, behind the node `keep_to`, without the way to it.

    Where no `keep_to` is given the way stays as it is: driving it is to be done, too. The way back
    from an incident stays in any case, up to the place where the patrol was left.
    """
    (stop,) = [s for s in route.stops if s.visit_index == visit_index]
    bare = msgspec.structs.replace(route, stops=[s for s in route.stops if s is not stop])
    if keep_to is None:
        return bare
    halts = [halt.node_index for halt in bare.halts]
    behind = route.back_index + 1 if route.back_index > 0 else 0
    first = max([keep_to, behind, *(index for index in halts if index <= stop.node_index)])
    if bare.charge_action_id is not None:
        halts.append(bare.last_index)
    after = min((index for index in halts if index > stop.node_index), default=None)
    if after is not None and after <= first:
        return bare
    return _shortened(bare, first, after, search)


def _start(place: Place) -> Start:
    return Start(place.node_id, place.heading_rad)


def _from_here(rest: Route, place: Place, patrol_map: PatrolMap) -> Route | None:
    """The rest for a vehicle that stands on it; None where it does not."""
    if place.edge is None and place.node_id == rest.node_ids[0]:
        return rest
    if not rest.edge_ids or rest.has_action(0) or place.node_id != rest.node_ids[1]:
        return None
    if place.edge is not None and place.edge.id != rest.edge_ids[0]:
        return None
    return moved(rest, patrol_map, rest.node_ids[1:], rest.edge_ids[1:], -1)


def _leads_along(route: Route, edge_ids: Sequence[int]) -> bool:
    """Whether a route begins with these edges and has nothing to do before their end."""
    count = len(edge_ids)
    return tuple(route.edge_ids[:count]) == tuple(edge_ids) and not any(
        route.has_action(index) for index in range(count)
    )


def _way_back(rest: Route, start: Start, search: RouteSearch) -> tuple[int, ...]:
    """Edges that lead into the rest, its first among them, so that it goes on as it arrives."""
    if not rest.edge_ids:
        return search.route(start, rest.node_ids[0]).edge_ids
    way = search.way(start, search.states.index[rest.edge_ids[0]])
    if not way:
        raise PlanError(search.why_not(start, rest.node_ids[1]))
    return way


def _joined(rest: Route, place: Place, way: Sequence[int], patrol_map: PatrolMap) -> Route:
    """A way that ends with the rest's first edge, then the rest; `back_index` is where it begins.

    A rest that is only a node begins at the way's end.
    """
    at = len(way) - (1 if rest.edge_ids else 0)
    ends = [patrol_map.edges[edge_id].end_id for edge_id in way[:at]]
    node_ids = [place.node_id, *ends, *rest.node_ids[1:]]
    route = moved(rest, patrol_map, node_ids, [*way[:at], *rest.edge_ids], at)
    return msgspec.structs.replace(route, back_index=at)


def _shortened(route: Route, first: int, last: int | None, search: RouteSearch) -> Route:
    """The route with the shortest way from one of its nodes to a later one, if that is shorter.

    Without a later one it ends there.
    """
    patrol_map = search.patrol_map
    if last is None:
        return moved(route, patrol_map, route.node_ids[: first + 1], route.edge_ids[:first], 0)
    way = search.route(_arrived(route, first, search), route.node_ids[last])
    driven_m = math.fsum(patrol_map.edges[e].length_m for e in route.edge_ids[first:last])
    if way.length_m >= driven_m:
        return route
    return moved(
        route,
        patrol_map,
        [*route.node_ids[:first], *way.node_ids, *route.node_ids[last + 1 :]],
        [*route.edge_ids[:first], *way.edge_ids, *route.edge_ids[last:]],
        len(way.edge_ids) - (last - first),
        behind=first,
    )


def _arrived(route: Route, index: int, search: RouteSearch) -> Start:
    if index == 0:
        return Start(route.node_ids[0])
    state = search.states.index[route.edge_ids[index - 1]]
    return Start(route.node_ids[index], search.arrival_heading_rad(state))
