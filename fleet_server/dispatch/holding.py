"""Claims to ways: of an order that was sent, of one that is to be, of a vehicle that stands."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from fleet_server.dispatch.claims import Claim, Point, Step
from fleet_server.dispatch.map_ways import MapWays
from fleet_server.dispatch.narrow import Narrow
from fleet_server.dispatch.place import ON_NODE_M
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.route import Route
from patrol.vda5050.node_actions import WAIT_FOR_OPERATOR

MEET_M = 25.0  # so far from an alley who comes out and who starts again see each other in time


def stops(route: Route, after: int, charged: int, ways: MapWays, narrow: Narrow) -> Iterator[int]:
    """Node indices beyond `after` at which a base may end: places to wait without an action, and
    at last the next charge or the route's end."""
    left = route.charges[charged:]
    furthest = left[0].node_index if left else route.last_index
    for index in range(max(1, after + 1), furthest):
        if not route.has_action(index) and _is_place(route, index, ways, narrow):
            yield index
    if furthest > after:
        yield furthest


def awaits_operator(route: Route, progress: Progress, before: int) -> bool:
    """Whether a vehicle has to wait for an operator before a node (an index): nothing narrow is
    kept for it behind that, for as long as that takes."""
    reached = progress.reached if progress.begun else -1
    waits = [s.node_index for s in route.stops if WAIT_FOR_OPERATOR in s.actions]
    waits += [route.wait.node_index] if route.wait is not None else []
    return any(reached <= index < before for index in waits)


def _is_place(route: Route, index: int, ways: MapWays, narrow: Narrow) -> bool:
    """Whether a vehicle can wait at a node of its route for those that come out of the next
    narrow way: two that meet nearer to it see each other too late to make way."""
    node_ids = route.node_ids[index:]
    place = ways.place_of(node_ids[0])
    if place is None or node_ids[0] in narrow.no_waiting:
        return False
    ahead_m = 0.0
    for before_id, after_id in itertools.pairwise(node_ids):
        after = ways.place_of(after_id)
        if narrow.has(before_id, after_id) or after is None:
            return False
        ahead_m, place = ahead_m + math.dist(place, after), after
        if ahead_m >= MEET_M:
            break
    return True


def _claim_end(route: Route, released_to: int, ways: MapWays, narrow: Narrow) -> int:
    """The node index to which a vehicle has to come that is sent to another: a place to wait."""
    index = released_to
    while index < route.last_index and not _is_place(route, index, ways, narrow):
        index += 1
    return index


def asked(
    vehicle_id: str,
    route: Route,
    start: int,
    end: int,
    ways: MapWays,
    narrow: Narrow,
    lead: tuple[Step, Point, Point] | None = None,
) -> Claim:
    """What a base needs that goes on from a node (an index) to another one.

    `lead` is the step on which a vehicle that has no order yet stands, with its place and the
    place where that step ends.
    """
    end = _claim_end(route, end, ways, narrow)
    steps = _steps(route, start, end)
    stands = frozenset({route.node_ids[end]} if end == route.last_index else ())
    if lead is None:
        return Claim(vehicle_id, steps, stands)
    return Claim(vehicle_id, (lead[0], *steps), stands, at_m=lead[1], lead_to_m=lead[2])


def held(
    vehicle_id: str,
    route: Route,
    progress: Progress,
    at_m: Point | None,
    ways: MapWays,
    narrow: Narrow,
) -> Claim:
    """What the released part of an order holds: from where the vehicle is to where it can wait."""
    start = progress.reached if progress.begun else 0
    end = _claim_end(route, progress.released_to, ways, narrow)
    lead = None if progress.begun else lead_of(ways, at_m, route.node_ids[0])
    steps = _steps(route, start, end)
    stands = {route.node_ids[end]} if end == route.last_index else set()
    stands |= ways.nodes_near(at_m, (route.node_ids[start],))
    return Claim(
        vehicle_id, steps if lead is None else (lead[0], *steps), frozenset(stands), at_m=at_m
    )


def standing(vehicle_id: str, ways: MapWays, at_m: Point) -> Claim:
    """What a vehicle closes that stands somewhere, or drives as nobody here knows."""
    way = ways.way_at(at_m)
    if way is None:
        return Claim(vehicle_id)
    stands = ways.nodes_near(at_m, way)
    return Claim(vehicle_id, (), stands, frozenset({way}), at_m)


def lead_of(ways: MapWays, at_m: Point | None, first_id: int) -> tuple[Step, Point, Point] | None:
    """The step to a route's first node of a vehicle that stands on a way that ends there."""
    if at_m is None:
        return None
    to_m, way = ways.place_of(first_id), ways.way_at(at_m)
    if to_m is None or way is None or first_id not in way or math.dist(at_m, to_m) <= ON_NODE_M:
        return None
    return (way[0] if way[1] == first_id else way[1], first_id), at_m, to_m


def _steps(route: Route, start: int, end: int) -> tuple[Step, ...]:
    ids = route.node_ids[max(0, start) : end + 1]
    return tuple(itertools.pairwise(ids))
