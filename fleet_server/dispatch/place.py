"""Where on the route graph a vehicle stands, and where it can drive on from there."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from patrol.errors import PlanError
from patrol.map import Edge, PatrolMap
from patrol.map_check import edge_heading_rad

ON_NODE_M = 1.0
AGAINST_HEADING_M = 20.0  # what facing away from an edge counts as, in metres of distance


@dataclass(frozen=True, slots=True)
class Place:
    """`node_id` is the node a vehicle drives to first; `edge` is what it stands on, if no node.

    `heading_rad` is the heading in which it comes to that node.
    """

    node_id: int
    edge: Edge | None
    heading_rad: float


def place_of(
    patrol_map: PatrolMap,
    x_m: float,
    y_m: float,
    heading_rad: float,
    within_m: float,
    closed: Collection[int] = (),
) -> Place:
    """The node a vehicle at this pose stands on, else the end of the edge it stands on, in its
    direction, or back where that is `closed`. Raises PlanError where the route graph is too far
    away."""
    nearest = patrol_map.nearest_node(x_m, y_m)
    if math.hypot(nearest.x_m - x_m, nearest.y_m - y_m) <= ON_NODE_M:
        return Place(nearest.id, None, heading_rad)
    best, best_cost_m, best_distance_m = None, math.inf, math.inf
    for edge in patrol_map.edges.values():
        start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
        dx, dy = end.x_m - start.x_m, end.y_m - start.y_m
        along = ((x_m - start.x_m) * dx + (y_m - start.y_m) * dy) / (dx * dx + dy * dy or 1.0)
        along = min(1.0, max(0.0, along))
        distance_m = math.hypot(start.x_m + along * dx - x_m, start.y_m + along * dy - y_m)
        facing = math.cos(math.atan2(dy, dx) - heading_rad)
        cost_m = distance_m + AGAINST_HEADING_M * (1.0 - facing)
        if cost_m < best_cost_m:
            best, best_cost_m, best_distance_m = edge, cost_m, distance_m
    if best_distance_m > within_m:
        raise PlanError(
            f"the vehicle is {best_distance_m:.0f} m from the nearest way of {patrol_map.map_id}; "
            f"at most {within_m:g} m is allowed"
        )
    if best is None:
        return Place(nearest.id, None, heading_rad)
    if best.id in closed:
        return Place(best.start_id, None, heading_rad)
    return Place(best.end_id, best, edge_heading_rad(patrol_map, best))
