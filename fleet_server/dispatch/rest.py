"""What is left of a route that a vehicle was called away from: from the exact place on.

The rest begins at the last node that the vehicle reached, so its first edge is the one on which
it was called away: whoever drives the rest drives over that place, in the same direction, and
leaves nothing out. What was done at that node is not done again; an action that was under way is,
in full.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fleet_server.dispatch.moving import moved
from fleet_server.dispatch.place import Place
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import Route, Stop, named
from patrol.map import PatrolMap


def rest_of(
    route: Route,
    progress: Progress,
    place: Place,
    over: Collection[str],
    order_id: str,
    patrol_map: PatrolMap,
) -> Route:
    """The rest, its actions named after a new order.

    `over` are the ids of actions that are done or had failed before. A vehicle that has reached no
    node yet was called away from `place`, on an edge to the first one.
    """
    at = max(progress.reached, route.back_index)
    node_ids, edge_ids = route.node_ids[at:], route.edge_ids[at:]
    lead = place.edge
    is_leading = at == 0 and not progress.begun and lead is not None
    if is_leading and lead is not None and lead.end_id == node_ids[0]:
        node_ids, edge_ids, at = [lead.start_id, *node_ids], [lead.id, *edge_ids], -1
    left = msgspec.structs.replace(
        route,
        stops=left_stops(route, progress, over),
        charges=route.charges[progress.charged :],
        wait=None,
        back_index=0,
    )
    return named(moved(left, patrol_map, node_ids, edge_ids, -at), order_id)


def left_stops(route: Route, progress: Progress, over: Collection[str]) -> list[Stop]:
    """The stops from the last node on at which something is still to be done."""
    at = max(progress.reached, route.back_index)
    found = []
    for stop in route.stops:
        if stop.node_index < at or stop.visit_index in progress.skipped:
            continue
        if not (stop.is_visited or stop.visit_index in progress.visited or stop.action_id in over):
            found.append(stop)
            continue
        pairs = zip(stop.actions, stop.further_ids, strict=True)
        further = [action for action, action_id in pairs if action_id not in over]
        if further:
            found.append(msgspec.structs.replace(stop, actions=further, is_visited=True))
    return found


def missed_visits(route: Route, progress: Progress, over: Collection[str]) -> list[int]:
    """Visits that this order leaves behind undone, though no operator said so."""
    left = {stop.visit_index for stop in left_stops(route, progress, over) if not stop.is_visited}
    return [
        stop.visit_index
        for stop in route.stops
        if not stop.is_visited
        and stop.visit_index not in left
        and stop.visit_index not in progress.visited
        and stop.visit_index not in progress.skipped
    ]


def next_stop(route: Route, progress: Progress) -> Stop | None:
    """The next checkpoint that is to be visited, the one being visited among them."""
    left = (stop for stop in left_stops(route, progress, ()) if not stop.is_visited)
    return min(left, key=lambda stop: stop.node_index, default=None)


def is_skippable(stop: Stop, progress: Progress) -> bool:
    """Whether the next checkpoint can be left out now: a vehicle away at an incident keeps what
    is released to it."""
    is_away = progress.diversion is not None and stop.node_index <= progress.released_to
    return progress.is_settled and not is_away
