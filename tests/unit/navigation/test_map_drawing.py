"""Pictures of maps."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from navigation import map_drawing
from navigation.map_drawing import draw_map
from navigation.planning.patrol_tour import plan_patrol
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass
from patrol.map_geojson import load_map

SILLIM = load_map(Path(__file__).resolve().parents[3] / "maps" / "sillim.geojson")
BARE = PatrolMap(
    "bare", "", GeoPoint(37.0, 127.0),
    {1: Node(1, 0.0, 0.0), 2: Node(2, 30.0, 40.0)},
    {5: Edge(5, 1, 2, 50.0, 1.0, 2.0, WayClass.ALLEY)},
)  # fmt: skip


def test_draws_a_png_with_a_route(tmp_path: Path) -> None:
    dock = SILLIM.dock("dock-1")
    tour = plan_patrol(SILLIM, dock.node_id, ["cp-06"], "given", dock)
    draw_map(SILLIM, tmp_path / "new" / "sillim.png", tour.node_ids)
    assert (tmp_path / "new" / "sillim.png").read_bytes().startswith(b"\x89PNG")


def test_draws_an_svg_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw_map(BARE, tmp_path / name)
    ElementTree.parse(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_without_a_korean_font_the_english_part_of_a_name_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr(map_drawing, "FONTS", ("A font nobody has",))
    draw_map(SILLIM, tmp_path / "sillim.svg")
    assert not [w for w in recwarn if "missing from font" in str(w.message)]


@pytest.mark.parametrize("name", ["map.jpg", "map"])
def test_another_kind_of_picture_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"a picture is .png or .svg"):
        draw_map(BARE, tmp_path / name)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MapError, match="cannot be written"):
        draw_map(BARE, tmp_path / "file" / "map.png")
