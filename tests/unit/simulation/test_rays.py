"""Rays give the ranges that MuJoCo's own rays give, and that geometry says."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from patrol.vehicle import load_vehicle
from simulation.camera.mesh import rotation_map
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.mujoco.obstacle_rays import Cones, Fan, ObstacleRays
from simulation.mujoco.ultrasonic import Ultrasonics, cone_directions
from simulation.terrain import Terrain

REACH_M = 26.0
FAN = Fan(-2.356, 4.712 / 180, 181)
ANGLES = FAN.angle_min_rad + FAN.increment_rad * np.arange(FAN.rays)
FLAT = np.column_stack((np.cos(ANGLES), np.sin(ANGLES), np.zeros(FAN.rays)))
PRISM = "0 0 -1  2 0 -1  2.5 1.5 -1  1 3 -1  0 0 4  2 0 4  2.5 1.5 4  1 3 4"
WORLD = f"""
<mujoco>
  <asset><mesh name="house" vertex="{PRISM}"/></asset>
  <worldbody>
    <geom name="house" type="mesh" mesh="house" pos="6 -2 0"/>
    <geom name="kerb" type="box" size="9 0.1 0.12" pos="0 4 0" euler="0 3 20"/>
    <geom name="car" type="box" size="2.2 0.9 0.7" pos="-7 -5 0.6" euler="2 -4 70"/>
    <geom name="pole" type="cylinder" size="0.15 3" pos="-4 3 2.5"/>
    <geom name="ball" type="sphere" size="0.4" pos="3 7 0.5"/>
    <geom name="far house" type="mesh" mesh="house" pos="60 40 0"/>
    <geom name="vehicle" type="box" size="0.3 0.3 0.3" group="2"/>
    <body name="person" mocap="true" pos="1 -5 0">
      <geom name="leg" type="capsule" fromto="0 0.1 0.1 0.1 0.1 0.8" size="0.09"/>
      <geom name="trunk" type="capsule" fromto="0 0 0.9 0 0 1.4" size="0.2"/>
    </body>
  </worldbody>
