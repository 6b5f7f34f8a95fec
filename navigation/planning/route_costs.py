"""What driving each edge takes and counts, for all edges of a map at once."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree

from navigation.planning.route_options import RouteWeights
from patrol.map import Edge, PatrolMap, WayClass
from patrol.map_shapes import edge_lines

Floats = NDArray[np.float64]

# Share of a way mixed with motor traffic where an edge does not say.
EXPOSURE_BY_CLASS = {
    WayClass.STREET: 1.0,
    WayClass.LIVING_STREET: 0.5,
    WayClass.SERVICE: 0.5,
    WayClass.CROSSWALK: 0.5,
    WayClass.ALLEY: 0.3,
    WayClass.PAVEMENT: 0.0,
    WayClass.PARK_PATH: 0.0,
    WayClass.STEPS: 0.0,
}


def edge_durations_s(
    patrol_map: PatrolMap, speed_cap_mps: float = math.inf, when: datetime | None = None
) -> dict[int, float]:
    """Driving time of every edge at the lowest of its limit, its zones' limits and the cap.

    At an aware `when` only zones that hold then count; without it all do.
    """
    found = durations_s(patrol_map, speed_cap_mps, when)
    return dict(zip(patrol_map.edges, found.tolist(), strict=True))


def durations_s(patrol_map: PatrolMap, speed_cap_mps: float, when: datetime | None) -> Floats:
    """As `edge_durations_s`, in map order, shape (m,).

    Zones slow down their share of an edge; where two overlap, the slower counts first.
    """
    edges = patrol_map.edges.values()
    length_m = np.array([edge.length_m for edge in edges], float)
    speed = np.minimum([edge.speed_limit_mps for edge in edges], speed_cap_mps)
    zones = [
        (zone.speed_limit_mps, Polygon(zone.polygon_map))
        for zone in patrol_map.active_zones(when)
        if zone.speed_limit_mps is not None
    ]
    if not zones or not len(length_m):
        return length_m / speed
    rest = edge_lines(patrol_map)
    full_m = shapely.length(rest)
    slowed_s, tree = np.zeros(len(rest)), STRtree(rest)
    for limit, polygon in sorted(zones, key=lambda zone: zone[0]):
        inside = np.sort(tree.query(polygon, predicate="intersects"))
        inside = inside[speed[inside] > limit]
        outside: NDArray[Any] = shapely.difference(rest[inside], polygon)
        slowed_s[inside] += (shapely.length(rest[inside]) - shapely.length(outside)) / limit
        rest[inside] = outside
    driven_s = slowed_s + shapely.length(rest) / speed
    stretch = np.divide(length_m, full_m, out=np.ones(len(rest)), where=full_m > 0)
    return np.where(full_m > 0, driven_s * stretch, length_m / speed)


def edge_costs(patrol_map: PatrolMap, weights: RouteWeights, driving_s: Floats) -> Floats:
    """What each edge costs by weights, in map order, given its driving time; (m,)."""
    edges = patrol_map.edges.values()
    length_m = np.array([edge.length_m for edge in edges], float)
    rise_m = length_m * np.array([edge.grade for edge in edges], float)
    unlit_m = length_m * np.array([not edge.lit for edge in edges], float)
    shared_m = length_m * np.array([exposure(edge) for edge in edges], float)
    cost: Floats = (
        weights.time * driving_s
        + weights.distance * length_m
        + weights.climb * np.maximum(rise_m, 0.0)
        + weights.descent * np.maximum(-rise_m, 0.0)
        + weights.darkness * unlit_m
        + weights.exposure * shared_m
    )
    return cost


def exposure(edge: Edge) -> float:
    """The share of an edge that is mixed with motor traffic, 0 to 1."""
    return EXPOSURE_BY_CLASS[edge.way_class] if edge.exposure is None else edge.exposure
