"""Makes maps/sillim.geojson: our own hillside neighbourhood in the manner of Gwanak-gu, Seoul.

Nothing is copied from a real map; only the origin is a real place. The same seed makes the same
file. Run: `python maps/make_sillim.py [OUT]`.

The ground is one smooth function (`ground_m`), so slopes change gradually along every street;
streets are Catmull-Rom curves through the tables below, split into straight edges.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from patrol.geodesy import GeoPoint
from patrol.map import (
    Area,
    AreaKind,
    Building,
    Checkpoint,
    Crosswalk,
    Dock,
    Edge,
    Node,
    PatrolMap,
    PoiKind,
    PointOfInterest,
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_geojson import save_map

SEED = 20260521
ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)
SPACING_M = 12.0  # about this far from node to node
FIRST_EDGE_ID = 1001
ROAD_HALF_WIDTH_M = 5.5  # Sillim-ro's carriageway
PAVEMENT_OFFSET_M = 7.5  # from the road's middle to the middle of each pavement
PLACES_GAP_M = 0.5  # a building keeps at least half an edge's width and this from its middle

XY = tuple[float, float]


def road_point(x_m: float, offset_m: float = 0.0) -> XY:
    """A point beside the middle line of Sillim-ro, `offset_m` to its north."""
    slope = 6.0 / 90.0 * math.cos(x_m / 90.0)
    norm = math.hypot(1.0, slope)
    y_m = 142.0 + 6.0 * math.sin(x_m / 90.0)
    return x_m - slope / norm * offset_m, y_m + offset_m / norm


def south(x_m: float) -> XY:
    """A point of the southern pavement."""
    return road_point(x_m, -PAVEMENT_OFFSET_M)


def north(x_m: float) -> XY:
    """A point of the northern pavement."""
    return road_point(x_m, PAVEMENT_OFFSET_M)


def ground_m(x_m: float, y_m: float) -> float:
    """Height of the ground over the origin: gentle by the road, steep on the hillside."""
    along = -0.985 * y_m - 0.17 * x_m  # metres uphill, to the south by west
    climb = 0.018 * along + 0.086 * 38.0 * math.log1p(math.exp((along + 25.0) / 38.0))
    flatter_top = 0.060 * 30.0 * math.log1p(math.exp((along - 120.0) / 30.0))
    rolling = 0.5 * math.sin(x_m / 47.0) * math.sin(y_m / 53.0 + 0.7)
    zero = 0.086 * 38.0 * math.log1p(math.exp(25.0 / 38.0))
    return climb - flatter_top + rolling - zero


# Places where streets meet; every name is a node of the map.
JUNCTIONS: dict[str, XY] = {
    "A0": south(-150), "B0": south(-20), "C0": south(130), "O0": south(60),
    "X1s": south(-62), "X1n": north(-62), "X2s": south(97), "X2n": north(97),
    "AD": (-158, 66), "BD": (-12, 68), "CD": (135, 64), "OD": (62, 60),
    "YD1": (12, 68), "YD2": (44, 63), "HD": (82, 58), "GD": (-84, 76),
    "AN": (-160, 16), "GN": (-92, 20), "BL": (-15, 16), "HL": (74, 8), "CM": (131, 30),
    "AE": (-146, -42), "GE": (-80, -32), "IE": (-64, -30), "BE": (-24, -24),
    "HE": (72, -36), "JE": (52, -34), "CE": (121, -32), "CP": (120, -14),
    "AF": (-150, -124), "IF": (-74, -106), "BF": (-6, -106), "JF": (66, -116),
    "CF": (138, -118),
}  # fmt: skip


@dataclass(frozen=True)
class Street:
    """A way: control points are junction names or plain positions."""

    name: str
    way_class: WayClass
    width_m: float
    points: tuple[str | XY, ...]
    speed_mps: float = 1.39
    surface: str = "asphalt"
    lit: bool = True
    crosswalk_id: str | None = None
    spacing_m: float = SPACING_M


STREET, ALLEY, PAVEMENT = WayClass.STREET, WayClass.ALLEY, WayClass.PAVEMENT
STREETS: tuple[Street, ...] = (
    Street("신림로 남쪽 보도", PAVEMENT, 3.0,
           (south(-196), "A0", south(-104), "X1s", "B0", south(20), "O0", "X2s", "C0",
            south(196)), surface="paving_stones"),
    Street("신림로 북쪽 보도", PAVEMENT, 3.0,
           (north(-196), north(-130), "X1n", north(-20), north(40), "X2n", north(150),
            north(196)), surface="paving_stones"),
    Street("신림로 횡단보도 1", WayClass.CROSSWALK, 4.0, ("X1s", "X1n"), crosswalk_id="cw-1"),
    Street("신림로 횡단보도 2", WayClass.CROSSWALK, 4.0, ("X2s", "X2n"), crosswalk_id="cw-2"),
    Street("신림로 12길", STREET, 6.0,
           ("A0", (-149, 104), "AD", "AN", "AE", (-139, -84), "AF", (-156, -168))),
    Street("신림로 14길", STREET, 6.0,
           ("B0", (-19, 102), "BD", "BL", "BE", (-10, -66), "BF", (-16, -166))),
    Street("신림로 16길", STREET, 5.5,
           ("C0", (136, 106), "CD", "CM", "CP", "CE", (128, -76), "CF")),
    Street("신림로 12가길", STREET, 5.0,
           ("AD", (-122, 74), "GD", (-48, 72), "BD", "YD1", "YD2", "OD", "HD", "CD")),
    Street("신림로 14가길", STREET, 5.0,
           ("AE", (-114, -38), "GE", "IE", "BE", (14, -28), "JE", "HE", "CE")),
    Street("신림로 14나길", STREET, 4.5,
           ("AF", (-112, -112), "IF", (-40, -106), "BF", (30, -112), "JF", (102, -112), "CF")),
    Street("신림로 12나길", ALLEY, 3.5, ("GD", (-94, 48), "GN", (-86, -6), "GE"), 1.2),
    Street("신림로 12다길", ALLEY, 3.5, ("AN", (-126, 24), "GN"), 1.2),
    Street("신림로 12라길", ALLEY, 3.0, ("GN", (-72, 24), (-52, 20)), 1.0, lit=False),
    Street("신림로 14다길", ALLEY, 4.0, ("HD", (84, 36), "HL", (66, -16), "HE"), 1.2),
    Street("신림로 14라길", ALLEY, 3.5, ("BL", (14, 20), (44, 12), "HL"), 1.2),
    Street("신림로 12마길", ALLEY, 3.0, ("IE", (-76, -66), "IF"), 1.0, "concrete", False),
    Street("신림로 14마길", ALLEY, 3.5, ("JE", (62, -74), "JF"), 1.2, "concrete"),
    Street("신림로 16가길", ALLEY, 3.5, ("CM", (152, 36), (178, 32)), 1.0, lit=False),
    Street("신림로 14바길", ALLEY, 3.5, ("O0", (66, 104), "OD"), 1.2),
    Street("별빛공원 산책로", WayClass.PARK_PATH, 3.0,
           ("CP", (148, -8), (180, -18), (198, -52), (188, -92), (164, -114), "CF"),
           surface="compacted", spacing_m=7.0),
    Street("순찰로봇 차고", WayClass.SERVICE, 4.0,
           ("YD1", (12.5, 80), (18, 90.5), (28, 95), (38, 90.5), (43.5, 80), "YD2"), 0.8,
           spacing_m=4.5),
)  # fmt: skip

DOCK = (28.0, 95.0)
# id, name, position (the nearest node of the street), street
CHECKPOINTS: tuple[tuple[str, str, XY, str, float], ...] = (
    ("cp-01", "신림로 버스정류장 (Sillim-ro bus stop)", north(-20), "신림로 북쪽 보도", 5.0),
    ("cp-02", "별빛초등학교 정문 (Byeolbit school gate)", (-84, 76), "신림로 12가길", 5.0),
    ("cp-03", "12길 중턱 (12-gil hillside)", (-160, 16), "신림로 12길", 0.0),
    ("cp-04", "12나길 골목 (12na-gil alley)", (-90, -6), "신림로 12나길", 5.0),
    ("cp-05", "14가길 사거리 (14ga-gil corner)", (-24, -24), "신림로 14가길", 5.0),
    ("cp-06", "14다길 골목 (14da-gil alley)", (66, -16), "신림로 14다길", 5.0),
    ("cp-07", "14라길 쉼터 (14ra-gil rest place)", (30, 16), "신림로 14라길", 5.0),
    ("cp-08", "별빛공원 입구 (Byeolbit park gate)", (120, -14), "신림로 16길", 5.0),
    ("cp-09", "별빛공원 정자 (Byeolbit park pavilion)", (198, -52), "별빛공원 산책로", 10.0),
    ("cp-10", "14나길 윗동네 (14na-gil hilltop)", (-6, -106), "신림로 14나길", 5.0),
    ("cp-11", "12길 꼭대기 (12-gil top)", (-150, -124), "신림로 14나길", 5.0),
    ("cp-12", "신림로 16길 입구 (16-gil entrance)", south(130), "신림로 남쪽 보도", 5.0),
)
ZONES = (
    Zone("school", ZoneKind.SCHOOL,
         ((-142, 62), (-30, 60), (-30, 128), (-142, 124)), "별빛초등학교 어린이보호구역", 0.83,
         "Mo-Fr 08:00-09:30,12:00-16:00; PH off"),
    Zone("building-site", ZoneKind.KEEP_OUT,
         ((55, -66), (74, -68), (76, -88), (58, -90)), "재개발 공사장",
         expires="2029-06-30T18:00:00+09:00"),
    Zone("yard", ZoneKind.SPEED_LIMIT,
         ((8, 74), (48, 74), (48, 102), (8, 102)), "차고 서행구역", 0.6),
    Zone("clinic", ZoneKind.NO_RECORD,
         ((-60, -36), (-38, -33), (-39, -14), (-61, -16)), "의원 앞 촬영금지"),
    Zone("night-quiet", ZoneKind.QUIET,
         ((-175, -180), (20, -180), (20, -90), (-175, -90)), "윗동네 야간 정숙구역",
         windows="22:00-06:00"),
    Zone("park-night", ZoneKind.INCIDENT_SENSITIVITY,
         ((140, -2), (184, -6), (214, -40), (210, -96), (172, -124), (146, -112), (134, -74),
          (128, -34)), "별빛공원 야간 집중구역", windows="21:00-05:00", sensitivity=1.5),
    Zone("sillim", ZoneKind.PATROL_AREA,
         ((-210, -190), (220, -190), (220, 172), (-210, 172)), "신림 순찰구역"),
)  # fmt: skip
POIS: tuple[tuple[str, str, PoiKind, XY], ...] = (
    ("school", "별빛초등학교 (Byeolbit school)", PoiKind.SCHOOL, (-90, 104)),
    ("kindergarten", "해님어린이집 (Haenim kindergarten)", PoiKind.KINDERGARTEN, (40, -40)),
    ("clinic", "별빛의원 (Byeolbit clinic)", PoiKind.HOSPITAL, (-50, -22)),
    ("care-home", "언덕요양원 (Hill care home)", PoiKind.CARE_HOME, (-44, -114)),
    ("bus-stop", "신림로 정류장 (Sillim-ro stop)", PoiKind.BUS_STOP, north(-26)),
    ("cctv-1", "12길 방범카메라 (12-gil camera)", PoiKind.CCTV, (-156, 22)),
    ("cctv-2", "14가길 방범카메라 (14ga-gil camera)", PoiKind.CCTV, (-20, -20)),
    ("cctv-3", "16길 방범카메라 (16-gil camera)", PoiKind.CCTV, (127, 27)),
    ("bell-1", "공원 비상벨 (Park emergency bell)", PoiKind.EMERGENCY_BELL, (183, -21)),
    ("bell-2", "12라길 비상벨 (12ra-gil emergency bell)", PoiKind.EMERGENCY_BELL, (-55, 22)),
    ("aed", "차고 자동심장충격기 (Yard AED)", PoiKind.AED, (46, 90)),
    ("shelter", "14라길 무더위쉼터 (14ra-gil shelter)", PoiKind.SHELTER, (31, 19)),
    ("toilet", "공원 화장실 (Park toilet)", PoiKind.TOILET, (150, -30)),
    ("shop", "16길 편의점 (16-gil shop)", PoiKind.SHOP, (139, 118)),
)
DROPPED_KERB_M = 0.02  # where pavements meet a crosswalk
AREAS = (
    Area("road", AreaKind.ROAD,
         tuple([road_point(x, -ROAD_HALF_WIDTH_M) for x in range(-200, 201, 20)]
               + [road_point(x, ROAD_HALF_WIDTH_M) for x in range(200, -201, -20)]), "신림로"),
    Area("park", AreaKind.PARK,
         ((140, -2), (184, -6), (214, -40), (210, -96), (172, -124), (146, -112), (134, -74),
          (128, -34)), "별빛공원"),
    Area("pond", AreaKind.WATER,
         ((158, -44), (168, -40), (174, -50), (170, -62), (160, -62), (154, -54)), "별빛연못"),
    Area("yard", AreaKind.SQUARE, ((8, 76), (48, 74), (48, 102), (8, 102)), "차고 마당"),
    Area("schoolyard", AreaKind.SQUARE,
         ((-117, 85), (-94, 86), (-92, 80.5), (-78, 80.5), (-76, 87), (-63, 87), (-63, 103),
          (-117, 101)), "별빛초등학교 운동장"),
)  # fmt: skip
SCHOOL_BUILDINGS = (
    Building("school-main", ((-118, 104), (-62, 106), (-62.4, 119), (-118.4, 117)), 14.0,
             "별빛초등학교"),
    Building("school-hall", ((-58, 90), (-38, 91), (-38.7, 105), (-58.7, 104)), 9.0, "체육관"),
)  # fmt: skip


@dataclass
class Network:
    """Nodes and edges as they grow."""

    nodes: dict[int, Node] = field(default_factory=dict)
    edges: dict[int, Edge] = field(default_factory=dict)
    node_at: dict[XY, int] = field(default_factory=dict)
    on_street: dict[str, list[int]] = field(default_factory=dict)

    def node(self, point: XY) -> int:
        """The id of the node at a position, made on first use."""
        key = (round(point[0], 3), round(point[1], 3))
        if key not in self.node_at:
            node_id = len(self.nodes) + 1
            self.node_at[key] = node_id
            self.nodes[node_id] = Node(node_id, *key, round(ground_m(*key), 3))
        return self.node_at[key]

    def join(self, street: Street, start_id: int, end_id: int) -> None:
        """Adds both directions of a straight piece of way."""
        for first, last in ((start_id, end_id), (end_id, start_id)):
            a, b = self.nodes[first], self.nodes[last]
            length_m = round(math.hypot(b.x_m - a.x_m, b.y_m - a.y_m), 3)
            edge_id = FIRST_EDGE_ID + len(self.edges)
            self.edges[edge_id] = Edge(
                edge_id, first, last, length_m, street.speed_mps, street.width_m,
                street.way_class, street.surface, round((b.z_m - a.z_m) / length_m, 5),
                street.lit, street.crosswalk_id, street.name,
                DROPPED_KERB_M if street.crosswalk_id else 0.0,
            )  # fmt: skip


def curve(points: list[XY], spacing_m: float) -> list[list[XY]]:
    """Catmull-Rom pieces between consecutive control points, each cut at about a spacing."""
    p = np.array(points, float)
    p = np.vstack((2 * p[0] - p[1], p, 2 * p[-1] - p[-2]))
    pieces = []
    for i in range(1, len(p) - 2):
        knots = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(p[i - 1 : i + 3], axis=0),
                                                                axis=1) ** 0.5)))  # fmt: skip
        fine = [_catmull_rom(p[i - 1 : i + 3], knots, t) for t in np.linspace(0, 1, 65)]
        line = LineString(fine)
        count = max(1, round(line.length / spacing_m))
        cuts = [line.interpolate(k / count, normalized=True) for k in range(count + 1)]
        piece = [(c.x, c.y) for c in cuts]
        piece[0], piece[-1] = points[i - 1], points[i]
        pieces.append(piece)
    return pieces


def _catmull_rom(p: np.ndarray, knots: np.ndarray, share: float) -> np.ndarray:
    """Barry and Goldman's pyramid (1988) for the piece between the middle two points."""
    t = knots[1] + share * (knots[2] - knots[1])
    level = list(p)
    for width in (1, 2, 3):
        level = [
            ((knots[j + width] - t) * level[j] + (t - knots[j]) * level[j + 1])
            / (knots[j + width] - knots[j])
            if width < 3
            else ((knots[2] - t) * level[0] + (t - knots[1]) * level[1]) / (knots[2] - knots[1])
            for j in range(len(level) - 1)
        ]
    return np.asarray(level[0])


