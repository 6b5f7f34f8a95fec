"""Crosswalks: where the vehicle waits, what lets it go, and that it never stands on the road."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from navigation.types import Mode
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2, Scan
from patrol.map import Area, AreaKind, Crosswalk, PatrolMap
from patrol.signals import SignalLight, SignalState
from patrol.vda5050.messages import Action, ActionParameter

WALK, CLEARANCE, RED = SignalLight.WALK, SignalLight.CLEARANCE, SignalLight.DONT_WALK
ROAD = (8.5, 17.5)  # along the way north from node 3 to node 6, of 25 m
ROADWAY = Area("road", AreaKind.ROAD, ((20, 8.5), (60, 8.5), (60, 17.5), (20, 17.5)))
LIDAR_RAYS = 541


def crosswalk_map(kit: SimpleNamespace, *, signalled: bool = True) -> PatrolMap:
    plain: PatrolMap = kit.street_map()
    ids = tuple(e.id for e in plain.edges.values() if {e.start_id, e.end_id} == {3, 6})
    edges = {
        i: dataclasses.replace(e, crosswalk_id="cw") if i in ids else e
        for i, e in plain.edges.items()
    }
    crosswalk = Crosswalk("cw", "", ids, signalled, "light" if signalled else None)
    return dataclasses.replace(plain, edges=edges, crosswalks=(crosswalk,), areas=(ROADWAY,))


class Crosser:
    """A patrol from node 2 over the crosswalk to node 6, with a lidar that sees nobody."""

    def __init__(self, kit: SimpleNamespace, *, signalled: bool = True) -> None:
        self.patrol = kit.Patrol(crosswalk_map(kit, signalled=signalled), Pose2(31, 0, 0))
        self.front_m = kit.SPEC.front_m
        self.light: SignalLight | None = None
        self.walk_left_s: float | None = None
        self.stood_on_road = False
        self.coming_mps: float | None = None
        order = kit.make_order(self.patrol.map, [2, 3, 6])
        self.patrol.stack.accept_order(order, self.patrol.now_s)

    def run(self, seconds: float, *, until_road: bool = False) -> None:
        for _ in range(round(seconds / 0.05)):
            now_s = self.patrol.now_s
            self.patrol.scan = self._scan(now_s)
            if self.light is not None:
                self.patrol.signals = {
                    "light": SignalState(now_s, "light", self.light, self.walk_left_s)
                }
            self.patrol.step()
            standing = abs(self.patrol.vehicle.speed_mps) < 0.01
            self.stood_on_road |= self.on_road and standing
            if (until_road and self.on_road) or self.state.mode is Mode.FINISHED:
                return

    def _scan(self, now_s: float) -> Scan:
        ranges = np.full(LIDAR_RAYS, np.inf)
        if self.coming_mps is not None:  # every ray to the east sees what comes nearer
            ranges[LIDAR_RAYS // 2 - 200 : LIDAR_RAYS // 2 - 120] = 20 - self.coming_mps * (
                now_s % 2.0
            )
        step = 1.5 * math.pi / (LIDAR_RAYS - 1)
        return Scan(now_s, -0.75 * math.pi, step, ranges, 0.06, 25.0)

    @property
    def front_y_m(self) -> float:
        pose = self.patrol.vehicle.pose
        return float(pose.y_m + self.front_m * math.sin(pose.yaw_rad))

    @property
    def on_road(self) -> bool:
        return self.front_y_m > ROAD[0] and self.patrol.vehicle.pose.y_m < ROAD[1]

    @property
    def state(self) -> Any:
        return self.patrol.state

    def act(self, action_type: str, **parameters: str) -> None:
        pairs = [ActionParameter(key=k, value=v) for k, v in parameters.items()]
        action = Action(
            action_type=action_type, action_id=f"{action_type}-1", blocking_type="HARD",
            action_parameters=pairs,
        )  # fmt: skip
        self.patrol.stack.instant_action(action, self.patrol.now_s)


@pytest.mark.parametrize("light", [None, RED, CLEARANCE])
def test_waits_before_the_crosswalk_without_a_green_light(
    kit: SimpleNamespace, light: SignalLight | None
) -> None:
    crosser = Crosser(kit)
    crosser.light = light
    crosser.run(30.0)
    assert crosser.state.mode is Mode.WAITING
    assert crosser.state.waiting_for == "the light of crosswalk cw"
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
