"""A vehicle on its charger whose navigation is started anew still knows that it has to charge."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from navigation.docking import LOST_AFTER_S
from navigation.types import Mode
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action
from simulation.vehicle.orders import order_along
from simulation.vehicle.stage import Health
from tests.scenario.lone_vehicle import PROVING_GROUND, LoneVehicle

BEFORE_THE_DOCK = Pose2(6.0, 0.0, math.pi)
CHARGE = Action(action_type="startCharging", action_id="charge", blocking_type="HARD")
CANCEL = Action(action_type="cancelOrder", action_id="cancel", blocking_type="HARD")


@pytest.fixture
def alone() -> Iterator[LoneVehicle]:
    made = LoneVehicle(BEFORE_THE_DOCK)
    made.vehicle.simulator.battery.charge_pct = 60.0
    made.run(2.0)
    made.send(order_along(PROVING_GROUND, [2, 1], made.vehicle.now_s, actions={1: [CHARGE]}))
    yield made
    made.close()


def charges(alone: LoneVehicle) -> bool:
    state = alone.vehicle.state
    done = any(a.action_id == "charge" and a.action_status == "FINISHED"
               for a in state.action_states)  # fmt: skip
    return done and state.mode is Mode.CHARGING


def start_navigation_anew(alone: LoneVehicle) -> None:
    """Killed, and back a second later."""
    alone.vehicle.navigation.fail(Health.KILLED)
    alone.run(1.0)
    alone.vehicle.navigation.recover(alone.vehicle.now_s)
    alone.run(2.0)


def has_failed(alone: LoneVehicle) -> bool:
    return FaultKind.DOCKING_FAILED in alone.vehicle.state.faults


def test_current_that_stops_after_a_restart_asks_for_a_person(alone: LoneVehicle) -> None:
    assert alone.run(60.0, lambda: charges(alone))
    alone.run(2.0)
    start_navigation_anew(alone)
    assert charges(alone), "the order and what was done of it are known again"
    alone.run(LOST_AFTER_S + 2.0)
    assert not has_failed(alone)
    stood = alone.vehicle.simulator.truth.pose
    alone.vehicle.simulator.charger.is_dead = True
    assert alone.run(LOST_AFTER_S + 2.0, lambda: has_failed(alone))
    alone.run(60.0)
    end = alone.vehicle.simulator.truth.pose
    assert math.dist((stood.x_m, stood.y_m), (end.x_m, end.y_m)) < 0.02, "nothing moves"
    alone.vehicle.simulator.charger.is_dead = False
    assert alone.run(5.0, lambda: not has_failed(alone))


def test_current_that_stops_while_navigation_is_down_asks_for_a_person(
    alone: LoneVehicle,
) -> None:
    assert alone.run(60.0, lambda: charges(alone))
    alone.run(2.0)
    alone.vehicle.simulator.charger.is_dead = True
    start_navigation_anew(alone)
    assert alone.run(LOST_AFTER_S + 2.0, lambda: has_failed(alone))


def test_a_docking_that_has_failed_is_known_after_a_restart(alone: LoneVehicle) -> None:
    alone.vehicle.simulator.charger.is_dead = True
    assert alone.run(400.0, lambda: has_failed(alone))
    alone.run(2.0)
    start_navigation_anew(alone)
    assert alone.run(1.0, lambda: has_failed(alone)), "at once, and without docking again"
    stood = alone.vehicle.simulator.truth.pose
    alone.run(40.0)
    end = alone.vehicle.simulator.truth.pose
    assert math.dist((stood.x_m, stood.y_m), (end.x_m, end.y_m)) < 0.02
    assert has_failed(alone)


def test_a_cancelled_docking_is_not_watched_after_a_restart(alone: LoneVehicle) -> None:
    alone.vehicle.simulator.charger.is_dead = True
    assert alone.run(60.0, lambda: alone.vehicle.state.mode is Mode.CHARGING)
    alone.ask(CANCEL)
    assert alone.run(5.0, lambda: alone.vehicle.state.mode is Mode.IDLE)
    alone.run(2.0)
    start_navigation_anew(alone)
    alone.run(LOST_AFTER_S + 2.0)
    assert not has_failed(alone)


def test_a_new_order_ends_the_watch(alone: LoneVehicle) -> None:
    assert alone.run(60.0, lambda: charges(alone))
    alone.run(2.0)
    start_navigation_anew(alone)
    now_s = alone.vehicle.now_s
    alone.send(order_along(PROVING_GROUND, [1, 2], now_s, order_id="next"))
    assert alone.run(60.0, lambda: alone.vehicle.state.mode is Mode.FINISHED)
    alone.run(LOST_AFTER_S + 2.0)
    assert not has_failed(alone)
    start_navigation_anew(alone)
    alone.run(LOST_AFTER_S + 2.0)
    assert not has_failed(alone)
