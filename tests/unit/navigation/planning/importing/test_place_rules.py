"""What OpenStreetMap's tags on points and areas mean."""

from __future__ import annotations

import pytest

from navigation.planning.importing import place_rules
from patrol.map import AreaKind, PoiKind


@pytest.mark.parametrize(
    ("tags", "kerb_m"),
    [
        ({"barrier": "kerb", "kerb": "raised"}, 0.15),
        ({"barrier": "kerb", "kerb": "lowered"}, 0.03),
        ({"barrier": "kerb", "kerb": "flush"}, 0.0),
        ({"kerb": "rolled"}, 0.08),
        ({"barrier": "kerb"}, 0.15),
        ({"barrier": "kerb", "kerb": "raised", "kerb:height": "4 cm"}, 0.04),
        ({"kerb": "lowered", "kerb:height": "0.02"}, 0.02),
        ({"kerb": "lowered", "kerb:height": "4 m"}, 0.03),  # absurd
        ({"highway": "crossing"}, None),
        ({"barrier": "bollard"}, None),
    ],
)
def test_kerbs(tags: dict[str, str], kerb_m: float | None) -> None:
    assert place_rules.kerb_m(tags) == kerb_m


@pytest.mark.parametrize(
    ("tags", "blocks"),
    [
        ({"barrier": "stile"}, True),
        ({"barrier": "turnstile"}, True),
        ({"barrier": "bollard"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "cycle_barrier", "wheelchair": "no"}, True),
        ({"wheelchair": "no"}, False),
        ({}, False),
    ],
)
def test_barriers(tags: dict[str, str], blocks: bool) -> None:
    assert place_rules.blocks_wheels(tags) is blocks


@pytest.mark.parametrize(
    ("tags", "stands"),
    [
        ({"building": "yes"}, True),
        ({"building": "no"}, False),
        ({"building": "roof"}, False),
        ({"building": "yes", "location": "underground"}, False),
        ({"building": "yes", "layer": "-1"}, False),
        ({"building": "yes", "min_height": "6"}, False),  # a bridge between houses
        ({"building": "yes", "building:min_level": "2"}, False),
        ({}, False),
    ],
)
def test_only_walls_on_the_ground_are_buildings(tags: dict[str, str], stands: bool) -> None:
    assert place_rules.is_building(tags) is stands


@pytest.mark.parametrize(
    ("tags", "height_m"),
    [({"height": "12.5 m"}, 12.5), ({"building:levels": "4"}, 12.0), ({}, 6.0),
     ({"height": "tall", "building:levels": "2"}, 6.0), ({"height": "0"}, 6.0)],
)  # fmt: skip
def test_building_heights(tags: dict[str, str], height_m: float) -> None:
    assert place_rules.building_height_m(tags) == pytest.approx(height_m)


def test_area_kinds() -> None:
    assert place_rules.area_kind({"leisure": "park"}) is AreaKind.PARK
    assert place_rules.area_kind({"natural": "water"}) is AreaKind.WATER
    assert place_rules.area_kind({"landuse": "retail"}) is None


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "school"}, PoiKind.SCHOOL),
        ({"amenity": "kindergarten"}, PoiKind.KINDERGARTEN),
        ({"amenity": "social_facility"}, PoiKind.CARE_HOME),
        ({"man_made": "surveillance"}, PoiKind.CCTV),
        ({"emergency": "phone"}, PoiKind.EMERGENCY_BELL),
        ({"emergency": "defibrillator"}, PoiKind.AED),
        ({"highway": "bus_stop"}, PoiKind.BUS_STOP),
        ({"highway": "street_lamp"}, PoiKind.STREET_LAMP),
        ({"amenity": "bench"}, None),
    ],
)
def test_points_of_interest(tags: dict[str, str], kind: PoiKind | None) -> None:
    assert place_rules.poi_kind(tags) is kind


@pytest.mark.parametrize(
    ("height", "expected_m"), [("5.5", 5.5), ("6 m", 6.0), ("", None), ("0", None)]
)
def test_a_street_lamp_is_as_high_as_its_tag_says(height: str, expected_m: float | None) -> None:
    assert place_rules.poi_height_m({"highway": "street_lamp", "height": height}) == expected_m
