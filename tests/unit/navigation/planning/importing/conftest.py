"""A hand-written extract: every rule of the import on a map small enough to check by eye."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from navigation.planning.importing.importer import ImportOptions, import_map
from navigation.planning.importing.report import ImportReport
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).resolve().parents[5]
METRE_DEG = 1 / 111_000
Imported = tuple[PatrolMap, ImportReport]


class Extract:
    """Writes OSM XML; places are metres east and north of 37.5 N 127.0 E."""

    def __init__(self) -> None:
        self.nodes: dict[int, str] = {}
        self.ways: list[str] = []
        self.missing: set[int] = set()

    @staticmethod
    def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
        return (
            127.0 + x_m * METRE_DEG / math.cos(math.radians(37.5)),
            37.5 + y_m * METRE_DEG,
        )

    def node(self, node_id: int, x_m: float, y_m: float, **tags: str) -> None:
        lon, lat = self.lonlat(x_m, y_m)
        self.nodes[node_id] = (
            f'<node id="{node_id}" lat="{lat:.9f}" lon="{lon:.9f}">{_tags(tags)}</node>'
        )

    def way(self, way_id: int, refs: list[int], **tags: str) -> None:
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self.ways.append(f'<way id="{way_id}">{inner}{_tags(tags)}</way>')

    def relation(self, relation_id: int, way_ids: list[int], **tags: str) -> None:
        inner = "".join(f'<member type="way" ref="{i}" role="outer"/>' for i in way_ids)
        self.ways.append(f'<relation id="{relation_id}">{inner}{_tags(tags)}</relation>')

    def write(self, path: Path) -> Path:
        nodes = "".join(self.nodes[key] for key in sorted(self.nodes) if key not in self.missing)
        ways = "".join(sorted(self.ways, key=lambda w: (w.startswith("<relation"), _id(w))))
        path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
        return path


def _id(element: str) -> int:
    return int(element.split('"', 2)[1])


def _tags(tags: dict[str, str]) -> str:
    return "".join(
        f'<tag k="{key.replace("__", ":")}" v={quoteattr(value)}/>' for key, value in tags.items()
    )


@pytest.fixture
def extract() -> Extract:
    """An empty one."""
    return Extract()


@pytest.fixture
def town() -> Extract:
    """Two footways with a crossing between, steps, a house, a park, and a lane far away."""
    extract = Extract()
    for node_id, (x, y) in enumerate(
        [(-100, 0), (0, 0), (100, 0), (0, 12), (-100, 12), (100, 12)], start=1
    ):
        extract.node(node_id, x, y)
    extract.node(7, 0, 6, highway="crossing", crossing="traffic_signals")
    extract.node(8, 50, 0.03)  # nearly on the line between 2 and 3: of no use
    extract.way(11, [1, 2, 8, 3], highway="footway", name="Lower walk", width="2.6")
    extract.way(12, [5, 4, 6], highway="residential", name="Upper street", incline="4%")
    extract.way(13, [2, 7, 4], highway="footway", footway="crossing")
    extract.way(14, [1, 5], highway="footway")
    extract.way(15, [3, 6], highway="steps")
    extract.way(16, [3, 6], highway="footway", oneway="yes", lit="no", surface="concrete")
    for node_id, (x, y) in enumerate([(20, -20), (40, -20), (40, -8), (20, -8)], start=20):
        extract.node(node_id, x, y)
    extract.way(17, [20, 21, 22, 23, 20], building="yes", building__levels="3", name="House")
    for node_id, (x, y) in enumerate([(-90, -60), (-50, -60), (-50, -20), (-90, -20)], start=30):
        extract.node(node_id, x, y)
    extract.way(18, [30, 31, 32, 33, 30], leisure="park", name="Park")
    extract.node(40, -20, 200)
    extract.node(41, 20, 200)
    extract.way(19, [40, 41], highway="footway", name="Far lane")
    return extract


@pytest.fixture
def bring_in(tmp_path: Path) -> Callable[..., Imported]:
    """Writes an extract and imports it."""

    def call(extract: Extract, options: ImportOptions | None = None) -> Imported:
        return import_map(extract.write(tmp_path / "town.osm"), options)

    return call


@pytest.fixture
def imported(town: Extract, bring_in: Callable[..., Imported]) -> Imported:
    """The town as a map with three checkpoints."""
    return bring_in(town, ImportOptions("Town", checkpoints=3))


@pytest.fixture(scope="session")
def goalie() -> VehicleSpec:
    """The shipped vehicle: 0.90 m wide, climbs kerbs to 5 cm and slopes to 15 %."""
    return load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
