"""Velocity commands to the base, and the wheels' dead reckoning."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from navigation.types import BaseStatus, Command, GateOutput
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.vehicle import load_vehicle
from patrol_base.convert import dead_reckon, drive_for, message_of_safety
from patrol_ros.convert import message_of_drive
from patrol_ros.latest import Latest

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")


@pytest.mark.parametrize("command", [None, Command(math.nan, 0.0), Command(1.0, math.inf)])
def test_no_usable_command_brakes_and_keeps_the_wheels(command: Command | None) -> None:
    assert drive_for(command, 0.2, SPEC) == (0.0, 0.2)


def test_a_curve_becomes_the_ackermann_angle() -> None:
    speed_mps, steering_rad = drive_for(Command(1.0, 0.5), 0.0, SPEC)
    assert speed_mps == 1.0
    assert steering_rad == pytest.approx(math.atan(SPEC.wheelbase_m * 0.5))


def test_steering_stays_within_the_lock() -> None:
    assert drive_for(Command(0.2, 2.0), 0.0, SPEC)[1] == SPEC.max_steering_rad
    assert drive_for(Command(0.2, -2.0), 0.0, SPEC)[1] == -SPEC.max_steering_rad


def test_standing_keeps_the_wheels_where_they_are() -> None:
    assert drive_for(Command(0.0, 0.3), -0.4, SPEC) == (0.0, -0.4)


def test_a_full_circle_of_dead_reckoning_comes_back() -> None:
    status = BaseStatus(0.0, 1.0, 0.3)
    radius_m = SPEC.wheelbase_m / math.tan(0.3)
    pose, steps = Pose2(0, 0, 0), 1000
    for _ in range(steps):
        pose = dead_reckon(pose, status, 2 * math.pi * radius_m / steps, SPEC.wheelbase_m)
    assert math.hypot(pose.x_m, pose.y_m) < 0.01


def test_safety_state_names_its_faults() -> None:
    output = GateOutput(Command(0, 0), frozenset({FaultKind.TILT}), True, 0.0, math.inf)
    message = message_of_safety(output, None, 5.0)
    assert (message.latched, message.faults, message.emergency_stop) == (True, ["tilt"], False)
    assert message.nearest_obstacle_m == math.inf
    assert not message.cut_power


def test_cut_power_passes_from_the_gate_to_the_base() -> None:
    faults = frozenset({FaultKind.BASE_DISOBEYS})
    output = GateOutput(Command(0, 0), faults, True, 0.0, math.inf, cut_power=True)
    assert message_of_safety(output, None, 5.0).cut_power
    assert message_of_drive(0.0, 0.1, 5.0, cut_power=True).cut_power
    assert not message_of_drive(0.0, 0.1, 5.0).cut_power


def test_latest_keeps_the_newest_and_knows_its_age() -> None:
    latest: Latest[str] = Latest()
    assert latest.fresh(10.0, 1.0) is None
    latest.put("new", 9.5)
    latest.put("late", 9.0)
    assert latest.fresh(10.0, 0.5) == "new"
    assert latest.fresh(10.1, 0.5) is None


def test_latest_is_not_fresh_when_the_clock_was_set_back() -> None:
    latest: Latest[str] = Latest()
    latest.put("drive", 1000.0)
    latest.put("stop", 940.1)
    assert latest.fresh(940.1, 0.1) is None
