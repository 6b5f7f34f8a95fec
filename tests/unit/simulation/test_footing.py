"""The planes under the wheels stand for the terrain; kerbs count while one is near."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulating.plane import plane_world
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle
from simulation.mujoco.footing import MARGIN_M, _NearKerbs
from simulation.mujoco.ground_kernels import lay_planes
from simulation.mujoco.groups import GROUND_BIT
from simulation.mujoco.plant import Plant
from simulation.mujoco.simulator import Simulator
from simulation.mujoco.vehicle_mjcf import WHEELS
from simulation.props import Kerb
from simulation.terrain import Terrain
from simulation.types import DriveCommand

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
HILLS = Terrain(-20.0, -20.0, 2.0, np.random.default_rng(3).normal(0.0, 0.2, (21, 21)))
KERBS = [
    Kerb((x, y, 0.0), (x + 3.0, y + 1.0, 0.0), 0.2, 0.12) for x, y in ((4, 2), (-9, 7), (9, -8))
]
RADIUS_M = 0.2
inside, near_edge = st.floats(-18.0, 18.0), st.floats(-0.06, 0.06)


def plane_under(
    terrain: Terrain, hub: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    at, turns = np.zeros((1, 3)), np.zeros((1, 4))
    ids = np.zeros(1, np.int32)
    lay_planes(
        terrain.heights_m, terrain.west_m, terrain.south_m, terrain.cell_m, RADIUS_M,
        np.array([hub]), ids, ids, at, turns,
    )  # fmt: skip
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, turns[0])
    return at[0], turn.reshape(3, 3)[:, 2]


def hub_over(terrain: Terrain, x: float, y: float) -> tuple[float, float, float]:
    return x, y, terrain.spot_height_m(x, y) + RADIUS_M


@settings(max_examples=100, deadline=None)
@given(inside, inside)
def test_a_plane_touches_the_terrain_and_lies_along_it(x: float, y: float) -> None:
    at, normal = plane_under(HILLS, hub_over(HILLS, x, y))
    assert at[2] == pytest.approx(HILLS.spot_height_m(float(at[0]), float(at[1])), abs=1e-8)
    assert np.linalg.norm(normal) == pytest.approx(1.0)
    step = 1e-4
    if np.abs((at[:2] + 1.0) % 2.0 - 1.0).min() < step:
        return  # on the edge of a cell, where the terrain has no tangent
    for axis in range(2):
        along = np.zeros(2)
        along[axis] = step
        there = HILLS.spot_height_m(float(at[0] + along[0]), float(at[1] + along[1]))
        assert -normal[axis] / normal[2] == pytest.approx((there - at[2]) / step, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(inside, inside, near_edge, st.booleans())
def test_a_plane_is_as_near_as_the_terrain_also_on_crests_and_in_dips(
    x: float, y: float, beside_m: float, at_edge: bool
) -> None:
    hub = np.array(hub_over(HILLS, 2.0 * round(x / 2.0) + beside_m if at_edge else x, y))
    at, normal = plane_under(HILLS, (hub[0], hub[1], hub[2]))
    around = np.arange(-0.2, 0.2, 0.005)
    edges = 2.0 * np.round(hub[:2] / 2.0)  # the sharpest crests and dips near by
    xs, ys = np.meshgrid(*(np.append(hub[axis] + around, edges[axis]) for axis in (0, 1)))
    points = np.stack((xs, ys, HILLS.height_at(xs, ys)), axis=-1)
    away_m = np.linalg.norm(points - hub, axis=-1).min()
    assert (hub - at) @ normal == pytest.approx(away_m, abs=5e-5)


def test_a_place_beyond_the_terrain_still_has_ground() -> None:
    at, normal = plane_under(HILLS, (500.0, 3.0, 0.3))
    assert at[0] <= 20.0
    assert normal[2] > 0.5


@pytest.mark.parametrize(("rise", "sinks_m"), [(-0.2, 0.004), (0.05, 0.003), (0.2, 0.01)])
def test_wheels_keep_to_the_ground_over_a_crest_and_through_a_dip(
    rise: float, sinks_m: float
) -> None:
    world = plane_world()
    xs = world.terrain.west_m + world.terrain.cell_m * np.arange(world.terrain.heights_m.shape[1])
    heights = np.tile(rise * np.abs(xs), (len(world.terrain.heights_m), 1))
    edge = replace(world, terrain=replace(world.terrain, heights_m=heights))
    car, gaps = Simulator(edge, SPEC, Pose2(-2.5, 0.0, 0.0), cameras=False), []
    wheels = [car._plant.data.body(name).id for name in WHEELS]
    while car.truth.pose.x_m < 1.5 and car.now_s < 8.0:
        car.step(DriveCommand(1.39))
        for x, _, z in car._plant.data.xpos[wheels]:
            gaps.append(away_from_edge_m(x, z, rise) - SPEC.wheel_radius_m)
    assert car.truth.pose.x_m >= 1.5
    assert min(gaps) > -sinks_m
    assert max(gaps) < 0.012


def away_from_edge_m(x: float, z: float, rise: float) -> float:
    """Of a hub from two planes that rise from x = 0, z = 0 to either side."""
    if abs(x) < -rise * z:
        return math.hypot(x, z)
    return (z - rise * abs(x)) / math.hypot(1.0, rise)


@pytest.mark.parametrize(("grade", "yaw"), [(0.0, 0.0), (0.15, 0.3), (-0.2, 2.0)])
def test_a_vehicle_stands_on_the_slope_as_it_lies(grade: float, yaw: float) -> None:
    plant = Plant(plane_world(grade), SPEC, Pose2(3.0, 1.0, yaw))
    plant.step(1.0)
    up = plant.map_from_base[:, 2]
    assert up == pytest.approx(np.array((-grade, 0.0, 1.0)) / math.hypot(1.0, grade), abs=0.02)
    x, _, z = plant.position_map
    assert z == pytest.approx(grade * x, abs=0.03)
    assert plant.data.ncon == 4


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-15, 15), st.floats(-15, 15)), min_size=1, max_size=8))
def test_a_kerb_is_near_wherever_a_tyre_could_touch_it(places: list[tuple[float, float]]) -> None:
    reach_m = 1.3
    watch = _NearKerbs(KERBS, reach_m)
    for place in places:
        away_m = min(_distance(kerb, place) for kerb in KERBS)
        if abs(away_m - (reach_m + 0.1 + MARGIN_M)) > 1e-6:
            assert watch.are_near(*place) == (away_m < reach_m + 0.1 + MARGIN_M)


def test_without_kerbs_none_is_near() -> None:
    assert not _NearKerbs([], 1.0).are_near(0.0, 0.0)


def test_wheels_meet_the_world_only_while_a_kerb_is_near() -> None:
    plant = Plant(plane_world(), SPEC, Pose2(0.0, 0.0, 0.0))
    assert not plant.model.body_contype[0] & GROUND_BIT


def _distance(kerb: Kerb, place: tuple[float, float]) -> float:
    start, end = np.array(kerb.start[:2]), np.array(kerb.end[:2])
    share = float(
        np.clip((np.array(place) - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
    )
    return float(np.linalg.norm(start + share * (end - start) - place))
