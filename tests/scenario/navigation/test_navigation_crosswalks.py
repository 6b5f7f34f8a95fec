"""Crosswalks: where the vehicle waits, what lets it go, and that it never stands on the road."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from navigation.types import Mode
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.signals import SignalLight
from tests.scenario.navigation.crosser import ROAD, Crosser, crosswalk_map

WALK, CLEARANCE, RED = SignalLight.WALK, SignalLight.CLEARANCE, SignalLight.DONT_WALK


@pytest.mark.parametrize("light", [None, RED, CLEARANCE])
def test_waits_before_the_crosswalk_without_a_green_light(
    kit: SimpleNamespace, light: SignalLight | None
) -> None:
    crosser = Crosser(kit)
    crosser.light = light
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.state.waiting_for == "the light of the crosswalk"
    assert crosser.front_y_m < ROAD[0] - 0.25


def test_goes_over_in_one_go_when_the_light_turns_green(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = RED
    crosser.run(14.0)
    crosser.light = WALK
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED
    assert not crosser.stood_on_road


def test_does_not_begin_on_a_green_of_unknown_age(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = WALK
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING


def test_a_green_that_followed_a_silence_is_of_unknown_age(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = RED
    crosser.run(14.0)
    crosser.light = None
    crosser.run(4.0)
    crosser.light = WALK
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING


@pytest.mark.parametrize(("left_s", "goes"), [(30.0, True), (9.0, False)])
def test_begins_only_with_time_enough(kit: SimpleNamespace, left_s: float, goes: bool) -> None:
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = WALK, left_s
    crosser.run(30.0)
    assert (crosser.state.mode is Mode.FINISHED) == goes


def test_at_walking_pace_it_needs_more_time(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.patrol.external = frozenset({FaultKind.CAMERA_STALE})
    crosser.light, crosser.walk_left_s = WALK, 20.0
    crosser.run(40.0)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.front_y_m < ROAD[0]


def test_goes_on_over_the_road_when_the_light_turns_red(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = WALK, 30.0
    crosser.run(30.0, until_road=True)
    crosser.light, crosser.walk_left_s = RED, None
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED
    assert not crosser.stood_on_road


@pytest.mark.parametrize("asked", ["startPause", "cancelOrder"])
def test_leaves_the_road_before_it_does_what_an_operator_asks(
    kit: SimpleNamespace, asked: str
) -> None:
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = WALK, 30.0
    crosser.run(30.0, until_road=True)
    crosser.act(asked)
    crosser.run(20.0)
    assert not crosser.stood_on_road
    assert abs(crosser.patrol.vehicle.speed_mps) < 0.01
    assert crosser.patrol.vehicle.pose.y_m > ROAD[1]


def test_a_remote_stop_holds_on_the_road_too(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = WALK, 30.0
    crosser.run(30.0, until_road=True)
    crosser.act("remoteStop")
    crosser.run(2.0)
    assert crosser.on_road
    assert abs(crosser.patrol.vehicle.speed_mps) < 0.01
    assert crosser.state.paused
    crosser.act("stopPause")
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED


def test_tells_that_nobody_tells_the_light_and_goes_on_an_operators_word(
    kit: SimpleNamespace,
) -> None:
    crosser = Crosser(kit)
    crosser.run(30.0)
    assert FaultKind.SIGNAL_UNKNOWN in crosser.state.faults
    crosser.act("confirmCrossing", crosswalkId="cw")
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED
    assert FaultKind.SIGNAL_UNKNOWN not in crosser.state.faults
    assert not crosser.stood_on_road


def test_a_confirmation_is_for_now(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.coming_mps = 6.0
    crosser.run(30.0)
    crosser.act("confirmCrossing")
    crosser.run(12.0)
    crosser.coming_mps = None
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING


def test_an_operator_does_not_outrank_a_red_light(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = RED
    crosser.run(30.0)
    with pytest.raises(OrderError, match="shows dont_walk"):
        crosser.act("confirmCrossing", crosswalkId="cw")


def test_a_confirmation_names_the_crosswalk_it_is_for(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    with pytest.raises(OrderError, match="waits at no crosswalk"):
        crosser.act("confirmCrossing", crosswalkId="cw")
    crosser.run(30.0)
    with pytest.raises(OrderError, match="waits at crosswalk 'cw', not at 'other'"):
        crosser.act("confirmCrossing", crosswalkId="other")


def test_without_a_signal_it_waits_for_who_comes(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, signalled=False)
    crosser.coming_mps = 6.0
    crosser.run(14.0)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.state.waiting_for == "traffic to pass"
    crosser.coming_mps = None
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED
    assert not crosser.stood_on_road


def test_without_a_scan_it_does_not_begin(kit: SimpleNamespace) -> None:
    patrol = kit.Patrol(crosswalk_map(kit, signalled=False), Pose2(31, 0, 0))
    patrol.stack.accept_order(kit.make_order(patrol.map, [2, 3, 6]), patrol.now_s)
    patrol.run(30.0)
    assert patrol.state.waiting_for == "sight of the carriageway"


def test_waits_for_a_base_that_reaches_over_the_road(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, signalled=False)
    order = kit.make_order(crosser.patrol.map, [2, 3, 6], released=2, order_id="order-2")
    crosser.act("cancelOrder")
    crosser.run(1.0)
    crosser.patrol.stack.accept_order(order, crosser.patrol.now_s)
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.front_y_m < ROAD[0]
