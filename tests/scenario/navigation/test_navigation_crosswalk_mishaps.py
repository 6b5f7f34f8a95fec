"""Crosswalks when something comes in between: a pause, a restart, a push, a zone, lost sight."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from navigation.stack import NavigationStack
from navigation.types import Mode
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.map import Zone, ZoneKind
from patrol.signals import SignalLight
from tests.scenario.navigation.crosser import ROAD, ROADWAY, Crosser, crosswalk_map

WALK, RED = SignalLight.WALK, SignalLight.DONT_WALK
NODES = [2, 3, 6]


def stands(crosser: Crosser) -> bool:
    return abs(crosser.patrol.vehicle.speed_mps) < 0.01


def on_green(kit: SimpleNamespace, left_s: float = 60.0) -> Crosser:
    crosser = Crosser(kit)
    crosser.light, crosser.walk_left_s = WALK, left_s
    return crosser


def run_to(crosser: Crosser, front_y_m: float) -> None:
    while crosser.front_y_m < front_y_m:
        crosser.run(0.05)


def restart(kit: SimpleNamespace, crosser: Crosser, *, paused: bool = False) -> None:
    """Navigation dies: the base brakes, and the fleet client gives back pause and order."""
    patrol = crosser.patrol
    patrol.vehicle.speed_mps = 0.0
    reached = patrol.state.last_node_sequence_id
    patrol.stack = NavigationStack(kit.SPEC, patrol.map)
    patrol.step()
    if paused:
        crosser.act("startPause")
    patrol.stack.accept_order(kit.make_order(patrol.map, NODES), patrol.now_s, reached)


def test_keeps_its_speed_until_all_of_it_is_over(kit: SimpleNamespace) -> None:
    crosser = on_green(kit)
    crosser.run(40.0)
    assert crosser.state.mode is Mode.FINISHED
    assert crosser.slowest_mps > 1.2


def test_leaves_the_road_after_a_restart(kit: SimpleNamespace) -> None:
    crosser = on_green(kit)
    run_to(crosser, ROAD[0] + 1.5)
    crosser.light = RED
    restart(kit, crosser)
    crosser.run(3.0)
    assert not stands(crosser)


def test_a_remote_stop_holds_over_a_restart(kit: SimpleNamespace) -> None:
    crosser = on_green(kit)
    run_to(crosser, ROAD[0] + 1.5)
    crosser.act("remoteStop")
    crosser.run(3.0)
    restart(kit, crosser, paused=True)
    before = crosser.front_y_m
    crosser.run(5.0)
    assert crosser.front_y_m == pytest.approx(before, abs=0.02)
    assert crosser.state.mode is Mode.PAUSED
    crosser.act("stopPause")
    crosser.run(30.0)
    assert crosser.state.mode is Mode.FINISHED


@pytest.mark.parametrize("before_kerb_m", [3.0, 2.0, 1.9])
def test_a_pause_before_the_road_ends_the_leave(
    kit: SimpleNamespace, before_kerb_m: float
) -> None:
    crosser = on_green(kit)
    run_to(crosser, ROAD[0] - before_kerb_m)
    crosser.act("startPause")
    crosser.run(6.0)
    if crosser.on_road:
        pytest.fail("it could have stood before the road")
    crosser.light, crosser.walk_left_s = RED, None
    crosser.run(60.0)
    crosser.act("stopPause")
    crosser.run(10.0)
    assert not crosser.on_road
    assert crosser.state.mode is Mode.WAITING


def test_whoever_is_pushed_over_the_kerb_waits_on(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = RED
    crosser.run(25.0)
    pose = crosser.patrol.vehicle.pose
    crosser.patrol.vehicle.pose = dataclasses.replace(
        pose, x_m=40.0, y_m=ROAD[0] - crosser.front_m + 0.4, yaw_rad=1.57
    )
    crosser.run(10.0)
    assert crosser.front_y_m < ROAD[0] + 0.6


def test_leave_ends_when_sight_is_lost(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, signalled=False)
    crosser.run(6.0)
    run_to(crosser, 0.5)
    crosser.blind = True
    crosser.run(20.0)
    assert not crosser.on_road
    assert crosser.state.waiting_for == "sight of the carriageway"


def test_looks_for_a_whole_second_before_it_begins(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, signalled=False)
    crosser.blind = True
    crosser.run(25.0)
    crosser.blind = False
    crosser.run(1.0)
    assert stands(crosser)
    crosser.run(40.0)
    assert crosser.state.mode is Mode.FINISHED


def test_a_walk_of_unknown_length_is_not_relied_on_after_a_hold(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.light = RED
    crosser.run(20.0)
    crosser.light = WALK
    crosser.run(1.0)
    crosser.patrol.hold_wheels = True
    crosser.run(8.0)
    crosser.patrol.hold_wheels = False
    crosser.run(20.0)
    assert not crosser.on_road
    assert crosser.state.waiting_for == "the light of the crosswalk"


def test_a_walk_of_unknown_length_is_too_short_at_walking_pace(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.patrol.external = frozenset({FaultKind.CAMERA_STALE})
    crosser.light = RED
    crosser.run(40.0)
    crosser.light = WALK
    crosser.run(30.0)
    assert not crosser.on_road
    assert crosser.state.mode is Mode.WAITING


@pytest.mark.parametrize(("limit_mps", "goes"), [(1.39, True), (0.6, False)])
def test_a_slow_zone_takes_more_time(kit: SimpleNamespace, limit_mps: float, goes: bool) -> None:
    slow = Zone("slow", ZoneKind.SPEED_LIMIT, ROADWAY.polygon_map, speed_limit_mps=limit_mps)
    plain = crosswalk_map(kit)
    crosser = Crosser(kit, patrol_map=dataclasses.replace(plain, zones=(*plain.zones, slow)))
    crosser.light, crosser.walk_left_s = WALK, 18.0
    crosser.run(40.0)
    assert (crosser.state.mode is Mode.FINISHED) == goes


def test_asks_for_the_base_that_it_waits_for(kit: SimpleNamespace) -> None:
    plain = crosswalk_map(kit, signalled=False)
    more = [e.id for e in plain.edges.values() if {e.start_id, e.end_id} == {6, 7}]
    edges = {
        i: dataclasses.replace(e, crosswalk_id="cw") if i in more else e
        for i, e in plain.edges.items()
    }
    (crosswalk,) = plain.crosswalks
    crosswalk = dataclasses.replace(crosswalk, edge_ids=(*crosswalk.edge_ids, *more))
    longer = dataclasses.replace(plain, edges=edges, crosswalks=(crosswalk,))
    crosser = Crosser(kit, patrol_map=longer, nodes=[2, 3, 6, 7], released=3)
    crosser.run(25.0)
    assert crosser.state.waiting_for == "a new base"
    assert crosser.state.new_base_request


def test_traffic_is_not_for_an_operator_to_confirm(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, signalled=False)
    crosser.coming_mps = 6.0
    crosser.run(25.0)
    with pytest.raises(OrderError, match="'cw' has no light: the vehicle waits for traffic"):
        crosser.act("confirmCrossing")


def test_nothing_is_left_to_confirm_after_the_order(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit)
    crosser.run(25.0)
    crosser.act("cancelOrder")
    crosser.run(1.0)
    with pytest.raises(OrderError, match="waits at no crosswalk"):
        crosser.act("confirmCrossing")


def test_a_path_that_begins_before_the_road_waits(kit: SimpleNamespace) -> None:
    crosser = Crosser(kit, start=Pose2(40.0, ROAD[0] - 2.0, 1.5708), nodes=[3, 6])
    crosser.light = RED
    crosser.run(10.0)
    assert not crosser.on_road
