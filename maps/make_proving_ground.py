"""Makes maps/proving_ground.geojson: one of every way class within 150 m, for scenarios.

Not a place: a test track with a street, a narrow alley between tall houses, a hill of 9 %, a park
path, a dead end, a school zone, a signalled and an unsignalled crosswalk and a step of 30 mm.
Run: `python maps/make_proving_ground.py [OUT]`.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

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
    WayClass,
    Zone,
    ZoneKind,
)
from patrol.map_geojson import save_map

ORIGIN = GeoPoint(37.4843, 126.9293, 75.0)
HILL_M = 2.7  # over 30 m: 9 %, just above 5 degrees
WAITING = {4, 8, 14}

NODES: dict[int, tuple[float, float, float]] = {
    1: (0.0, 0.0, 0.0),  # dock
    2: (12.0, 0.0, 0.0),
    3: (40.0, 0.0, 0.0),
    4: (70.0, 0.0, 0.0),
    5: (100.0, 0.0, 0.0),
    6: (100.0, 14.0, 0.0),
    7: (100.0, 44.0, HILL_M),
    8: (70.0, 44.0, HILL_M),
    9: (40.0, 44.0, 0.0),
    10: (40.0, 14.0, 0.0),
    11: (70.0, 72.0, HILL_M),  # in the park
    12: (10.0, 44.0, 0.0),  # dead end
    13: (100.0, -25.0, 0.0),
    14: (70.0, -25.0, 0.0),  # at the school
    15: (130.0, 0.0, 0.0),  # beyond the step
}
# start, end, class, width, speed limit
WAYS: tuple[tuple[int, int, WayClass, float, float], ...] = (
    (1, 2, WayClass.SERVICE, 4.0, 1.0),
    (2, 3, WayClass.STREET, 6.0, 1.39),
    (3, 4, WayClass.STREET, 6.0, 1.39),
    (4, 5, WayClass.STREET, 6.0, 1.39),
    (5, 6, WayClass.CROSSWALK, 4.0, 1.39),
    (6, 7, WayClass.STREET, 5.0, 1.39),
    (7, 8, WayClass.LIVING_STREET, 5.0, 1.39),
    (8, 9, WayClass.STREET, 5.0, 1.39),
    (9, 10, WayClass.ALLEY, 1.8, 1.0),
    (10, 3, WayClass.CROSSWALK, 4.0, 1.39),
    (8, 11, WayClass.PARK_PATH, 2.5, 1.0),
    (9, 12, WayClass.SERVICE, 3.0, 1.0),
    (5, 13, WayClass.PAVEMENT, 2.6, 1.39),
    (13, 14, WayClass.PAVEMENT, 2.6, 1.39),
    (14, 4, WayClass.PAVEMENT, 2.6, 1.39),
    (5, 15, WayClass.STREET, 6.0, 1.39),
)
SURFACES = {WayClass.PARK_PATH: "gravel", WayClass.PAVEMENT: "paving_stones"}
CROSSWALK_IDS = {frozenset((5, 6)): "cw-signalled", frozenset((10, 3)): "cw-plain"}
STEP_WAY, STEP_M = frozenset((5, 15)), 0.03


def block(
    name: str, west: float, south: float, east: float, north: float, height_m: float = 6.0
) -> Building:
    """A house with straight walls."""
    return Building(
        name, ((west, south), (east, south), (east, north), (west, north)), height_m, name
    )


BUILDINGS = (
    block("alley-west", 32.0, 18.0, 38.7, 41.0, 18.0),
    block("alley-east", 41.3, 18.0, 48.0, 41.0, 18.0),
    block("hill-house", 56.0, 20.0, 92.0, 38.0),
    block("dead-end-north", 14.0, 48.0, 34.0, 58.0),
    block("dead-end-wall", 4.0, 40.0, 7.0, 48.0),
    block("street-1", 16.0, -14.0, 34.0, -5.0),
    block("street-2", 46.0, -14.0, 62.0, -5.0),
    block("school", 74.0, -21.0, 96.0, -7.0, 9.0),
    block("street-3", 106.0, -16.0, 124.0, -6.0),
)


def edges() -> dict[int, Edge]:
    """Every way in both directions."""
    made = {}
    for index, (a, b, way_class, width_m, limit_mps) in enumerate(WAYS):
        (ax, ay, az), (bx, by, bz) = NODES[a], NODES[b]
        length_m = math.hypot(bx - ax, by - ay)
        pair = frozenset((a, b))
        for number, (start, end, rise_m) in enumerate(((a, b, bz - az), (b, a, az - bz))):
            edge_id = 101 + 2 * index + number
            made[edge_id] = Edge(
                edge_id,
                start,
                end,
                length_m,
                limit_mps,
                width_m,
                way_class,
                surface=SURFACES.get(way_class, "asphalt"),
                grade=rise_m / length_m,
                lit=way_class is not WayClass.PARK_PATH,
                crosswalk_id=CROSSWALK_IDS.get(pair),
                kerb_m=STEP_M if pair == STEP_WAY else 0.0,
            )
    return made


def proving_ground() -> PatrolMap:
    """The whole map."""
    made = edges()

    def crosswalk(name: str, signalled: bool) -> Crosswalk:
        ids = tuple(edge.id for edge in made.values() if edge.crosswalk_id == name)
        return Crosswalk(name, "", ids, signalled, f"{name}-light" if signalled else None)

    return PatrolMap(
        "proving-ground",
        "Proving ground",
        ORIGIN,
        {i: Node(i, x, y, z, waiting_place=i in WAITING) for i, (x, y, z) in NODES.items()},
        made,
        zones=(
            Zone("operating-area", ZoneKind.PATROL_AREA,
                 ((-12.0, -32.0), (140.0, -32.0), (140.0, 80.0), (-12.0, 80.0)), "operating area"),
            Zone("school-zone", ZoneKind.SCHOOL,
                 ((66.0, -29.0), (96.0, -29.0), (96.0, -21.5), (66.0, -21.5)), "school",
                 speed_limit_mps=0.8),
        ),
        checkpoints=(
            Checkpoint("cp-street", "street", 4, 2.0),
            Checkpoint("cp-hill", "hill", 8, 2.0),
            Checkpoint("cp-park", "park", 11, 2.0),
            Checkpoint("cp-dead-end", "dead end", 12, 2.0),
            Checkpoint("cp-alley", "alley", 10, 2.0),
            Checkpoint("cp-school", "school", 14, 2.0),
            Checkpoint("cp-step", "step", 15, 2.0),
            Checkpoint("cp-crossing", "crossing", 6, 2.0),
        ),
        docks=(Dock("dock-1", "dock", 1, 0.0),),
        crosswalks=(crosswalk("cw-signalled", True), crosswalk("cw-plain", False)),
        buildings=BUILDINGS,
        areas=(
            Area("road", AreaKind.ROAD,
                 ((22.0, 3.6), (124.0, 3.6), (124.0, 10.4), (22.0, 10.4)), "road"),
            Area("park", AreaKind.PARK,
                 ((52.0, 52.0), (92.0, 52.0), (92.0, 78.0), (52.0, 78.0)), "park"),
        ),
        licence="Apache-2.0",
    )  # fmt: skip


def main() -> None:
    """Write the map."""
    out = (
        Path(sys.argv[1])
        if len(sys.argv) > 1
        else Path(__file__).parent / "proving_ground.geojson"
    )
    save_map(proving_ground(), out)


if __name__ == "__main__":
    main()