def build_network() -> Network:
    """Every street of the table as nodes and edges."""
    network = Network()
    for street in STREETS:
        points = [JUNCTIONS[p] if isinstance(p, str) else p for p in street.points]
        ids = [network.node(points[0])]
        for piece in curve(points, street.spacing_m):
            ids += [network.node(point) for point in piece[1:]]
        for start_id, end_id in itertools.pairwise(ids):
            network.join(street, start_id, end_id)
        network.on_street[street.name] = ids
    return network


def nearest_on(network: Network, street: str, point: XY) -> int:
    """The street's node nearest to a position."""
    nodes = [network.nodes[i] for i in network.on_street[street]]
    return min(nodes, key=lambda n: math.hypot(n.x_m - point[0], n.y_m - point[1])).id


def free_of_buildings(network: Network) -> BaseGeometry:
    """Ground that stays open: street corridors, room at the corners, the road, the areas."""
    nodes = network.nodes
    degree = Counter(edge.start_id for edge in network.edges.values())
    shapes = []
    for edge in network.edges.values():
        a, b = nodes[edge.start_id], nodes[edge.end_id]
        margin = edge.width_m / 2 + PLACES_GAP_M + 0.1
        shapes.append(LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)]).buffer(margin))
        if degree[a.id] >= 3:  # room to turn
            shapes.append(Point(a.x_m, a.y_m).buffer(margin + 1.5))
    shapes += [Polygon(area.polygon_map).buffer(1.0) for area in AREAS]
    shapes += [Polygon(z.polygon_map).buffer(1.0) for z in ZONES if z.kind is ZoneKind.KEEP_OUT]
    shapes += [Polygon(building.polygon_map).buffer(3.0) for building in SCHOOL_BUILDINGS]
    return unary_union(shapes)


