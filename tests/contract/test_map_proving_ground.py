"""The proving ground: what stands in the file is what its maker makes, with every way class."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from patrol.map import PatrolMap, WayClass
from patrol.map_geojson import load_map, save_map

MAPS = Path(__file__).parents[2] / "maps"


def made() -> PatrolMap:
    spec = importlib.util.spec_from_file_location("maker", MAPS / "make_proving_ground.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ground: PatrolMap = module.proving_ground()
    return ground


def test_the_shipped_map_is_the_made_one(tmp_path: Path) -> None:
    save_map(made(), tmp_path / "made.geojson")
    shipped = (MAPS / "proving_ground.geojson").read_bytes()
    assert (tmp_path / "made.geojson").read_bytes() == shipped


def test_it_has_one_of_every_way_class_a_vehicle_may_use() -> None:
    patrol_map = load_map(MAPS / "proving_ground.geojson")
    classes = {edge.way_class for edge in patrol_map.edges.values()}
    assert classes == set(WayClass) - {WayClass.STEPS}
    assert max(edge.grade for edge in patrol_map.edges.values()) >= 0.0875  # 5 degrees
    assert {edge.kerb_m for edge in patrol_map.edges.values()} == {0.0, 0.03}
