"""Kerbs and steps that ways lead over: at the ends of crosswalks, across ways, as flights."""

from __future__ import annotations

import math
from collections.abc import Iterator

from shapely.geometry import LineString

from patrol.map import Edge, PatrolMap
from simulation.placing import Grounds
from simulation.props import Kerb

STONE_M = 0.25  # depth of a kerbstone along the way
INSET_M = 0.3  # from the end of a crosswalk to the middle of its kerb
RISER_M = 0.16  # height of a step, at most


def place_crossed_kerbs(grounds: Grounds) -> list[Kerb]:
    """A stone of the edge's `kerb_m` at the outer ends of crosswalks, or halfway along others.

    Flights of steps get treads that climb as their ends do; on level ground they stay flat.
    """
    kerbs: list[Kerb] = []
    for edge, line in grounds.lines:
        if edge.steps:
            kerbs += _flight(grounds, edge, line)
        elif edge.kerb_m > 0:
            kerbs += [
                _across(grounds, line, at_m, edge.width_m, edge.kerb_m)
                for at_m in _kerb_places_m(grounds.map, edge, line.length)
            ]
    return kerbs


def _kerb_places_m(patrol_map: PatrolMap, edge: Edge, length_m: float) -> Iterator[float]:
    if edge.crosswalk_id is None or length_m < 3 * INSET_M:
        yield length_m / 2
        return
    for node_id, at_m in ((edge.start_id, INSET_M), (edge.end_id, length_m - INSET_M)):
        beyond = patrol_map.outgoing[node_id]
        if any(other.crosswalk_id != edge.crosswalk_id for other in beyond):
            yield at_m


def _across(
    grounds: Grounds, line: LineString, at_m: float, width_m: float, height_m: float
) -> Kerb:
    (ax, ay), (bx, by) = _ends_across(line, at_m, width_m)
    start, end = (ax, ay, grounds.height(ax, ay)), (bx, by, grounds.height(bx, by))
    return Kerb(start, end, STONE_M, height_m, crossed=True)


def _flight(grounds: Grounds, edge: Edge, line: LineString) -> Iterator[Kerb]:
    """Level treads of one depth; each top is half a riser over the slope at its middle."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    low, high = sorted((grounds.height(x0, y0), grounds.height(x1, y1)))
    count = math.ceil((high - low) / RISER_M - 1e-6)
    for i in range(count):
        at_m = line.length * (i + 0.5) / count
        (ax, ay), (bx, by) = _ends_across(line, at_m, edge.width_m)
        z_m = grounds.height((ax + bx) / 2, (ay + by) / 2)
        depth_m, half_riser_m = line.length / count, (high - low) / count / 2
        yield Kerb((ax, ay, z_m), (bx, by, z_m), depth_m, half_riser_m, crossed=True)


def _ends_across(
    line: LineString, at_m: float, width_m: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Left and right end of a line across a way."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    heading = math.atan2(y1 - y0, x1 - x0)
    middle = line.interpolate(at_m)
    dx, dy = -math.sin(heading) * width_m / 2, math.cos(heading) * width_m / 2
    return (middle.x + dx, middle.y + dy), (middle.x - dx, middle.y - dy)