def build_buildings(network: Network, rng: np.random.Generator) -> list[Building]:
    """Houses along both sides of every street; none stands in a corridor or in another."""
    open_ground = free_of_buildings(network)
    taken: list[Polygon] = []
    buildings = list(SCHOOL_BUILDINGS)
    for street in STREETS:
        if street.way_class in (WayClass.CROSSWALK, WayClass.PARK_PATH, WayClass.SERVICE):
            continue
        line = LineString([(network.nodes[i].x_m, network.nodes[i].y_m)
                           for i in network.on_street[street.name]])  # fmt: skip
        for side in (1, -1):
            at = 1.0
            while at < line.length:
                frontage, depth = rng.uniform(7.5, 13.5), rng.uniform(7.5, 11.5)
                setback = street.width_m / 2 + PLACES_GAP_M + 0.15 + rng.uniform(0.0, 1.2)
                low, high = (2, 5) if street.way_class is ALLEY else (3, 6)
                floors = int(rng.integers(low, high + 1))
                footprint = _beside(line, at + frontage / 2, side, frontage, depth, setback)
                shape = Polygon(footprint)
                clear = not shape.intersects(open_ground) and all(
                    shape.distance(taken[int(i)]) >= 0.7
                    for i in (STRtree(taken).query(shape.buffer(1.0)) if taken else ())
                )
                if not clear:
                    at += 1.0
                    continue
                taken.append(shape)
                buildings.append(
                    Building(f"b-{len(taken):03d}", footprint, round(floors * 2.9 + 0.8, 1))
                )
                at += frontage + rng.uniform(0.8, 2.2)
    return buildings


