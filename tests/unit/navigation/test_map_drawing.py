"""Pictures of maps."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation import map_drawing
from navigation.map_drawing import draw_map, map_figure
from navigation.map_labels import BESIDE, Labels, Place
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
    draw_map(SILLIM, tmp_path / "new" / "sillim.png", {"goalie": tour.node_ids})
    assert (tmp_path / "new" / "sillim.png").read_bytes().startswith(b"\x89PNG")


def test_draws_an_svg_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw_map(BARE, tmp_path / name)
    ElementTree.parse(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def drawn_texts(**arguments: Any) -> str:
    figure = map_figure(SILLIM, **arguments)
    legends = [axes.get_legend() for axes in figure.axes]
    texts = [text for axes in figure.axes for text in axes.texts]
    texts += [text for legend in legends if legend for text in legend.get_texts()]
    return "|".join(text.get_text() for text in texts)


def test_names_hours_and_points_of_interest_are_in_the_picture() -> None:
    drawn = drawn_texts()
    for words in ("22:00-06:00", "until 2029-06-30", "B  bus stop", "keep-out", "cp-07", "|N"):
        assert words in drawn


def test_the_legend_lies_below_the_map() -> None:
    figure = map_figure(SILLIM)
    chart, strip = figure.axes
    figure.canvas.draw()
    assert strip.get_legend().get_window_extent().y1 <= chart.get_window_extent().y0 + 1


def test_every_vehicle_has_its_route_in_the_legend() -> None:
    drawn = drawn_texts(routes={"v1": [1, 3, 4], "v2": [4, 3]})
    assert "route v1|route v2" in drawn


@given(
    st.lists(
        st.tuples(
            st.text("ab가나 \n", min_size=1, max_size=9), st.floats(0, 300), st.floats(0, 200)
        ),
        max_size=25,
    )
)
def test_names_never_lie_on_one_another_or_leave_the_paper(
    names: list[tuple[str, float, float]],
) -> None:
    labels = Labels((0.0, 0.0, 300.0, 200.0))
    labels.take(150.0, 100.0, 8.0)
    places: list[Place | None] = [labels.place(text, x, y, 7.0) for text, x, y in names]
    assert all(place is None or place in BESIDE for place in places)
    boxes = labels.taken
    assert len(boxes) == 1 + sum(place is not None for place in places)
    for i, a in enumerate(boxes):
        assert min(a) >= 0
        assert (a[2], a[3]) <= (300, 200)
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


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
