"""What OpenStreetMap tags mean."""

from __future__ import annotations

import pytest

from navigation.planning import osm_tags
from patrol.map import AreaKind, WayClass


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "residential", "oneway": "yes"},  # one-way rules are for cars
        {"highway": "primary", "sidewalk": "both"},
        {"highway": "secondary", "sidewalk:left": "yes"},
        {"highway": "service", "service": "alley"},
        {"highway": "pedestrian", "area": "no"},
    ],
)
def test_takes_ways_a_vehicle_on_pavements_may_use(tags: dict[str, str]) -> None:
    assert osm_tags.way_rule(tags) is not None


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "steps"},
        {"highway": "motorway"},
        {"highway": "primary"},
        {"highway": "secondary", "sidewalk": "no"},
        {"highway": "footway", "access": "private"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "footway", "wheelchair": "no"},
        {"highway": "footway", "surface": "sand"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "residential", "foot": "no"},
        {"highway": "footway", "tunnel": "building_passage"},
        {"railway": "tram"},
        {},
    ],
)
def test_leaves_out_what_it_cannot_use(tags: dict[str, str]) -> None:
    assert osm_tags.way_rule(tags) is None


@pytest.mark.parametrize(
    ("text", "metres"),
    [("2.5", 2.5), ("3 m", 3.0), ("2,5", 2.5), ("120 cm", 1.2), ("wide", None), ("", None),
     ("-3", None), ("6'", None)],
)  # fmt: skip
def test_reads_lengths(text: str, metres: float | None) -> None:
    assert osm_tags.metres(text) == metres


@pytest.mark.parametrize(
    ("incline", "grade"),
    [("8%", 0.08), ("-10 %", -0.1), ("up", 0.0), ("90%", 0.0), ("", 0.0), ("5°", 0.0)],
)
def test_reads_inclines(incline: str, grade: float) -> None:
    assert osm_tags.grade({"incline": incline}) == pytest.approx(grade)


@pytest.mark.parametrize(
    ("tags", "width"),
    [({"width": "1.8"}, 1.8), ({"est_width": "3"}, 3.0), ({"width": "900"}, 2.5), ({}, 2.5),
     ({"service": "alley"}, 3.0)],
)  # fmt: skip
def test_takes_the_tagged_width_or_the_usual_one(tags: dict[str, str], width: float) -> None:
    assert osm_tags.width_m(tags, osm_tags.WAY_RULES["footway"]) == width


def test_an_alley_is_an_alley() -> None:
    rule = osm_tags.WAY_RULES["service"]
    assert osm_tags.way_class({"highway": "service", "service": "alley"}, rule) is WayClass.ALLEY
    assert osm_tags.way_class({"highway": "service"}, rule) is WayClass.SERVICE


@pytest.mark.parametrize(
    ("tags", "height"),
    [({"height": "12.5 m"}, 12.5), ({"building:levels": "4"}, 12.0), ({}, 6.0),
     ({"height": "tall", "building:levels": "2"}, 6.0), ({"height": "0"}, 6.0)],
)  # fmt: skip
def test_building_heights(tags: dict[str, str], height: float) -> None:
    assert osm_tags.building_height_m(tags) == pytest.approx(height)


def test_area_kinds() -> None:
    assert osm_tags.area_kind({"leisure": "park"}) is AreaKind.PARK
    assert osm_tags.area_kind({"natural": "water"}) is AreaKind.WATER
    assert osm_tags.area_kind({"landuse": "retail"}) is None
