"""The painted ground: every surface as a polygon of its own, draped over the terrain.

Surfaces are cut out of each other, so nothing lies on anything and no depth fighting can occur.
Shadows of houses, trees and cars are cut in as well: darker pieces of the same surface.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from patrol.map import AreaKind, Edge, PatrolMap, WayClass, ZoneKind
from simulation.camera.light import Daylight
from simulation.camera.mesh import MeshBuilder
from simulation.placing import edge_line, one_way_edges
from simulation.props import PostKind
from simulation.world import World

TILE_M = 10.0
BEYOND_M = 45.0  # painted ground beyond the map's bounds
TEXTURE_M = {"pavers": 2.4, "concrete": 3.0, "square": 3.0, "grass": 5.0}  # metres to a tile
DEFAULT_TEXTURE_M = 4.0
LINE_WIDTH_M = 0.12
WHITE, YELLOW = (0.86, 0.86, 0.84), (0.84, 0.66, 0.20)
AREA_MATERIAL = {
    AreaKind.ROAD: "road",
    AreaKind.PARK: "grass",
    AreaKind.WATER: "water",
    AreaKind.SQUARE: "square",
}
WAY_MATERIAL = {
    WayClass.STREET: "street",
    WayClass.ALLEY: "alley",
    WayClass.PAVEMENT: "pavers",
    WayClass.PARK_PATH: "compacted",
    WayClass.SERVICE: "street",
}
GROUND_LIGHT = 1.0
WET = 0.66  # how bright wet ground is against dry (Lekner & Dorf 1988: about two thirds)


def paint_ground(world: World, builder: MeshBuilder) -> None:
    """Adds all ground of a world to the builder; rain darkens it."""
    wet = WET if world.conditions.raining_mmph > 0 else 1.0
    shadows = _shadows(world, builder.light)
    shapely.prepare(shadows)
    for material, tint, shape in _cut_out(_layers(world.patrol_map)):
        lit, shaded = shape.difference(shadows), shape & shadows
        for shade, piece in ((1.0, lit), (builder.light.shadow, shaded)):
            colour = tuple(c * shade * GROUND_LIGHT * wet for c in tint)
            _drape(world, builder, material, colour, piece)


Layer = tuple[str, tuple[float, float, float], BaseGeometry]
UNTINTED = (1.0, 1.0, 1.0)


def _layers(patrol_map: PatrolMap) -> Iterator[Layer]:
    """Surfaces from the topmost down."""
    edges = one_way_edges(patrol_map)
    lines = {edge.id: edge_line(patrol_map, edge) for edge in edges}
    ways = {name: _union(lines, [e for e in edges if _material(e) == name])
            for name in ("street", "alley", "concrete", "pavers", "compacted")}  # fmt: skip
    roads = unary_union([Polygon(a.polygon_map) for a in patrol_map.areas
                         if a.kind is AreaKind.ROAD])  # fmt: skip
    yield "plain", WHITE, _zebra(lines, edges)
    yield "plain", WHITE, _edge_lines(lines, edges)
    yield "plain", YELLOW, _road_lines(patrol_map, lines, edges)
    yield "road", UNTINTED, roads
    yield "pavers", UNTINTED, ways["pavers"]
    schools = unary_union([Polygon(z.polygon_map) for z in patrol_map.zones
                           if z.kind is ZoneKind.SCHOOL])  # fmt: skip
    yield "school", UNTINTED, ways["street"] & schools
    for name in ("street", "alley", "concrete", "compacted"):
        yield name, UNTINTED, ways[name]
    for kind in (AreaKind.WATER, AreaKind.SQUARE, AreaKind.PARK):
        yield (
            AREA_MATERIAL[kind],
            UNTINTED,
            unary_union([Polygon(a.polygon_map) for a in patrol_map.areas if a.kind is kind]),
        )
    west, south, east, north = patrol_map.bounds_m
    yield "yard", UNTINTED, box(west, south, east, north).buffer(BEYOND_M, join_style="mitre")


def _material(edge: Edge) -> str:
    if edge.way_class is WayClass.ALLEY and edge.surface == "concrete":
        return "concrete"
    return WAY_MATERIAL.get(edge.way_class, "road")


def _union(lines: dict[int, LineString], edges: list[Edge]) -> BaseGeometry:
    return unary_union([lines[e.id].buffer(e.width_m / 2, quad_segs=3) for e in edges])


def _zebra(lines: dict[int, LineString], edges: list[Edge]) -> BaseGeometry:
    """Bars of crosswalks, 0.5 m wide, 0.5 m apart."""
    bars = []
    for edge in edges:
        if edge.way_class is not WayClass.CROSSWALK:
            continue
        line = lines[edge.id]
        for at in np.arange(2.2, line.length - 2.0, 1.0):
            bar = LineString([line.interpolate(at), line.interpolate(at + 0.5)])
            bars.append(bar.buffer(edge.width_m / 2, cap_style="flat"))
    return unary_union(bars)


def _edge_lines(lines: dict[int, LineString], edges: list[Edge]) -> BaseGeometry:
    """White lines along both sides of streets, open at junctions."""
    streets = [e for e in edges if e.way_class is WayClass.STREET]
    others = [e for e in edges if e.way_class is not WayClass.STREET]
    whole = _union(lines, streets)
    outer = whole.buffer(-0.2)
    rim = outer.difference(outer.buffer(-LINE_WIDTH_M))
    return rim.difference(_union(lines, others))


def _road_lines(
    patrol_map: PatrolMap, lines: dict[int, LineString], edges: list[Edge]
) -> BaseGeometry:
    """A double yellow line along the middle of each carriageway, open at crosswalks."""
    walks = [e for e in edges if e.way_class is WayClass.CROSSWALK]
    crossings = unary_union([lines[e.id].buffer(e.width_m / 2 + 1.5) for e in walks])
    marks = []
    for area in patrol_map.areas:
        if area.kind is AreaKind.ROAD:
            outline = Polygon(area.polygon_map)
            half = _half_width(outline)
            middle = outline.buffer(-(half - 0.22), join_style="mitre")
            marks.append(middle.difference(outline.buffer(-(half - 0.08), join_style="mitre")))
    return unary_union(marks).difference(crossings)


def _half_width(outline: Polygon) -> float:
    """Half the width of a long band: area and perimeter give both sides."""
    half_perimeter = outline.length / 2
    return float((half_perimeter - math.sqrt(max(half_perimeter**2 - 4 * outline.area, 0.0))) / 4)


def _cut_out(layers: Iterator[Layer]) -> Iterator[Layer]:
    taken: BaseGeometry = Polygon()
    for material, tint, shape in layers:
        left = shape.difference(taken)
        taken = taken | shape
        if not left.is_empty:
            yield material, tint, left


def _shadows(world: World, light: Daylight) -> BaseGeometry:
    """Where the sun does not reach the ground; empty where it does not shine."""
    if light.sun_light == 0.0:
        return Polygon()
    per_metre = -light.sun[:2] / light.sun[2]
    shapes: list[BaseGeometry] = []
    for prism in world.buildings:
        shapes.append(_swept(Polygon(prism.ring_map), (prism.top_m - prism.ground_m) * per_metre))
    for car in world.cars:
        length, width, height = car.size_m
        outline = affinity.rotate(
            box(-length / 2, -width / 2, length / 2, width / 2), car.yaw_rad, (0, 0), True
        )
        outline = affinity.translate(outline, car.x_m, car.y_m)
        shapes.append(_swept(outline, 0.85 * height * per_metre))
    for post in world.posts:
        top = post.height_m * per_metre
        if post.kind is PostKind.TREE:
            crown = Point(post.x_m, post.y_m).buffer(post.height_m * 0.27, quad_segs=4)
            shapes.append(affinity.translate(crown, *(0.7 * top)))
        foot = LineString([(post.x_m, post.y_m), (post.x_m + top[0], post.y_m + top[1])])
        shapes.append(foot.buffer(0.12))
    return unary_union(shapes) if shapes else Polygon()


def _swept(footprint: Polygon, by: np.ndarray[tuple[int], np.dtype[np.float64]]) -> BaseGeometry:
    """The ground a prism darkens: its footprint, swept away from the sun."""
    ring = list(footprint.exterior.coords)
    moved = [(x + by[0], y + by[1]) for x, y in ring]
    sides = [
        Polygon([ring[i], ring[i + 1], moved[i + 1], moved[i]]).convex_hull
        for i in range(len(ring) - 1)
    ]
    return unary_union([footprint, Polygon(moved), *sides])


def _drape(
    world: World, builder: MeshBuilder, material: str, colour: tuple[float, ...],
    shape: BaseGeometry,
) -> None:  # fmt: skip
    """Cut into tiles, triangulate, lift onto the terrain."""
    if shape.is_empty:
        return
    west, south, east, north = shape.bounds
    xs = np.arange(math.floor(west / TILE_M), math.floor(east / TILE_M) + 1) * TILE_M
    ys = np.arange(math.floor(south / TILE_M), math.floor(north / TILE_M) + 1) * TILE_M
    gx, gy = (g.ravel() for g in np.meshgrid(xs, ys))
    tiles = shapely.box(gx, gy, gx + TILE_M, gy + TILE_M)
    pieces = shapely.get_parts(shape)
    tree = shapely.STRtree(tiles)
    piece_at, tile_at = tree.query(pieces, predicate="intersects")
    cut = shapely.intersection(pieces[piece_at], tiles[tile_at])
    scale = TEXTURE_M.get(material, DEFAULT_TEXTURE_M)
    for part in shapely.get_parts(cut):
        if part.geom_type != "Polygon" or part.area < 1e-4:
            continue
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(part))
        if len(triangles) == 0:
            continue
        corners = shapely.get_coordinates(shapely.get_exterior_ring(triangles)).reshape(-1, 4, 2)
        corners = corners[:, :3]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        ab, ac = b - a, c - a
        clockwise = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0] < 0
        corners[clockwise] = corners[clockwise][:, ::-1]
        flat = corners.reshape(-1, 2)
        points = np.column_stack((flat, world.terrain.height_at(flat[:, 0], flat[:, 1])))
        tone = 1.0 + 0.05 * np.sin(flat[:, 0] / 7.3) * np.sin(flat[:, 1] / 9.1)
        indices = np.arange(len(flat)).reshape(-1, 3)
        builder.add(material, points, np.outer(tone, colour), flat / scale, indices)
