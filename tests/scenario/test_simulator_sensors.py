"""Sensors in the simulator: ranges, pictures, levels, and the truth that they are scored with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulating.physics import WALL, WALL_X_M
from benchmarks.simulating.plane import ORIGIN, on_plane, plane_map, plane_world
from navigation.types import GnssFixType
from patrol.map import Building
from patrol.vehicle import CameraSpec, load_vehicle
from simulation.actors.kinds import Posture
from simulation.actors.people import stays, walks
from simulation.actors.spec import ActorSpec
from simulation.conditions import Conditions, Weather
from simulation.mujoco import pictures
from simulation.mujoco.simulator import Simulator
from simulation.pits import Pit
from simulation.types import DriveCommand, SensorOptions
from simulation.world import build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
FRONT = SPEC.cameras[0]


def among(actors: Sequence[ActorSpec], buildings: Sequence[Building] = ()) -> Simulator:
    return on_plane(build_world(plane_map(buildings=buildings), actors), SPEC)


def worst_fix(buildings: Sequence[Building], *, shadow: bool) -> GnssFixType:
    world, options = build_world(plane_map(buildings=buildings)), SensorOptions(gnss_shadow=shadow)
    car = Simulator(world, SPEC, ORIGIN, 0, cameras=False, options=options)
    car.step(DriveCommand(), 2.0)
    return min(fix.fix for fix in car.poll().gnss)


def camera(name: str, yaw_rad: float, width_px: int = 160) -> CameraSpec:
    return replace(FRONT, name=name, yaw_rad=yaw_rad, width_px=width_px, height_px=96)


THERMAL = replace(camera("thermal", 0.0, 80), height_px=64, rate_hz=5.0)


def test_ultrasonic_rangers_measure_the_nearest_thing_in_their_cones() -> None:
    wall = replace(WALL, polygon_map=((3.0, -9.0), (5.0, -9.0), (5.0, 9.0), (3.0, 9.0)))
    car = among([], [wall])
    car.step(DriveCommand(), 0.5)
    ranges = {r.sensor.name: r.range_m for r in car.poll().ranges}
    assert ranges["front_left"] == pytest.approx(3.0 - SPEC.ultrasonics[0].x_m, abs=0.06)
    assert ranges["front_right"] == pytest.approx(3.0 - SPEC.ultrasonics[0].x_m, abs=0.06)
    assert ranges["rear_left"] == math.inf


def test_ultrasonic_blind_zone_reads_the_least_range() -> None:
    near = SPEC.ultrasonics[0].x_m + 0.1
    wall = replace(WALL, polygon_map=((near, -9.0), (5.0, -9.0), (5.0, 9.0), (near, 9.0)))
    car = among([], [wall])
    car.step(DriveCommand(), 0.1)
    assert min(r.range_m for r in car.poll().ranges) == SPEC.ultrasonics[0].range_min_m


def looking_down(*pits: Pit, buildings: Sequence[Building] = ()) -> dict[str, float]:
    car = on_plane(build_world(plane_map(buildings=buildings), pits=pits), SPEC)
    car.step(DriveCommand(), 0.5)
    return {r.sensor.name: r.range_m for r in car.poll().drops[-len(SPEC.drop_rangers) :]}


def test_drop_rangers_measure_level_ground() -> None:
    ranges = looking_down()
    assert set(ranges) == {ranger.name for ranger in SPEC.drop_rangers}
    for ranger in SPEC.drop_rangers:
        assert ranges[ranger.name] == pytest.approx(ranger.level_range_m, abs=0.06)


def test_drop_rangers_look_into_pits_and_see_no_water() -> None:
    x_m = SPEC.drop_rangers[0].foot_m[0] + 2.0
    pit = Pit("trench", x_m, 2.1, 0.0, 5.0, 4.0, 0.3)  # under the left beams alone
    ranges = looking_down(pit)
    left = SPEC.drop_rangers[1]
    assert ranges["drop_left"] - left.level_range_m == pytest.approx(
        0.3 / math.sin(left.pitch_rad), abs=0.06
    )
    assert ranges["drop_right"] == pytest.approx(SPEC.drop_rangers[3].level_range_m, abs=0.06)
    assert looking_down(replace(pit, water=True))["drop_left"] == math.inf
    assert looking_down(replace(pit, depth_m=3.0))["drop_left"] == math.inf


def test_drop_rangers_see_what_stands_on_the_ground() -> None:
    x_m = SPEC.front_m + 0.8
    wall = replace(WALL, polygon_map=((x_m, -9.0), (5.0, -9.0), (5.0, 9.0), (x_m, 9.0)))
    ranges = looking_down(buildings=[wall])
    middle = SPEC.drop_rangers[2]
    away_m = (x_m - middle.x_m) / math.cos(middle.pitch_rad)
    assert ranges["drop_middle"] == pytest.approx(away_m, abs=0.06)
    rear = SPEC.drop_rangers[5]
    assert ranges[rear.name] == pytest.approx(rear.level_range_m, abs=0.06)


def test_wheels_fall_into_a_pit_which_counts_as_a_contact() -> None:
    pit = Pit("trench", SPEC.wheelbase_m + 3.0, 0.0, 0.0, 4.0, 4.0, 0.2)
    car = on_plane(build_world(plane_map(), pits=[pit]), SPEC)
    contacts = []
    for _ in range(24):
        car.step(DriveCommand(1.0), 0.1)
        contacts += car.poll().contacts
    assert contacts == ["pit trench"]
    assert car.base.pitch_rad > 0.1  # the front wheels hang lower


def test_fog_shortens_scans() -> None:
    fog = Conditions(weather=Weather.FOG, visibility_m=15.0)
    seen = []
    for conditions in (Conditions(), fog):
        car = on_plane(plane_world(buildings=[WALL], conditions=conditions), SPEC)
        car.step(DriveCommand(), 0.1)
        seen.append(int(np.isfinite(car.poll().scans[-1].ranges_m).sum()))
    assert seen[1] < 0.7 * seen[0]


def test_houses_take_the_fix_that_open_ground_gives() -> None:
    rows = [
        Building(name, ((-30.0, y), (30.0, y), (30.0, y + 8.0), (-30.0, y + 8.0)), 30.0)
        for name, y in (("left", 2.0), ("right", -10.0))
    ]
    assert worst_fix([], shadow=True) is GnssFixType.RTK_FIXED
    assert worst_fix(rows, shadow=True) < GnssFixType.RTK_FIXED
    assert worst_fix(rows, shadow=False) is GnssFixType.RTK_FIXED


def test_the_microphone_hears_the_street_and_who_talks_near() -> None:
    levels = []
    for actors in ([], [stays("anna", (1.0, 1.5), Posture.TALKING)]):
        car = among(actors)
        car.step(DriveCommand(), 1.0)
        sounds = car.poll().sounds
        assert len(sounds) == 10
        levels.append(sounds[-1].level_dba)
    assert levels[0] == pytest.approx(50.0, abs=0.5)
    assert levels[1] > levels[0] + 3.0


def test_a_person_ahead_has_a_box_of_its_size_in_the_middle() -> None:
    car = among([stays("anna", (7.0, 0.0))])
    car.step(DriveCommand(), 0.1)
    (box,) = car.boxes(FRONT)
    left, top, right, bottom = box.box_xyxy_px
    assert (box.name, box.class_name) == ("anna", "person")
    assert (left + right) / 2 == pytest.approx(FRONT.width_px / 2, abs=3)
    away = 7.0 - FRONT.x_m
    assert bottom - top == pytest.approx(FRONT.focal_px * 1.72 / away, rel=0.15)
    assert 0.2 < (right - left) / (bottom - top) < 0.4
    assert (box.occlusion, box.truncation) == (0.0, 0.0)
    assert box.distance_m == pytest.approx(away, abs=0.3)


def test_what_stands_in_front_hides_and_what_stands_behind_does_not() -> None:
    low = Building("low", ((5.0, -1.0), (5.5, -1.0), (5.5, 1.0), (5.0, 1.0)), 0.9)
    car = among([stays("anna", (7.0, 0.0)), stays("ben", (9.0, 3.0))], [low])
    car.step(DriveCommand(), 0.1)
    shares = {box.name: box.occlusion for box in car.boxes(FRONT)}
    assert 0.2 < shares["anna"] < 0.9
    assert shares["ben"] == 0.0


def test_a_wall_hides_all_and_what_is_behind_the_camera_has_no_box() -> None:
    car = among([stays("anna", (16.0, 0.0)), stays("ben", (-6.0, 0.0))], [WALL])
    car.step(DriveCommand(), 0.1)
    assert [(box.name, box.occlusion) for box in car.boxes(FRONT)] == [("anna", 1.0)]
    backwards = [box.name for box in car.boxes(camera("back", math.pi))]
    assert backwards == ["ben"]
    assert WALL_X_M > 7.0


def test_half_of_a_person_at_the_border_is_outside() -> None:
    half_fov = FRONT.horizontal_fov_rad / 2
    away = 5.0
    car = among([stays("anna", (FRONT.x_m + away, away * math.tan(half_fov)))])
    car.step(DriveCommand(), 0.1)
    (box,) = car.boxes(FRONT)
    assert 0.2 < box.truncation < 0.8
    assert box.box_xyxy_px[0] == 0.0


def test_walkers_and_the_lying_move_their_boxes() -> None:
    car = among([walks("w", ((8.0, -3.0), (8.0, 3.0)), speed_mps=1.0),
                 stays("l", (6.0, 2.0), Posture.LYING_SUPINE)])  # fmt: skip
    car.step(DriveCommand(), 0.1)
    first = {box.name: box for box in car.boxes(FRONT)}
    car.step(DriveCommand(), 2.0)
    second = {box.name: box for box in car.boxes(FRONT)}
    assert 1.2 < second["w"].position_map[1] - first["w"].position_map[1] < 2.2
    left, top, right, bottom = second["l"].box_xyxy_px
    assert bottom - top < right - left


@pytest.mark.parametrize("count", [1, 4])
def test_up_to_four_cameras_and_a_thermal_one_take_pictures(count: int) -> None:
    cameras = tuple(camera(f"c{i}", i * math.pi / 2) for i in range(count))
    spec = replace(SPEC, cameras=cameras, thermal_cameras=(THERMAL,))
    world = build_world(plane_map(), [stays("anna", (5.0, 0.0))])
    car = Simulator(world, spec, ORIGIN, 0, thermal=True, camera_backend="software")
    car.step(DriveCommand(), 0.4)
    frame = car.poll()
    car.close()
    assert {image.camera.name for image in frame.images} == {c.name for c in cameras}
    assert len(frame.images) == 2 * count
    assert len(frame.thermal) == 2
    assert frame.thermal[0].celsius.shape == (64, 80)
    assert frame.thermal[0].celsius.max() > 25.0


def test_thermal_cameras_open_no_renderer_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "open_renderer", lambda *_: pytest.fail("opened a renderer"))
    spec = replace(SPEC, cameras=(), thermal_cameras=(THERMAL,))
    for car in (
        Simulator(plane_world(), spec, ORIGIN, camera_backend="software"),
        Simulator(plane_world(), spec, ORIGIN, cameras=False, thermal=True),
    ):
        car.step(DriveCommand(), 0.4)
        assert car.poll().thermal == []
        car.close()


def test_thermal_cameras_draw_nothing_beside_others_unless_asked() -> None:
    spec = replace(SPEC, cameras=(camera("front", 0.0),), thermal_cameras=(THERMAL,))
    car = Simulator(plane_world(), spec, ORIGIN, camera_backend="software")
    car.step(DriveCommand(), 0.4)
    frame = car.poll()
    car.close()
    assert len(frame.images) > 0
    assert frame.thermal == []
