"""The planes under the wheels are the terrain's tangents; kerbs count while one is near."""

from __future__ import annotations

import math
from pathlib import Path

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulating.plane import plane_world
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle
from simulation.mujoco.footing import MARGIN_M, _NearKerbs, lay_planes
from simulation.mujoco.groups import GROUND_BIT
from simulation.mujoco.plant import Plant
from simulation.props import Kerb
from simulation.terrain import Terrain

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
HILLS = Terrain(-20.0, -20.0, 2.0, np.random.default_rng(3).normal(0.0, 0.2, (21, 21)))
KERBS = [
    Kerb((x, y, 0.0), (x + 3.0, y + 1.0, 0.0), 0.2, 0.12) for x, y in ((4, 2), (-9, 7), (9, -8))
]
RADIUS_M = 0.2
inside = st.floats(-18.0, 18.0)


def planes_under(terrain: Terrain, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    at, turns = np.zeros((1, 3)), np.zeros((1, 4))
    ids = np.zeros(1, np.int32)
    wheel = np.array([(x, y, 1.0)])
    lay_planes(
        terrain.heights_m, terrain.west_m, terrain.south_m, terrain.cell_m, RADIUS_M,
        wheel, ids, ids, at, turns,
    )  # fmt: skip
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, turns[0])
    return at[0], turn.reshape(3, 3)[:, 2]


@settings(max_examples=100, deadline=None)
@given(inside, inside)
def test_a_plane_touches_the_terrain_and_lies_along_it(x: float, y: float) -> None:
    at, normal = planes_under(HILLS, x, y)
    assert at[2] == pytest.approx(HILLS.spot_height_m(float(at[0]), float(at[1])), abs=1e-9)
    assert np.linalg.norm(normal) == pytest.approx(1.0)
    cell = [math.floor((v + 20.0) / 2.0) for v in at[:2]]
    step = np.array(
        [1e-4 if (v + 20.0) / 2.0 - i < 0.5 else -1e-4 for v, i in zip(at, cell, strict=False)]
    )
    for axis in range(2):  # within the cell, towards its middle
        along = np.zeros(2)
        along[axis] = step[axis]
        there = HILLS.spot_height_m(float(at[0] + along[0]), float(at[1] + along[1]))
        slope = (there - at[2]) / step[axis]
        assert -normal[axis] / normal[2] == pytest.approx(slope, abs=1e-4)


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
