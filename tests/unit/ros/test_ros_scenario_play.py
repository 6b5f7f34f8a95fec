"""A scenario through ROS: where it starts, and what its script reads of the nodes' messages."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.types import Mode, NavigationState
from patrol.errors import ConfigError
from patrol.faults import FaultKind
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, StampedPose
from patrol.map_geojson import load_map
from patrol.vda5050.messages import ActionState, NodeState
from patrol_bringup.settings import VehicleSettings
from patrol_navigation.convert import message_of_state
from patrol_ros.places import start_pose
from patrol_simulation.heard import carried_on, state_of, true_offset_m
from simulation.scenarios.load import load_scenario

ROOT = Path(__file__).parents[3]
DRIVING = ROOT / "config" / "scenarios" / "driving"
GROUND = load_map(ROOT / "maps" / "proving_ground.geojson")
coordinates = st.floats(-100, 100)
angles = st.floats(-3.1, 3.1)


def settings_for(name: str, tmp_path: Path) -> VehicleSettings:
    return VehicleSettings(
        vehicle_file=ROOT / "config" / "vehicles" / "goalie.yaml",
        map_file=ROOT / "maps" / "proving_ground.geojson",
        state_dir=tmp_path,
        simulated=True,
        scenario_file=DRIVING / name,
    ).resolved()


def test_localization_is_told_the_scenarios_own_start(tmp_path: Path) -> None:
    settings = settings_for("corners.yaml", tmp_path)
    told = start_pose(GROUND, settings.start_place, settings.start_dock)
    assert told == load_scenario(DRIVING / "corners.yaml").start
    assert settings.parameters()["start_place"] == settings.start_place


def test_a_scenario_on_a_dock_names_the_dock(tmp_path: Path) -> None:
    settings = settings_for("street.yaml", tmp_path)
    assert (settings.start_dock, settings.start_place) == ("dock-1", "")


@pytest.mark.parametrize("text", ["1,2", "a,b,c", "1,2,3,4"])
def test_a_start_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"is not x,y,yaw"):
        start_pose(GROUND, text, "")


@given(coordinates, coordinates, angles, st.floats(-2, 2))
def test_the_offset_across_an_estimate_is_found(x: float, y: float, yaw: float, d: float) -> None:
    estimate = Pose2(x, y, yaw)
    truth = Pose2(*estimate.transform(0.7, d), yaw)
    assert true_offset_m(truth, estimate) == pytest.approx(d, abs=1e-6)


@given(angles, st.floats(0.2, 1.4), st.floats(0.01, 0.2))
def test_an_estimate_is_carried_on_along_its_circle(yaw: float, v: float, dt: float) -> None:
    rate = 0.4
    last = StampedPose(10.0, Pose2(1.0, 2.0, yaw), np.zeros((3, 3)), v, rate)
    found = carried_on(last, 10.0 + dt)
    x = 1.0 + v / rate * (math.sin(yaw + rate * dt) - math.sin(yaw))
    y = 2.0 - v / rate * (math.cos(yaw + rate * dt) - math.cos(yaw))
    assert (found.x_m, found.y_m) == pytest.approx((x, y), abs=1e-4)
    assert found.yaw_rad == pytest.approx(wrap_angle(yaw + rate * dt))


def test_an_old_moment_is_not_carried_back() -> None:
    last = StampedPose(10.0, Pose2(1.0, 2.0, 0.3), np.zeros((3, 3)), 1.0, 0.1)
    found = carried_on(last, 9.0)
    assert (found.x_m, found.y_m, found.yaw_rad) == pytest.approx((1.0, 2.0, 0.3))


def test_a_script_reads_back_what_navigation_says() -> None:
    state = NavigationState(
        order_id="o", last_node_id="7", last_node_sequence_id=4, driving=True,
        node_states=(NodeState("8", 6, True),),
        action_states=(ActionState(action_id="a", action_type="x", action_status="RUNNING"),),
        faults=frozenset({FaultKind.SCAN_STALE}), mode=Mode.WAITING, waiting_for="somebody",
    )  # fmt: skip
    assert state_of(message_of_state(state, "boot", 12.5)) == state
