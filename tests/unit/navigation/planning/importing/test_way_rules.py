"""What OpenStreetMap's tags on a way mean."""

from __future__ import annotations

import pytest

from navigation.planning.importing import way_rules
from navigation.planning.importing.way_rules import WAY_RULES, left_out_reason
from patrol.map import WayClass


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "residential", "oneway": "yes"},  # one-way rules are for cars
        {"highway": "primary", "sidewalk": "both"},
        {"highway": "secondary", "sidewalk:left": "yes"},
        {"highway": "service", "service": "alley"},
        {"highway": "pedestrian", "area": "yes"},  # its rim
        {"highway": "living_street"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "footway", "access": "permissive"},
        {"highway": "footway", "tunnel": "no"},
    ],
)
def test_takes_ways_a_vehicle_on_pavements_may_use(tags: dict[str, str]) -> None:
    assert left_out_reason(tags) is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "steps"}, "steps"),
        ({"highway": "motorway"}, "not for people on foot"),
        ({"highway": "corridor"}, "not for people on foot"),
        ({"highway": "primary"}, "busy street without a pavement"),
        ({"highway": "secondary", "sidewalk": "no"}, "busy street without a pavement"),
        ({"highway": "footway", "access": "private"}, "access=private"),
        ({"highway": "residential", "foot": "no"}, "access=no"),
        ({"highway": "footway", "access": "yes", "foot": "private"}, "access=private"),
        ({"highway": "footway", "indoor": "yes"}, "indoor=yes"),
        ({"highway": "footway", "conveying": "forward"}, "conveying=forward"),
        ({"highway": "footway", "tunnel": "building_passage"}, "tunnel=building_passage"),
        ({"highway": "footway", "wheelchair": "no"}, "wheelchair=no"),
        ({"highway": "footway", "surface": "sand"}, "surface=sand"),
        ({"railway": "tram"}, "not for people on foot"),
        ({}, "not for people on foot"),
    ],
)
def test_leaves_out_what_it_cannot_use_and_says_why(tags: dict[str, str], reason: str) -> None:
    assert left_out_reason(tags) == reason


@pytest.mark.parametrize(
    ("kind", "tags", "width_m"),
    [
        ("footway", {"width": "1.8"}, 1.8),
        ("footway", {"est_width": "3"}, 3.0),
        ("footway", {"width": "900"}, 2.5),
        ("footway", {}, 2.5),
        ("service", {"service": "alley"}, 3.0),
        ("residential", {"lanes": "1"}, 3.0),
        ("residential", {"lanes": "3", "width": "7,5 m"}, 7.5),
        ("primary", {"width": "14", "lanes": "4"}, 3.0),  # the carriageway is not for it
        ("primary", {"sidewalk:both:width": "2.2"}, 2.2),
        ("pedestrian", {"area": "yes", "width": "40"}, way_rules.SQUARE_RIM_M),
    ],
)
def test_takes_the_tagged_width_or_the_usual_one(
    kind: str, tags: dict[str, str], width_m: float
) -> None:
    assert way_rules.width_m(tags, WAY_RULES[kind]) == pytest.approx(width_m)


def test_an_alley_is_an_alley_and_a_living_street_a_living_street() -> None:
    service, living = WAY_RULES["service"], WAY_RULES["living_street"]
    alley = {"highway": "service", "service": "alley"}
    assert way_rules.way_class(alley, service) is WayClass.ALLEY
    assert way_rules.way_class({"highway": "service"}, service) is WayClass.SERVICE
    assert way_rules.way_class({"highway": "living_street"}, living) is WayClass.LIVING_STREET


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, (True, True)),
        ({"oneway:foot": "yes"}, (True, False)),
        ({"oneway:foot": "-1"}, (False, True)),
        ({"foot:backward": "no"}, (True, False)),
        ({"foot:forward": "no"}, (False, True)),
        ({"oneway:foot": "no"}, (True, True)),
    ],
)
def test_only_one_way_rules_for_people_on_foot_count(
    tags: dict[str, str], expected: tuple[bool, bool]
) -> None:
    assert way_rules.directions(tags) == expected


@pytest.mark.parametrize(
    ("kind", "lit", "expected"),
    [("footway", "", True), ("path", "", False), ("path", "yes", True), ("footway", "no", False),
     ("footway", "disused", False), ("track", "24/7", True), ("path", "sunset-sunrise", True)],
)  # fmt: skip
def test_lighting_is_as_tagged_or_as_usual(kind: str, lit: str, expected: bool) -> None:
    assert way_rules.is_lit({"lit": lit}, WAY_RULES[kind]) is expected


def test_a_speed_limit_counts_only_below_walking_pace() -> None:
    street = WAY_RULES["residential"]
    assert way_rules.speed_limit_mps({"maxspeed": "30"}, street) == street.speed_limit_mps
    assert way_rules.speed_limit_mps({"maxspeed": "4"}, street) == pytest.approx(4 / 3.6)


@pytest.mark.parametrize(
    ("tags", "signalled"),
    [({"crossing": "traffic_signals"}, True), ({"crossing:signals": "yes"}, True),
     ({"highway": "traffic_signals"}, True), ({"crossing:signals": "no"}, False),
     ({"crossing": "uncontrolled"}, False)],
)  # fmt: skip
def test_signals(tags: dict[str, str], signalled: bool) -> None:
    assert way_rules.is_signalled(tags) is signalled


def test_streets_without_cars_are_not_exposed() -> None:
    assert way_rules.exposure({"motor_vehicle": "no"}) == 0.0
    assert way_rules.exposure({"vehicle": "private"}) == 0.0
    assert way_rules.exposure({"motor_vehicle": "destination"}) is None
