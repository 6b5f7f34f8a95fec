"""Places for kerbs, cars, poles and trees: seeded, and never in a vehicle's way.

Everything keeps CLEAR_M from every edge's centre line, so a 0.9 m wide vehicle on any route of
the map has at least 0.85 m to each side.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from shapely import STRtree
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from patrol.map import AreaKind, Edge, PatrolMap, WayClass
from simulation.props import CAR_SIZE_M, CarBody, Kerb, ParkedCar, Post, PostKind
from simulation.terrain import Terrain, attitude_on

CLEAR_M = 1.3
KERB_WIDTH_M, KERB_HEIGHT_M, KERB_PIECE_M = 0.18, 0.12, 4.0
CAR_SPACING_M = 7.0
POLE_SPACING_M, POLE_HEIGHT_M = 26.0, 8.0
TREE_SPACING_M = 7.5
CELL_M = 20.0  # of the grid that finds neighbours
PARKING = frozenset({WayClass.STREET})
POLED = frozenset({WayClass.STREET, WayClass.ALLEY})


class _ShapeGrid:
    """Shapes by the square cells that their bounds touch: a whole district in one pass."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[BaseGeometry]] = defaultdict(list)

    def add(self, shape: BaseGeometry) -> None:
        for cell in self._touched(shape, 0.0):
            self._cells[cell].append(shape)

    def near(self, shape: BaseGeometry, gap_m: float) -> Iterator[BaseGeometry]:
        """At least every shape within a distance; one may come twice."""
        for cell in self._touched(shape, gap_m):
            yield from self._cells.get(cell, ())

    @staticmethod
    def _touched(shape: BaseGeometry, gap_m: float) -> Iterator[tuple[int, int]]:
        west, south, east, north = shape.bounds
        columns = range(int((west - gap_m) // CELL_M), int((east + gap_m) // CELL_M) + 1)
        rows = range(int((south - gap_m) // CELL_M), int((north + gap_m) // CELL_M) + 1)
        return itertools.product(columns, rows)


class Grounds:
    """What is taken: corridors of all edges, buildings, and what has been placed so far."""

    def __init__(self, patrol_map: PatrolMap, terrain: Terrain) -> None:
        self.map = patrol_map
        self.terrain = terrain
        self.lines = [(edge, edge_line(patrol_map, edge)) for edge in one_way_edges(patrol_map)]
        self.corridors: BaseGeometry = unary_union([line for _, line in self.lines]).buffer(
            CLEAR_M
        )
        self._buildings = [Polygon(b.polygon_map) for b in patrol_map.buildings]
        self._tree = STRtree(self._buildings)
        self._placed = _ShapeGrid()

    def is_free(self, shape: BaseGeometry, gap_m: float) -> bool:
        """Whether a shape is out of every corridor and `gap_m` from everything else."""
        if self.corridors.intersects(shape):
            return False
        near = self._tree.query(shape.buffer(gap_m))
        if any(self._buildings[int(i)].distance(shape) < gap_m for i in near):
            return False
        return all(other.distance(shape) >= gap_m for other in self._placed.near(shape, gap_m))

    def take(self, shape: BaseGeometry) -> None:
        """Reserve the ground under a shape."""
        self._placed.add(shape)

    def height(self, x_m: float, y_m: float) -> float:
        """Ground height at one point."""
        return float(self.terrain.height_at(x_m, y_m))


def edge_line(patrol_map: PatrolMap, edge: Edge) -> LineString:
    """The straight centre line of an edge."""
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    return LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)])


def one_way_edges(patrol_map: PatrolMap) -> list[Edge]:
    """Each piece of way once, whatever its directions."""
    seen: dict[tuple[int, int], Edge] = {}
    for edge in patrol_map.edges.values():
        ends = (min(edge.start_id, edge.end_id), max(edge.start_id, edge.end_id))
        seen.setdefault(ends, edge)
    return list(seen.values())


def place_kerbs(grounds: Grounds) -> list[Kerb]:
    """Kerbstones along carriageways, open wherever a way crosses or runs close."""
    kerbs = []
    for area in grounds.map.areas:
        if area.kind is not AreaKind.ROAD:
            continue
        outline = Polygon(area.polygon_map).buffer(KERB_WIDTH_M / 2, join_style="mitre").exterior
        open_ways = unary_union(
            [line.buffer(max(CLEAR_M, edge.width_m / 2 + 0.3)) for edge, line in grounds.lines
             if edge.way_class is not WayClass.PAVEMENT]
        )  # fmt: skip
        kept = outline.difference(open_ways).difference(grounds.corridors)
        kerbs += [kerb for line in _lines(kept) for kerb in _kerbs_along(grounds, line)]
    return kerbs


def _lines(shape: BaseGeometry) -> Iterator[LineString]:
    if isinstance(shape, LineString):
        yield shape
    elif isinstance(shape, MultiLineString):
        yield from shape.geoms


def _kerbs_along(grounds: Grounds, line: LineString) -> Iterator[Kerb]:
    fine = line.segmentize(KERB_PIECE_M)
    heights = grounds.terrain.height_at(*np.asarray(fine.coords).T)
    points = [
        (float(x), float(y), float(z)) for (x, y), z in zip(fine.coords, heights, strict=True)
    ]
    for a, b in itertools.pairwise(points):
        if math.dist(a, b) > 0.3:
            yield Kerb(a, b, KERB_WIDTH_M, KERB_HEIGHT_M)


def place_cars(grounds: Grounds, count: int, rng: np.random.Generator) -> list[ParkedCar]:
    """Up to `count` cars along streets that are wide enough beside a vehicle's corridor."""
    places = [
        (line, at, side)
        for edge, line in grounds.lines
        if edge.way_class in PARKING
        for at in np.arange(1.0, line.length, CAR_SPACING_M / 2)
        for side in (1, -1)
    ]
    cars: list[ParkedCar] = []
    for i in rng.permutation(len(places)):
        if len(cars) >= count:
            break
        line, at, side = places[int(i)]
        car = _car_beside(grounds, line, float(at), side, rng)
        if car is not None:
            cars.append(car)
    return cars


def _car_beside(
    grounds: Grounds, line: LineString, at: float, side: int, rng: np.random.Generator
) -> ParkedCar | None:
    body = list(CarBody)[int(rng.integers(len(CarBody)))]
    length, width, _ = CAR_SIZE_M[body]
    (x0, y0), (x1, y1) = line.coords
    heading = math.atan2(y1 - y0, x1 - x0)
    offset = side * (CLEAR_M + width / 2 + 0.08)
    middle = line.interpolate(at)
    x, y = middle.x - offset * math.sin(heading), middle.y + offset * math.cos(heading)
    yaw = heading + (math.pi if side > 0 else 0.0)
    shape = translate(
        rotate(box(-length / 2, -width / 2, length / 2, width / 2), heading, (0, 0), True), x, y
    )
    if not grounds.is_free(shape, 0.15) or _near_junction(grounds, x, y):
        return None
    grounds.take(shape.buffer(0.5))
    roll, pitch = attitude_on(grounds.terrain, x, y, yaw)
    return ParkedCar(
        x, y, grounds.height(x, y), yaw, roll, pitch, body, int(rng.integers(1 << 16))
    )


def _near_junction(grounds: Grounds, x_m: float, y_m: float) -> bool:
    """Nobody may park within 5 m of a crossing or corner (Road Traffic Act, art. 32)."""
    node = grounds.map.nearest_node(x_m, y_m)
    return (
        len(grounds.map.outgoing[node.id]) >= 3
        and math.hypot(node.x_m - x_m, node.y_m - y_m) < 7.0
    )


def place_poles(grounds: Grounds) -> list[Post]:
    """Power poles with lamps at the edge of lit streets and alleys."""
    posts: list[Post] = []
    for edge, line in grounds.lines:
        if edge.way_class not in POLED or not edge.lit:
            continue
        x, y, yaw = _beside(line, line.length / 2, edge.width_m / 2 + 0.1)
        shape = Point(x, y).buffer(0.2)
        far = all(math.hypot(p.x_m - x, p.y_m - y) > POLE_SPACING_M for p in posts)
        if far and grounds.is_free(shape, 0.05):
            grounds.take(shape)
            height = grounds.height(x, y)
            posts.append(Post(PostKind.POLE, x, y, height, POLE_HEIGHT_M, yaw))
    return posts


def _beside(line: LineString, at: float, offset: float) -> tuple[float, float, float]:
    (x0, y0), (x1, y1) = line.coords
    heading = math.atan2(y1 - y0, x1 - x0)
    middle = line.interpolate(at)
    x, y = middle.x - offset * math.sin(heading), middle.y + offset * math.cos(heading)
    return x, y, heading - math.pi / 2


def place_trees(grounds: Grounds, rng: np.random.Generator) -> list[Post]:
    """Trees in parks, away from paths and water."""
    water = unary_union([Polygon(a.polygon_map).buffer(1.5) for a in grounds.map.areas
                         if a.kind is AreaKind.WATER])  # fmt: skip
    posts = []
    for area in grounds.map.areas:
        if area.kind is not AreaKind.PARK:
            continue
        park = Polygon(area.polygon_map).buffer(-1.0).difference(water)
        for x, y in _scatter(park.bounds, rng):
            shape = Point(x, y).buffer(0.6)
            if park.contains(shape) and grounds.is_free(shape, 0.5):
                grounds.take(shape)
                tall = float(rng.uniform(5.0, 8.5))
                posts.append(Post(PostKind.TREE, x, y, grounds.height(x, y), tall))
    return posts


def _scatter(
    bounds: tuple[float, float, float, float], rng: np.random.Generator
) -> Iterable[tuple[float, float]]:
    west, south, east, north = bounds
    for x in np.arange(west, east, TREE_SPACING_M):
        for y in np.arange(south, north, TREE_SPACING_M):
            dx, dy = rng.uniform(-2.5, 2.5, 2)
            yield float(x + dx), float(y + dy)
