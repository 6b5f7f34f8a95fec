"""Every response of the fault table, driven to its safe state and out of it again."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from navigation.types import Mode
from patrol.faults import FaultKind, Response
from patrol.geometry import Pose2

EAST = Pose2(0.0, 0.0, 0.0)
ROUTE = [1, 2, 3, 4, 5]  # 4, at x = 70, is a waiting place


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    patrol = kit.Patrol(kit.street_map(), EAST)
    patrol.stack.accept_order(kit.make_order(patrol.map, ROUTE), patrol.now_s)
    patrol.run(12.0)
    assert patrol.vehicle.speed_mps > 1.3
    return patrol


Break = Callable[[Any], None]


def _stale_pose(patrol: Any) -> None:
    patrol.pose_age_s = 0.35


def _lost(patrol: Any) -> None:
    patrol.localization = frozenset({FaultKind.LOCALIZATION_LOST})


def _estop(patrol: Any) -> None:
    patrol.external = frozenset({FaultKind.EMERGENCY_STOP})


def _scan(patrol: Any) -> None:
    patrol.external = frozenset({FaultKind.SCAN_STALE})


@pytest.mark.parametrize("break_it", [_stale_pose, _lost, _estop, _scan])
def test_stops_now_and_goes_on_when_it_is_gone(patrol: Any, break_it: Break) -> None:
    break_it(patrol)
    patrol.run(1.0)
    assert patrol.vehicle.speed_mps == pytest.approx(0.0, abs=0.01)
    assert patrol.state.mode is Mode.STOPPED
    assert patrol.state.response >= Response.STOP
    assert patrol.state.waiting_for
    where = patrol.vehicle.pose
    patrol.run(5.0)
    assert patrol.vehicle.pose == where
    patrol.pose_age_s = 0.05
    patrol.localization = patrol.external = frozenset()
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(5) < 0.1


def test_slows_down_and_waits_at_the_next_waiting_place(patrol: Any) -> None:
    patrol.perception_age_s = 3.0
    patrol.run(4.0)
    assert patrol.state.mode is Mode.DRIVING
    assert patrol.vehicle.speed_mps == pytest.approx(0.5, abs=0.05)
    assert patrol.state.response is Response.SLOW_THEN_WAIT
    patrol.run_to(Mode.WAITING)
    patrol.run(2.0)
    assert patrol.state.mode is Mode.WAITING
    assert patrol.distance_to(4) < 0.15
    assert patrol.state.waiting_for == "Perception down"
    patrol.run(30.0)
    assert patrol.distance_to(4) < 0.15
    patrol.perception_age_s = 0.1
    patrol.run_to(Mode.FINISHED)


def test_a_short_gap_in_perception_only_slows_it(patrol: Any) -> None:
    patrol.perception_age_s = 3.0
    patrol.run(5.0)
    patrol.perception_age_s = 0.1
    patrol.run(5.0)
    assert patrol.vehicle.speed_mps > 1.3


def test_stands_where_it_is_when_it_already_waits_at_a_dock(kit: SimpleNamespace) -> None:
    patrol = kit.Patrol(kit.street_map(), EAST)
    patrol.battery_pct = 5.0
    patrol.stack.accept_order(kit.make_order(patrol.map, ROUTE), patrol.now_s)
    patrol.run(10.0)
    assert patrol.state.mode is Mode.WAITING
    assert patrol.distance_to(1) < 0.1
    assert FaultKind.BATTERY_CRITICAL in patrol.state.faults


def test_waits_at_the_end_of_the_base_when_no_waiting_place_comes(kit: SimpleNamespace) -> None:
    patrol = kit.Patrol(kit.street_map(), EAST)
    patrol.stack.accept_order(kit.make_order(patrol.map, ROUTE, released=3), patrol.now_s)
    patrol.run(12.0)
    patrol.perception_age_s = None
    patrol.run_to(Mode.WAITING)
    patrol.run(2.0)
    assert patrol.distance_to(3) < 0.15
    assert patrol.state.waiting_for == "Perception down"


def test_stays_at_its_dock_until_its_eyes_have_come_up(kit: SimpleNamespace) -> None:
    patrol = kit.Patrol(kit.street_map(), EAST)
    patrol.perception_age_s = None
    patrol.run(0.1)
    assert patrol.state.faults == {FaultKind.PERCEPTION_LOST}
    patrol.stack.accept_order(kit.make_order(patrol.map, ROUTE), patrol.now_s)
    patrol.run(20.0)
    assert patrol.state.mode is Mode.WAITING
    assert patrol.vehicle.pose == EAST
    patrol.perception_age_s = 0.1
    patrol.run_to(Mode.FINISHED)


def test_goes_on_offline_with_the_released_base(patrol: Any) -> None:
    patrol.link_up = False
    patrol.run(5.0)
    assert patrol.vehicle.speed_mps > 1.3
    assert patrol.state.response is Response.CONTINUE_OFFLINE
    patrol.run_to(Mode.FINISHED)


def test_a_low_battery_is_told_and_a_critical_one_stops_the_patrol(patrol: Any) -> None:
    patrol.battery_pct = 19.0
    patrol.run(2.0)
    assert patrol.state.faults == {FaultKind.BATTERY_LOW}
    assert patrol.vehicle.speed_mps > 1.3
    patrol.battery_pct = 20.5  # not clearly better
    patrol.run(1.0)
    assert patrol.state.faults == {FaultKind.BATTERY_LOW}
    patrol.battery_pct = 6.0
    patrol.run_to(Mode.WAITING)
    assert FaultKind.BATTERY_CRITICAL in patrol.state.faults
    patrol.battery_pct = 40.0
    patrol.run(1.0)
    assert patrol.state.faults == frozenset()


def test_stops_when_carried_off_the_route(patrol: Any) -> None:
    pose = patrol.vehicle.pose
    patrol.vehicle.pose = Pose2(pose.x_m, pose.y_m + 2.0, pose.yaw_rad)
    patrol.run(2.0)
    assert FaultKind.OFF_ROUTE in patrol.state.faults
    assert patrol.state.cross_track_error_m == pytest.approx(2.0, abs=0.1)
    assert patrol.state.mode is Mode.STOPPED
    assert patrol.vehicle.speed_mps == pytest.approx(0.0, abs=0.01)
    patrol.vehicle.pose = Pose2(patrol.vehicle.pose.x_m, 0.0, pose.yaw_rad)
    patrol.run_to(Mode.FINISHED)


def test_stops_when_turned_round_by_somebody(patrol: Any) -> None:
    pose = patrol.vehicle.pose
    patrol.vehicle.pose = Pose2(pose.x_m, pose.y_m, 2.5)
    patrol.run(2.0)
    assert FaultKind.OFF_ROUTE in patrol.state.faults
    assert patrol.vehicle.speed_mps == pytest.approx(0.0, abs=0.01)


def test_without_progress_it_stops_and_tries_again(patrol: Any) -> None:
    patrol.hold_wheels = True
    patrol.run(14.0)
    assert FaultKind.NO_PROGRESS in patrol.state.faults
    assert patrol.state.mode is Mode.STOPPED
    patrol.hold_wheels = False
    patrol.run(8.0)
    assert FaultKind.NO_PROGRESS not in patrol.state.faults
    patrol.run_to(Mode.FINISHED)


def test_an_obstacle_is_the_gates_affair_and_no_lack_of_progress(patrol: Any) -> None:
    patrol.hold_wheels = True
    patrol.external = frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE})
    patrol.run(30.0)
    assert patrol.state.mode is Mode.STOPPED
    assert patrol.state.waiting_for == "Obstacle in the stop zone"
    assert FaultKind.NO_PROGRESS not in patrol.state.faults
    assert patrol.step().command.speed_mps > 0.0  # the gate must know where it wants to go
    patrol.hold_wheels, patrol.external = False, frozenset()
    patrol.run_to(Mode.FINISHED)


def test_the_strongest_response_wins(patrol: Any) -> None:
    patrol.perception_age_s = 3.0
    patrol.link_up = False
    _lost(patrol)
    patrol.run(2.0)
    assert patrol.state.mode is Mode.STOPPED
    assert patrol.state.faults == {
        FaultKind.PERCEPTION_LOST,
        FaultKind.LINK_LOST,
        FaultKind.LOCALIZATION_LOST,
    }
