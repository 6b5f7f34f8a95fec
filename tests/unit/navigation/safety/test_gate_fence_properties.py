"""What holds for the fence whoever drives, and wherever a vehicle stands."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fencing.honest_route import HonestRoute
from benchmarks.fencing.wild_drive import (
    Wild,
    WildDrive,
    fenced_gate,
    ground_of,
    open_gate,
    outline,
)
from benchmarks.steering.bicycle import Bicycle
from navigation.safety import gate
from navigation.safety.fence import BESIDE_M, RETURN_MPS
from navigation.safety.ground import Ground
from navigation.types import Command, steering_for
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from tests.unit.navigation.safety.fence_hands import ask, at, fenced, street, zone
from tests.unit.navigation.safety.gate_hands import NOW, SPEC, STEP_S

MAPS = Path(__file__).parents[4] / "maps"
LOCK = 1.0 / SPEC.min_turning_radius_m
WILD, HONEST = 16, (1, 3)
WILD_S = 16.0
REACH_M = 7.0
coordinates = st.floats(-5.0, 25.0)
corners = st.tuples(st.floats(4.0, 16.0), st.floats(-4.0, 4.0))


@pytest.fixture(scope="module")
def towns() -> list[PatrolMap]:
    return [load_map(MAPS / f"{name}.geojson") for name in ("sillim", "proving_ground")]


def test_nobody_drives_it_out(towns: list[PatrolMap]) -> None:
    """benchmarks/geofence.py does the same a thousand times."""
    drives = [WildDrive(i, towns[i % 2], SPEC, fenced_gate).run(WILD_S) for i in range(WILD)]
    judged = [drive for drive in drives if drive.is_judged]
    assert len(judged) > 0.7 * WILD
    assert sum(drive.exits for drive in judged) == 0
    assert sum(bool(drive.refusals) for drive in judged) > 0.7 * len(judged)


def test_without_the_fence_they_do(towns: list[PatrolMap]) -> None:
    drives = [WildDrive(i, towns[i % 2], SPEC, open_gate).run(WILD_S) for i in range(12)]
    assert sum(bool(drive.exits) for drive in drives) >= 4


@pytest.mark.parametrize("seed", HONEST)
def test_an_honest_route_never_notices_it(seed: int, towns: list[PatrolMap]) -> None:
    route = HonestRoute(seed, towns[seed % 2], SPEC).run()
    assert route.is_finished
    assert (route.exits, route.refusals) == (0, 0)


@settings(max_examples=200, deadline=None)
@given(coordinates, st.floats(-8.0, 8.0), st.tuples(corners, corners, corners))
def test_depth_is_the_distance_to_the_border(
    x_m: float, y_m: float, ring: tuple[tuple[float, float], ...]
) -> None:
    """Never more than the exact one, of the same sign."""
    if shapely.Polygon(ring).area < 0.5:
        return
    patrol_map = street(zone(*ring), width_m=4.0)
    ground = Ground(patrol_map, BESIDE_M, REACH_M)
    ground.move_to(x_m, y_m, NOW)
    here = np.array([(x_m, y_m)])
    depth_m = float(min(ground.ways_depth_m(here)[0], ground.zones_depth_m(here)[0]))
    exact = ground_of(patrol_map, Pose2(x_m, y_m, 0.0))
    point = shapely.Point(x_m, y_m)
    if exact.covers(point):
        assert depth_m <= exact.boundary.distance(point) + 0.01
        assert depth_m >= -0.01
    elif depth_m > -REACH_M:
        assert depth_m <= 0.01


@settings(max_examples=200, deadline=None)
@given(
    st.floats(0.0, 60.0), st.floats(-4.0, 4.0), st.floats(-math.pi, math.pi),
    st.floats(0.05, 1.39), st.floats(-LOCK, LOCK), st.booleans(), st.floats(0.0, 0.3),
)  # fmt: skip
def test_a_less_certain_pose_never_gives_a_faster_command(
    x_m: float, y_m: float, yaw: float, speed: float, bend: float, back: bool, sigma_m: float
) -> None:
    speed = -min(speed, gate.REVERSE_CAP_MPS) if back else speed
    command = Command(speed, speed * bend)
    sure = at(x_m, y_m, yaw)
    unsure = dataclasses.replace(sure, covariance=np.diag((sigma_m**2, sigma_m**2, 0.0)))
    limits = [ask(fenced(gate, street()), p, command, speed_mps=speed) for p in (sure, unsure)]
    pace = RETURN_MPS  # at which it comes back where an unsure pose may be outside
    assert limits[1].speed_limit_mps <= max(limits[0].speed_limit_mps, pace)


@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_outside_gets_no_further_out(seed: int) -> None:
    rng = np.random.default_rng([seed, 47])
    town = street()
    ground = ground_of(town, Pose2(20.0, 0.0, 0.0))
    aside_m = float(rng.uniform(2.3, 4.0) * rng.choice((-1.0, 1.0)))
    vehicle = Bicycle(SPEC, Pose2(20.0, aside_m, float(rng.uniform(-math.pi, math.pi))))
    stage, wild, steering = fenced(gate, town), Wild(SPEC, rng), 0.0
    corners_base = outline(SPEC)

    def out_m() -> float:
        corners_map = vehicle.pose.transform_points(corners_base)
        return float(shapely.distance(ground, shapely.points(corners_map)).max())

    furthest_m = begun_m = out_m()
    for cycle in range(600):
        now_s = NOW + cycle * STEP_S
        pose = dataclasses.replace(at(0.0, now_s=now_s), pose=vehicle.pose)
        base = {"speed_mps": vehicle.speed_mps, "steering_rad": vehicle.steering_rad}
        command = ask(stage, pose, wild.command(now_s), now_s, **base).command
        told = steering_for(command, SPEC.wheelbase_m)
        steering = steering if told is None else told
        vehicle.drive(command.speed_mps, steering, STEP_S)
        furthest_m = max(furthest_m, out_m())
    assert furthest_m <= begun_m + 0.15
