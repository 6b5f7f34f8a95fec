"""Worlds: seeded, and nothing stands where a vehicle drives."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

from patrol.map_geojson import load_map
from simulation.actors.people import stays
from simulation.camera.mesh import rotation_map
from simulation.placing import CLEAR_M
from simulation.props import ParkedCar
from simulation.world import ScenarioError, World, build_world

SILLIM = Path(__file__).parents[3] / "maps" / "sillim.geojson"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(load_map(SILLIM), parked_cars=50, seed=3)


def car_outline(car: ParkedCar) -> Polygon:
    length, width, _ = car.size_m
    corners = [(sx * length / 2, sy * width / 2, 0.0) for sx, sy in
               ((1, 1), (-1, 1), (-1, -1), (1, -1))]  # fmt: skip
    turned = [rotation_map(car.yaw_rad) @ corner for corner in corners]
    return Polygon([(car.x_m + x, car.y_m + y) for x, y, _ in turned])


def test_same_seed_same_world(world: World) -> None:
    again = build_world(world.patrol_map, parked_cars=50, seed=3)
    assert again.cars == world.cars
    assert again.posts == world.posts
    other = build_world(world.patrol_map, parked_cars=50, seed=4)
    assert other.cars != world.cars


def test_corridors_stay_clear(world: World) -> None:
    nodes = world.patrol_map.nodes
    lines = unary_union([
        LineString([(nodes[e.start_id].x_m, nodes[e.start_id].y_m),
                    (nodes[e.end_id].x_m, nodes[e.end_id].y_m)])
        for e in world.patrol_map.edges.values()
    ])  # fmt: skip
    assert len(world.cars) == 50
    assert min(car_outline(car).distance(lines) for car in world.cars) >= CLEAR_M - 0.01
    assert min(Point(p.x_m, p.y_m).distance(lines) for p in world.posts) >= CLEAR_M
    assert min(LineString([k.start[:2], k.end[:2]]).distance(lines)
               for k in world.kerbs if not k.crossed) >= CLEAR_M - 0.01  # fmt: skip


def test_nothing_stands_in_a_building(world: World) -> None:
    buildings = unary_union([Polygon(prism.ring_map) for prism in world.buildings])
    assert not any(buildings.intersects(car_outline(car)) for car in world.cars)
    assert not any(buildings.contains(Point(p.x_m, p.y_m)) for p in world.posts)


def test_buildings_stand_on_the_slope(world: World) -> None:
    for prism in world.buildings:
        ground = [float(world.terrain.height_at(x, y)) for x, y in prism.ring_map]
        assert prism.base_m < min(ground)
        assert prism.top_m > max(ground)


def test_person_in_a_building_is_refused(world: World) -> None:
    building = world.patrol_map.buildings[5]
    x, y = Polygon(building.polygon_map).centroid.coords[0]
    person = stays("inside", (x, y))
    with pytest.raises(ScenarioError, match=rf"'inside'.*inside building {building.id}"):
        build_world(world.patrol_map, [person])


def test_two_people_of_one_name_are_refused(world: World) -> None:
    person = stays("twin", (0.0, -200.0))
    with pytest.raises(ScenarioError, match="'twin' stands twice"):
        build_world(world.patrol_map, [person, person])


def test_kerbs_follow_the_ground(world: World) -> None:
    for kerb in world.kerbs[::20]:
        x, y, z = kerb.start
        assert z == pytest.approx(float(world.terrain.height_at(x, y)), abs=1e-6)
        assert math.dist(kerb.start, kerb.end) < 5.0