</mujoco>"""
MODEL = mujoco.MjModel.from_xml_string(WORLD)
near = st.floats(-9.0, 9.0)
tilt = st.floats(-0.2, 0.2)


def placed(person_x_m: float = 1.0) -> mujoco.MjData:
    data = mujoco.MjData(MODEL)
    data.mocap_pos[0, 0] = person_x_m
    mujoco.mj_forward(MODEL, data)
    return data


def mujoco_ranges(
    data: mujoco.MjData, eye: NDArray[np.float64], directions: NDArray[np.float64]
) -> NDArray[np.float64]:
    ids, ranges = np.zeros(len(directions), np.int32), np.zeros(len(directions))
    groups = np.zeros(6, np.uint8)
    groups[OBSTACLE_GROUP] = 1
    mujoco.mj_multiRay(
        MODEL, data, eye, directions.ravel(), groups, 1, -1, ids, ranges, None,
        len(directions), REACH_M,
    )  # fmt: skip
    return np.where(ids >= 0, ranges, np.inf)


@settings(max_examples=60, deadline=None)
@given(near, near, st.floats(0.02, 2.0), st.floats(-math.pi, math.pi), tilt, tilt)
def test_a_fan_sees_what_the_engine_sees(
    x: float, y: float, z: float, yaw: float, pitch: float, roll: float
) -> None:
    data, eye = placed(), np.array((x, y, z))
    turn = rotation_map(yaw, pitch, roll)
    directions = FLAT @ turn.T
    expected = mujoco_ranges(data, eye, directions)
    seen = ObstacleRays(MODEL, data, REACH_M).fan(eye, turn.ravel(), FAN, directions)
    apart = np.abs(
        np.where(np.isinf(seen), 99.0, seen) - np.where(np.isinf(expected), 99.0, expected)
    )
    assert np.count_nonzero(apart > 1e-5) <= 1  # one that just grazes an edge


def test_a_fan_follows_what_moves_and_looks_anew_when_its_eye_has_moved() -> None:
    data = placed()
    rays = ObstacleRays(MODEL, data, REACH_M)
    turn = np.eye(3).ravel()
    for eye in (np.array((1.0, -8.0, 1.0)), np.array((58.0, 41.0, 1.0))):
        for person_x_m in (1.0, 3.0, 57.0):
            data.mocap_pos[0, 0] = person_x_m
            mujoco.mj_kinematics(MODEL, data)
            seen = rays.fan(eye, turn, FAN, FLAT)
            assert seen == pytest.approx(mujoco_ranges(data, eye, FLAT), abs=1e-5)


def test_a_ray_from_within_a_thing_meets_its_far_side() -> None:
    data = placed()
    seen = ObstacleRays(MODEL, data, REACH_M).fan(
        np.array((-7.0, -5.0, 0.6)), np.eye(3).ravel(), FAN, FLAT
    )
    assert np.isfinite(seen).all()
    assert seen.max() < 2.5


@settings(max_examples=40, deadline=None)
@given(near, near, st.floats(-math.pi, math.pi), st.floats(0.2, 1.2))
def test_cones_hear_the_nearest_thing(x: float, y: float, yaw: float, cone: float) -> None:
    data, place, turn = placed(), np.array((x, y, 0.3)), rotation_map(yaw, 0.05, 0.0)
    mounts = np.array(((0.5, 0.2, 0.1), (-0.4, 0.0, 0.0)))
    rays = np.array([cone_directions(0.0, cone), cone_directions(2.0, cone)])
    found = ObstacleRays(MODEL, data, REACH_M).cones(
        place, turn.ravel(), Cones(mounts, rays, np.array((5.0, 5.0)))
    )
    for mount, bundle, away_m in zip(mounts, rays, found, strict=True):
        nearest = mujoco_ranges(data, place + turn @ mount, bundle @ turn.T).min()
        if min(nearest, away_m) <= 5.0:
            assert away_m == pytest.approx(nearest, abs=1e-5)


def test_a_vehicle_without_rangers_reads_none() -> None:
    spec = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
    assert replace(spec, ultrasonics=()).ultrasonics == ()
    xml = "<mujoco><worldbody><body name='chassis'/></worldbody></mujoco>"
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    rays = ObstacleRays(model, data, REACH_M)
    rangers = Ultrasonics(model, data, (), np.random.default_rng(0), rays)
    assert rangers.read(1, 0.0) == []


@settings(max_examples=60, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.2, -0.01), st.floats(-math.pi, math.pi))
def test_rays_meet_a_slope_where_geometry_says(grade: float, down: float, yaw: float) -> None:
    xs = -40.0 + 2.0 * np.arange(41)
    terrain = Terrain(-40.0, -40.0, 2.0, np.tile(grade * xs, (41, 1)))
    ray = np.array(
        [[math.cos(down) * math.cos(yaw), math.cos(down) * math.sin(yaw), math.sin(down)]]
    )
    falls = grade * ray[0, 0] - ray[0, 2]  # towards the ground, metres a metre
    expected = 0.35 / falls if falls > 0 else math.inf
    found = GroundRays(terrain, 25.0).ranges_m(np.array((0.0, 0.0, 0.35)), ray)[0]
    if expected < 24.0:
        assert found == pytest.approx(expected, abs=1e-6)
    elif expected > 27.0:
        assert found == math.inf


def test_ground_only_ever_shortens() -> None:
    terrain = Terrain(-40.0, -40.0, 2.0, np.zeros((41, 41)))
    down = np.array([[math.cos(0.05), 0.0, -math.sin(0.05)]] * 2)
    ranges = np.array((3.0, 20.0))
    GroundRays(terrain, 25.0).shorten(ranges, np.array((0.0, 0.0, 0.35)), down)
    assert ranges == pytest.approx((3.0, 0.35 / math.sin(0.05)))
