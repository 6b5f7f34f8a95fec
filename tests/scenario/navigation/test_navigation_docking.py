"""Docking counts when current flows: tries again, then asks for a person."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from navigation.docking import ATTEMPTS, BACK_M, CURRENT_WITHIN_S, LOST_AFTER_S, SETTLED_S
from navigation.types import AsLeft, Mode
from patrol.faults import FaultKind, Response
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action

CONTACT_M = 0.5
CHARGE = Action(action_type="startCharging", action_id="charge", blocking_type="HARD")
AFTER_ALL_S = ATTEMPTS * (CURRENT_WITHIN_S + 40.0)


class Charger:
    """Gives current from its `good_from`-th docking on; counts how often somebody came."""

    def __init__(self, patrol: Any, good_from: int) -> None:
        self._patrol, self._good_from = patrol, good_from
        self.dockings, self.furthest_m = 0, 0.0
        self.is_dead = False
        self._was_there = False

    def step(self) -> None:
        away_m = self._patrol.distance_to(1)
        is_there = away_m < CONTACT_M
        self.dockings += is_there and not self._was_there
        self._was_there = is_there
        if self.dockings:
            self.furthest_m = max(self.furthest_m, away_m)
        works = self.dockings >= self._good_from and not self.is_dead
        self._patrol.charging = is_there and works
        self._patrol.step()

    def run(self, seconds: float, until: Callable[[Any], bool] = lambda _: False) -> bool:
        for _ in range(round(seconds / 0.05)):
            self.step()
            if until(self._patrol.state):
                return True
        return False


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), Pose2(12.0, 0.0, math.pi))


def sent_to_dock(kit: SimpleNamespace, patrol: Any, good_from: int, **more: Any) -> Charger:
    order = kit.make_order(patrol.map, [2, 1], actions={1: [CHARGE]}, **more)
    patrol.stack.accept_order(order, patrol.now_s)
    return Charger(patrol, good_from)


def status(state: Any) -> str:
    (action,) = [a for a in state.action_states if a.action_id == "charge"]
    return str(action.action_status)


def is_done(state: Any) -> bool:
    return status(state) in ("FINISHED", "FAILED")


def test_current_at_the_first_docking_is_enough(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=1)
    assert charger.run(60.0, is_done)
    assert (status(patrol.state), charger.dockings) == ("FINISHED", 1)
    assert patrol.state.mode is Mode.CHARGING


@pytest.mark.parametrize("good_from", [2, ATTEMPTS])
def test_docks_again_until_current_flows(
    kit: SimpleNamespace, patrol: Any, good_from: int
) -> None:
    charger = sent_to_dock(kit, patrol, good_from)
    assert charger.run(AFTER_ALL_S, is_done)
    assert (status(patrol.state), charger.dockings) == ("FINISHED", good_from)
    assert BACK_M - 0.3 < charger.furthest_m < BACK_M + 0.3
    assert patrol.distance_to(1) < 0.15
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults


def test_a_charger_without_current_ends_with_a_person(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=99)
    assert charger.run(AFTER_ALL_S, is_done)
    assert (status(patrol.state), charger.dockings) == ("FAILED", ATTEMPTS)
    charger.run(CURRENT_WITHIN_S)
    assert FaultKind.DOCKING_FAILED in patrol.state.faults
    assert patrol.state.response is Response.STOP
    assert not patrol.state.driving
    assert charger.dockings == ATTEMPTS


def test_a_person_who_mends_the_charger_ends_the_fault(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=99)
    charger.run(AFTER_ALL_S, is_done)
    charger._good_from = 0
    charger.run(1.0)
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults
    assert patrol.state.mode is Mode.CHARGING


def test_a_failed_docking_keeps_a_released_order_at_the_dock(
    kit: SimpleNamespace, patrol: Any
) -> None:
    order = kit.make_order(patrol.map, [2, 1, 2], actions={1: [CHARGE]})
    patrol.stack.accept_order(order, patrol.now_s)
    charger = Charger(patrol, 99)
    charger.run(AFTER_ALL_S, is_done)
    charger.run(30.0)
    assert patrol.state.mode is Mode.STOPPED
    assert patrol.distance_to(1) < 0.15


def test_a_new_order_is_a_persons_word(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=99)
    charger.run(AFTER_ALL_S, is_done)
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2], order_id="next"), patrol.now_s)
    charger.run(90.0, lambda state: state.mode is Mode.FINISHED)
    assert patrol.distance_to(2) < 0.15
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults


def test_a_touch_of_current_is_no_docking(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=1)
    charger.run(60.0, lambda _: patrol.charging)
    charger.run(SETTLED_S / 2)
    charger.is_dead = True
    charger.run(1.0)
    assert status(patrol.state) == "RUNNING"


def test_a_plug_that_slips_is_not_docked_and_nothing_moves(
    kit: SimpleNamespace, patrol: Any
) -> None:
    charger = sent_to_dock(kit, patrol, good_from=1)
    charger.run(60.0, is_done)
    charger.is_dead = True
    charger.run(LOST_AFTER_S - 1.0)
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults
    charger.run(60.0)
    assert FaultKind.DOCKING_FAILED in patrol.state.faults
    assert (charger.dockings, patrol.state.driving) == (1, False)
    charger.is_dead = False
    charger.run(1.0)
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults


def test_a_full_battery_may_go_without_current(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=1)
    charger.run(60.0, is_done)
    charger.is_dead, patrol.battery_pct = True, 98.0
    charger.run(30.0)
    assert FaultKind.DOCKING_FAILED not in patrol.state.faults


def test_leaving_the_dock_is_no_lost_current(kit: SimpleNamespace, patrol: Any) -> None:
    order = kit.make_order(patrol.map, [2, 1, 2], actions={1: [CHARGE]})
    patrol.stack.accept_order(order, patrol.now_s)
    charger = Charger(patrol, 1)
    seen: set[FaultKind] = set()
    assert charger.run(200.0, lambda s: bool(seen.update(s.faults)) or s.mode is Mode.FINISHED)
    assert FaultKind.DOCKING_FAILED not in seen


def test_a_cancelled_order_ends_the_docking(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=99)
    charger.run(90.0, lambda _: charger.furthest_m > 1.0)  # on its way back
    cancel = Action(action_type="cancelOrder", action_id="c", blocking_type="HARD")
    patrol.stack.instant_action(cancel, patrol.now_s)
    charger.run(5.0)
    assert status(patrol.state) == "FAILED"
    assert not patrol.state.faults
    standing = patrol.vehicle.pose
    charger.run(30.0)
    assert patrol.vehicle.pose == standing


def test_who_stands_in_the_way_ends_the_docking_in_time(kit: SimpleNamespace, patrol: Any) -> None:
    charger = sent_to_dock(kit, patrol, good_from=99)
    charger.run(90.0, lambda _: charger.furthest_m > 1.0)
    patrol.hold_wheels = True
    assert charger.run(300.0, is_done)
    assert status(patrol.state) == "FAILED"
    assert FaultKind.DOCKING_FAILED in patrol.state.faults


def test_a_dock_without_an_approach_is_not_left(kit: SimpleNamespace) -> None:
    patrol = kit.Patrol(kit.street_map(), Pose2(0.0, 0.0, 0.0))  # no edge comes from behind it
    patrol.stack.accept_order(kit.make_order(patrol.map, [1], actions={0: [CHARGE]}), patrol.now_s)
    charger = Charger(patrol, 99)
    assert charger.run(CURRENT_WITHIN_S + 2.0, is_done)
    assert status(patrol.state) == "FAILED"
    assert charger.furthest_m < 0.1


def start_anew(kit: SimpleNamespace, patrol: Any) -> None:
    """Another stack, given what the keeper of the order knows of the one before."""
    stack, state = patrol.stack, patrol.state
    patrol.stack = type(stack)(kit.SPEC, patrol.map)
    as_left = AsLeft(state.action_states, state.docked)
    patrol.stack.accept_order(stack.order, patrol.now_s, state.last_node_sequence_id, as_left)


def test_a_plug_that_slips_over_a_restart_in_mid_order_moves_nothing(
    kit: SimpleNamespace, patrol: Any
) -> None:
    order = kit.make_order(patrol.map, [2, 1, 2], actions={1: [CHARGE]}, released=2)
    patrol.stack.accept_order(order, patrol.now_s)
    charger = Charger(patrol, good_from=1)
    assert charger.run(60.0, is_done)
    charger.is_dead = True
    charger.step()
    start_anew(kit, patrol)
    assert charger.run(LOST_AFTER_S + 1.0, lambda s: FaultKind.DOCKING_FAILED in s.faults)
    charger.run(AFTER_ALL_S)
    assert (status(patrol.state), charger.dockings) == ("FINISHED", 1)
    assert charger.furthest_m < CONTACT_M


def test_the_light_of_an_order_that_has_ended_stays_off_over_a_restart(
    kit: SimpleNamespace, patrol: Any
) -> None:
    light = Action(action_type="startBeacon", action_id="light", blocking_type="SOFT")
    order = kit.make_order(patrol.map, [2, 1], actions={0: [light], 1: [CHARGE]})
    patrol.stack.accept_order(order, patrol.now_s)
    charger = Charger(patrol, good_from=1)
    assert charger.run(60.0, is_done)
    charger.step()
    assert not patrol.attention.beacon
    start_anew(kit, patrol)
    charger.run(1.0)
    assert not patrol.attention.beacon
