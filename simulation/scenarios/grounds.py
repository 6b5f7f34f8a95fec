"""Ground: what the map says of a place, as definitions of events ask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.prepared import PreparedGeometry, prep

from patrol.map import AreaKind, Edge, PatrolMap, WayClass
from simulation.actors.company import ActorNow
from simulation.actors.kinds import THINGS, ActorKind
from simulation.conditions import Conditions
from simulation.placing import edge_line
from simulation.props import CAR_SIZE_M
from simulation.scenarios.places import Place, place_map
from simulation.scenarios.whereabouts import Ways

DRIVEN_ON = frozenset({WayClass.STREET, WayClass.LIVING_STREET, WayClass.CROSSWALK})
ON_FOOT = frozenset({WayClass.PAVEMENT, WayClass.PARK_PATH})
BODY_RADIUS_M = 0.3
ALONG_M = 3.0  # what is so near along a way narrows it together

Ring = tuple[tuple[float, float], ...]


class Ground:
    """A map by place, and the hour and weather that hold everywhere."""

    def __init__(self, patrol_map: PatrolMap, ways: Ways, conditions: Conditions) -> None:
        self.map, self.ways, self.conditions = patrol_map, ways, conditions
        self._zones: dict[tuple[Place, ...], Polygon] = {}

    def ring(self, zone: Sequence[Place]) -> Ring:
        """The corners of a zone in the map."""
        corners = (place_map(self.map, place) for place in zone)
        return tuple((corner.x_m, corner.y_m) for corner in corners)

    def is_inside(self, zone: Sequence[Place], place: tuple[float, float]) -> bool:
        """Whether a zone covers a place."""
        key = tuple(zone)
        if key not in self._zones:
            self._zones[key] = Polygon(self.ring(key))
        return bool(self._zones[key].covers(Point(place)))

    def is_between(self, begin_h: float, end_h: float) -> bool:
        """Whether it is so late; over midnight where the first hour is the later one."""
        hour_h = self.conditions.hour_h
        if begin_h <= end_h:
            return begin_h <= hour_h <= end_h
        return hour_h >= begin_h or hour_h <= end_h

    def is_carriageway(self, x_m: float, y_m: float) -> bool:
        """Whether only cars should be there: a road area, off the crosswalks."""
        return self._roads.covers(Point(x_m, y_m)) and not self._crosswalks.covers(Point(x_m, y_m))

    def is_driven_on(self, x_m: float, y_m: float) -> bool:
        """Whether cars may come there."""
        return self.is_carriageway(x_m, y_m) or bool(self._driven_on.covers(Point(x_m, y_m)))

    def no_parking(self, place: tuple[float, float], within_m: float) -> bool:
        """Whether a car may not stand there: on a way for people, or so near a crosswalk."""
        edge = self.ways.edge_at(*place)
        if edge is not None and edge.way_class in ON_FOOT:
            return True
        return any(line.distance(Point(place)) <= within_m for line in self._crosswalk_lines)

    @cached_property
    def _crosswalk_edges(self) -> list[Edge]:
        return [edge for edge in self.map.edges.values() if edge.crosswalk_id]

    @cached_property
    def _crosswalk_lines(self) -> list[LineString]:
        return [edge_line(self.map, edge) for edge in self._crosswalk_edges]

    @cached_property
    def _crosswalks(self) -> PreparedGeometry[BaseGeometry]:
        shapes = [
            line.buffer(edge.width_m / 2)
            for edge, line in zip(self._crosswalk_edges, self._crosswalk_lines, strict=True)
        ]
        return prep(unary_union(shapes))

    @cached_property
    def _driven_on(self) -> PreparedGeometry[BaseGeometry]:
        shapes = [
            edge_line(self.map, edge).buffer(edge.width_m / 2)
            for edge in self.map.edges.values()
            if edge.way_class in DRIVEN_ON
        ]
        return prep(unary_union(shapes))

    @cached_property
    def _roads(self) -> PreparedGeometry[BaseGeometry]:
        areas = [a for a in self.map.areas if a.kind is AreaKind.ROAD]
        return prep(unary_union([Polygon(area.polygon_map) for area in areas]))


def blocked_to_m(resting: Sequence[ActorNow], ground: Ground) -> float:
    """The widest gap that bodies leave of the ways they stand on; infinite where on none."""
    free = math.inf
    for actor in resting:
        edge = ground.ways.edge_at(actor.state.x_m, actor.state.y_m)
        if edge is not None:
            free = min(free, _gap_m(resting, actor, edge, ground.map))
    return free


def _gap_m(
    resting: Sequence[ActorNow], middle: ActorNow, edge: Edge, patrol_map: PatrolMap
) -> float:
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    heading = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
    half = edge.width_m / 2
    taken = [(-math.inf, -half), (half, math.inf)]
    for actor in resting:
        dx, dy = actor.state.x_m - a.x_m, actor.state.y_m - a.y_m
        ahead = dx * math.cos(heading) + dy * math.sin(heading)
        mx, my = middle.state.x_m - a.x_m, middle.state.y_m - a.y_m
        if abs(ahead - mx * math.cos(heading) - my * math.sin(heading)) > ALONG_M:
            continue
        left = -dx * math.sin(heading) + dy * math.cos(heading)
        reach = _half_across_m(actor, heading)
        taken.append((left - reach, left + reach))
    widest, end = 0.0, -half
    for low, high in sorted(taken):
        widest, end = max(widest, low - end), max(end, high)
    return widest


def _half_across_m(actor: ActorNow, heading_rad: float) -> float:
    """Half of what a body takes of the width of a way."""
    if actor.spec.kind is ActorKind.CAR:
        length, width, _ = CAR_SIZE_M[actor.outfit.car]
    elif actor.spec.kind in THINGS:
        length, width, _ = actor.outfit.size_m
    else:
        return BODY_RADIUS_M
    turn = actor.state.yaw_rad - heading_rad
    return (length * abs(math.sin(turn)) + width * abs(math.cos(turn))) / 2
