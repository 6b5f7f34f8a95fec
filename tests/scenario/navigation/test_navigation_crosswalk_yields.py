"""Crosswalks: who drives on over one though the vehicle is on it is let pass, on the road."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from navigation.types import Mode
from patrol.signals import SignalLight
from tests.scenario.navigation.crosser import Car, Crosser

FAR_Y_M, NEAR_Y_M = 15.3, 10.7  # the lanes' middles


def begun(kit: SimpleNamespace) -> Crosser:
    """One that is on the road, by its green light."""
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = SignalLight.WALK, 30.0
    crosser.run(40.0, until_road=True)
    assert crosser.on_road
    return crosser


def is_hit(crosser: Crosser, seconds: float) -> bool:
    """Whether the vehicle was in the lane when the car was on the crosswalk."""
    assert crosser.car is not None
    low_m, high_m = crosser.car.lane_y_m - 1.0, crosser.car.lane_y_m + 1.0
    hit = False
    for _ in range(round(seconds / 0.05)):
        crosser.run(0.05)
        in_lane = crosser.front_y_m > low_m and crosser.patrol.vehicle.pose.y_m - 0.4 < high_m
        hit |= in_lane and crosser.car.is_on_crosswalk(crosser.patrol.now_s, 0.5)
    return hit


@pytest.mark.parametrize("speed_mps", [-8.4, -5.0, 5.0, 8.4])
@pytest.mark.parametrize("late_s", [2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0])
def test_a_car_that_does_not_stop_is_let_pass_before_its_lane(
    kit: SimpleNamespace, speed_mps: float, late_s: float
) -> None:
    crosser = begun(kit)
    crosser.car = Car(FAR_Y_M, speed_mps, crosser.patrol.now_s + late_s)
    assert not is_hit(crosser, 20.0)
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED


def test_it_says_whom_it_waits_for_and_waits_for_the_next_one_too(kit: SimpleNamespace) -> None:
    crosser = begun(kit)
    crosser.car = Car(FAR_Y_M, -8.4, crosser.patrol.now_s + 5.0)
    crosser.run(4.9)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.state.waiting_for == "traffic to pass"
    crosser.car = Car(FAR_Y_M, -8.4, crosser.patrol.now_s + 3.0)
    assert not is_hit(crosser, 5.0)
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED


def test_who_stops_for_it_is_not_waited_for(kit: SimpleNamespace) -> None:
    """Some metres before the crosswalk: the vehicle goes on, or goes on again."""
    crosser = begun(kit)
    now_s = crosser.patrol.now_s
    crosser.car = Car(FAR_Y_M, -8.4, now_s + 4.0, stops_s=now_s + 3.3)
    crosser.run(16.0)
    assert crosser.state.mode is Mode.FINISHED


@pytest.mark.parametrize("late_s", [2.0, 2.5, 3.0, 3.5])
def test_from_a_lane_that_it_is_in_it_goes_on(kit: SimpleNamespace, late_s: float) -> None:
    crosser = begun(kit)
    crosser.run(2.0)
    crosser.car = Car(NEAR_Y_M, 8.4, crosser.patrol.now_s + late_s)
    crosser.run(20.0)
    assert crosser.state.mode is Mode.FINISHED
    assert not crosser.stood_on_road
    assert crosser.slowest_mps > 1.2
