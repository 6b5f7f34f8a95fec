"""A map in another map's frame: the same places in metres around another origin."""

from __future__ import annotations

import math
from dataclasses import replace

from patrol.geodesy import GeoPoint, enu_from_wgs84, wgs84_from_enu, wrap_angle
from patrol.map import Dock, Edge, Node, PatrolMap

Ring = tuple[tuple[float, float], ...]


def in_frame(patrol_map: PatrolMap, origin: GeoPoint) -> PatrolMap:
    """The map around another WGS 84 origin; unchanged if that is its own.

    Positions go through WGS 84 (`patrol.geodesy`) and are rounded to 0.1 mm; edges are measured
    anew, dock headings turn with the meridians. Rings and points of interest have no height of
    their own: they are taken at the old origin's, which moves them by less than 1e-5 of the
    difference in height per kilometre between the origins.
    """
    if origin == patrol_map.origin:
        return patrol_map

    def place(x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float, float]:
        moved = enu_from_wgs84(wgs84_from_enu(x_m, y_m, z_m, patrol_map.origin), origin)
        return round(moved[0], 4), round(moved[1], 4), round(moved[2], 4)

    def ring(points: Ring) -> Ring:
        return tuple(place(x, y)[:2] for x, y in points)

    nodes = {n.id: _node(n, *place(n.x_m, n.y_m, n.z_m)) for n in patrol_map.nodes.values()}

    def heading(dock: Dock) -> float:
        at = patrol_map.nodes[dock.node_id]
        ahead_x, ahead_y = math.cos(dock.heading_rad), math.sin(dock.heading_rad)
        x, y, _ = place(at.x_m + 100 * ahead_x, at.y_m + 100 * ahead_y, at.z_m)
        moved = nodes[dock.node_id]
        return wrap_angle(math.atan2(y - moved.y_m, x - moved.x_m))

    pois = [(poi, place(poi.x_m, poi.y_m)) for poi in patrol_map.pois]
    return replace(
        patrol_map,
        origin=origin,
        nodes=nodes,
        edges={e.id: _measured(e, nodes) for e in patrol_map.edges.values()},
        docks=tuple(replace(d, heading_rad=heading(d)) for d in patrol_map.docks),
        zones=tuple(replace(z, polygon_map=ring(z.polygon_map)) for z in patrol_map.zones),
        buildings=tuple(replace(b, polygon_map=ring(b.polygon_map)) for b in patrol_map.buildings),
        areas=tuple(replace(a, polygon_map=ring(a.polygon_map)) for a in patrol_map.areas),
        pois=tuple(replace(poi, x_m=x, y_m=y) for poi, (x, y, _) in pois),
        content_hash="",
    )


def _node(node: Node, x_m: float, y_m: float, z_m: float) -> Node:
    return replace(node, x_m=x_m, y_m=y_m, z_m=z_m)


def _measured(edge: Edge, nodes: dict[int, Node]) -> Edge:
    a, b = nodes[edge.start_id], nodes[edge.end_id]
    return replace(edge, length_m=math.hypot(b.x_m - a.x_m, b.y_m - a.y_m))
