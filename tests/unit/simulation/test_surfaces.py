"""Grip follows the way's surface, the area, and the rain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.geodesy import GeoPoint
from patrol.map import Area, AreaKind, Edge, Node, PatrolMap, WayClass
from simulation.surfaces import GRIPS, SurfaceMap, grip_of

NODES = {1: Node(1, 0.0, 0.0), 2: Node(2, 40.0, 0.0), 3: Node(3, 40.0, 30.0)}
STREET = Edge(1, 1, 2, 40.0, 1.39, 6.0, WayClass.STREET, surface="concrete")
PATH = Edge(2, 2, 3, 30.0, 1.39, 2.0, WayClass.PARK_PATH, surface="fine_gravel")
PARK = Area("park", AreaKind.PARK, ((20.0, 5.0), (60.0, 5.0), (60.0, 60.0), (20.0, 60.0)))
MAP = PatrolMap("m", "", GeoPoint(37.0, 127.0), NODES, {1: STREET, 2: PATH}, areas=(PARK,))


@pytest.mark.parametrize(
    ("place", "surface"),
    [
        ((10.0, 2.9), "concrete"),
        ((40.9, 20.0), "fine_gravel"),
        ((45.0, 20.0), "grass"),
        ((10.0, -8.0), "concrete"),  # a yard is made like its street
    ],
)
def test_surface_is_that_of_the_way_then_the_area_then_the_next_way(
    place: tuple[float, float], surface: str
) -> None:
    assert SurfaceMap(MAP).at(*place) == surface


def test_a_map_without_ways_is_unpaved() -> None:
    assert SurfaceMap(replace(MAP, edges={}, areas=())).at(0.0, 0.0) == "unpaved"


@given(st.sampled_from(sorted(GRIPS)), st.floats(0, 200))
def test_friction_in_rain_lies_between_dry_and_wet(surface: str, rain_mmph: float) -> None:
    grip = grip_of(surface)
    low, high = sorted((grip.dry, grip.wet))
    assert low - 1e-12 <= grip.friction(rain_mmph) <= high + 1e-12
    assert grip.friction(0.0) == grip.dry


def test_every_row_is_possible() -> None:
    for grip in GRIPS.values():
        assert 0.0 < min(grip.dry, grip.wet) <= max(grip.dry, grip.wet) < 1.0
        assert 0.0 < grip.rolling < 0.2


@pytest.mark.parametrize(
    ("name", "row"),
    [("concrete:plates", "concrete"), ("ground", "dirt"), ("tartan", "unpaved")],
)
def test_names_of_openstreetmap_find_their_row(name: str, row: str) -> None:
    assert grip_of(name) == GRIPS[row]
