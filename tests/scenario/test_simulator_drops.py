"""The safety gate on simulated ground: kerbs and crests are driven, edges are stopped short of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulating.plane import ORIGIN, plane_map
from navigation.safety.gate import SafetyGate
from navigation.types import Command, GateInputs, RangeSample, steering_for
from patrol.faults import FaultKind
from patrol.geometry import Scan
from patrol.vehicle import load_vehicle
from simulation.mujoco.simulator import Simulator
from simulation.pits import Pit
from simulation.props import Kerb
from simulation.terrain import Terrain
from simulation.types import DriveCommand
from simulation.world import World, build_world

SPEC = load_vehicle(Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml")
CAP = SPEC.speed_cap_mps
STEP_S = 0.02


def drive(world: World, command: Command, for_s: float) -> tuple[set[FaultKind], Simulator]:
    """All faults that the gate opened, and the vehicle at the end."""
    car = Simulator(world, SPEC, ORIGIN, 1, cameras=False)
    gate, faults, steering_rad = SafetyGate(SPEC), set[FaultKind](), 0.0
    scan: Scan | None = None
    heard: dict[str, RangeSample] = {}
    drive_now = DriveCommand()
    for cycle in range(round(for_s / STEP_S)):
        car.step(drive_now, STEP_S)
        frame = car.poll()
        scan = frame.scans[-1] if frame.scans else scan
        for r in (*frame.ranges, *frame.drops):
            heard[r.sensor.name] = RangeSample(r.stamp_s, r.sensor.name, r.range_m)
        inputs = GateInputs(command, car.now_s, scan, frame.base, tuple(heard.values()))
        output = gate.step(inputs, car.now_s)
        faults |= output.faults if cycle > 10 else set()
        steering = steering_for(output.command, SPEC.wheelbase_m)
        steering_rad = steering_rad if steering is None else steering
        drive_now = DriveCommand(output.command.speed_mps, steering_rad)
        assert not frame.contacts
    return faults, car


def with_kerbs(places_m: Sequence[float], height_m: float) -> World:
    """Stones 0.25 m deep across the way of a vehicle that drives to the east."""
    kerbs = [Kerb((x, 3.0, 0.0), (x, -3.0, 0.0), 0.25, height_m, crossed=True) for x in places_m]
    return replace(build_world(plane_map()), kerbs=kerbs)


def with_crest(grade: float) -> World:
    """Up, and at once down again, 8 m ahead."""
    world = build_world(plane_map())
    flat = world.terrain
    x = flat.west_m + flat.cell_m * np.arange(flat.heights_m.shape[1])
    heights = np.broadcast_to(-grade * np.abs(x - 8.0), flat.heights_m.shape).copy()
    return replace(world, terrain=Terrain(flat.west_m, flat.south_m, flat.cell_m, heights))


@pytest.mark.parametrize("speed_mps", [0.5, CAP])
def test_kerbs_of_5_cm_up_and_down_do_not_stop_it(speed_mps: float) -> None:
    faults, car = drive(with_kerbs((4.0, 6.0, 6.5), 0.05), Command(speed_mps, 0.0), 14.0)
    assert faults == set()
    assert car.truth.pose.x_m > 6.0 * speed_mps


@pytest.mark.parametrize("grade", [math.tan(math.radians(5.0)), -math.tan(math.radians(5.0))])
def test_a_crest_and_a_dip_of_twice_5_degrees_do_not_stop_it(grade: float) -> None:
    faults, car = drive(with_crest(grade), Command(CAP, 0.0), 11.0)
    assert faults == set()
    assert car.truth.pose.x_m > 10.0


@pytest.mark.parametrize("depth_m", [0.2, 2.5])
def test_stops_short_of_an_edge_ahead_at_full_speed(depth_m: float) -> None:
    pit = Pit("edge", 12.0, 0.0, 0.0, 10.0, 20.0, depth_m)
    faults, car = drive(build_world(plane_map(), pits=[pit]), Command(CAP, 0.0), 10.0)
    assert faults == {FaultKind.DROP_AHEAD}
    assert 0.2 < 7.0 - (car.truth.pose.x_m + SPEC.front_m) < 0.9


def test_stops_short_of_an_edge_behind() -> None:
    pit = Pit("edge", -4.0, 0.0, 0.0, 4.0, 20.0, 0.3)
    faults, car = drive(build_world(plane_map(), pits=[pit]), Command(-0.3, 0.0), 10.0)
    assert faults == {FaultKind.DROP_AHEAD}
    assert 0.15 < car.truth.pose.x_m - SPEC.rear_overhang_m + 2.0 < 0.6