def _beside(
    line: LineString, at: float, side: int, frontage: float, depth: float, setback: float
) -> tuple[XY, ...]:
    """A rectangle whose front is parallel to the street at a distance along it."""
    at = min(at, line.length - 0.1)
    a, b = line.interpolate(max(at - 0.5, 0)), line.interpolate(min(at + 0.5, line.length))
    heading = math.atan2(b.y - a.y, b.x - a.x)
    ux, uy = math.cos(heading), math.sin(heading)
    nx, ny = -uy * side, ux * side
    middle = line.interpolate(at)
    corners = ((-frontage / 2, setback), (frontage / 2, setback),
               (frontage / 2, setback + depth), (-frontage / 2, setback + depth))  # fmt: skip
    return tuple(
        (round(middle.x + u * ux + n * nx, 2), round(middle.y + u * uy + n * ny, 2))
        for u, n in corners
    )


def build_map() -> PatrolMap:
    """The whole neighbourhood."""
    network = build_network()
    dock_node = nearest_on(network, "순찰로봇 차고", DOCK)
    checkpoints = tuple(
        Checkpoint(cp_id, name, nearest_on(network, street, point), dwell_s)
        for cp_id, name, point, street, dwell_s in CHECKPOINTS
    )
    waiting = {c.node_id for c in checkpoints} | {dock_node}
    narrowest: dict[int, float] = {}
    for edge in network.edges.values():
        width = narrowest.get(edge.start_id, math.inf)
        narrowest[edge.start_id] = min(width, edge.width_m)
    on_crosswalk = {e.start_id for e in network.edges.values() if e.crosswalk_id}
    nodes = {
        n.id: Node(n.id, n.x_m, n.y_m, n.z_m, n.name,
                   n.id in waiting or (narrowest[n.id] >= 5 and n.id not in on_crosswalk))
        for n in network.nodes.values()
    }  # fmt: skip
    crosswalks = tuple(
        Crosswalk(cw_id, name, tuple(e.id for e in network.edges.values()
                                     if e.crosswalk_id == cw_id), signalled, signal_id)
        for cw_id, name, signalled, signal_id in (
            ("cw-1", "신림로 횡단보도 1 (signalled)", True, "signal-1"),
            ("cw-2", "신림로 횡단보도 2", False, None),
        )
    )  # fmt: skip
    return PatrolMap(
        map_id="sillim",
        name="신림 언덕마을 (Sillim hillside)",
        origin=ORIGIN,
        nodes=nodes,
        edges=network.edges,
        zones=ZONES,
        checkpoints=checkpoints,
        docks=(Dock("dock-1", "차고 충전기 (Yard dock)", dock_node, 0.0),),
        crosswalks=crosswalks,
        buildings=tuple(build_buildings(network, np.random.default_rng(SEED))),
        areas=AREAS,
        licence="Apache-2.0",
        pois=tuple(
            PointOfInterest(poi_id, name, kind, round(x, 2), round(y, 2))
            for poi_id, name, kind, (x, y) in POIS
        ),
    )


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("sillim.geojson")
    print(out, save_map(build_map(), out))
