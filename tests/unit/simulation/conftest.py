"""A small synthetic neighbourhood for simulator tests: one street on a plane of any grade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from patrol.geodesy import GeoPoint
from patrol.map import Building, Dock, Edge, Node, PatrolMap, WayClass
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).parents[3]


def _plane_map(grade: float = 0.0, buildings: Sequence[Building] = ()) -> PatrolMap:
    """Four corners on a plane that rises `grade` to the east, and one street along y = 0."""
    places = [
        (-40.0, -40.0),
        (40.0, -40.0),
        (40.0, 40.0),
        (-40.0, 40.0),
        (-30.0, 0.0),
        (30.0, 0.0),
    ]
    nodes = {i: Node(i, x, y, grade * x) for i, (x, y) in enumerate(places, start=1)}
    edges = {
        1: Edge(1, 5, 6, 60.0, 1.39, 6.0, WayClass.STREET, grade=grade, lit=False),
        2: Edge(2, 6, 5, 60.0, 1.39, 6.0, WayClass.STREET, grade=-grade, lit=False),
    }
    return PatrolMap(
        "plane",
        "plane",
        GeoPoint(37.4843, 126.9293, 75.0),
        nodes,
        edges,
        docks=(Dock("d", "dock", 5),),
        buildings=buildings,
    )


@pytest.fixture(scope="session")
def plane_map() -> Callable[..., PatrolMap]:
    return _plane_map


@pytest.fixture(scope="session")
def goalie() -> VehicleSpec:
    return load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
