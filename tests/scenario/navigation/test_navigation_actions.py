"""What is done at a node: staying for a time, waiting for an operator's word."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from navigation.types import Mode
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action, ActionParameter
from patrol.vda5050.node_actions import RELEASE_OPERATOR_WAIT, WAIT_FOR_OPERATOR
from patrol.waiting import Waiting


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), Pose2(0.0, 0.0, 0.0))


def action(kind: str, action_id: str, dwell_s: Any = None) -> Action:
    parameters = None if dwell_s is None else [ActionParameter(key="dwell_s", value=dwell_s)]
    return Action(
        action_type=kind, action_id=action_id, blocking_type="HARD", action_parameters=parameters
    )


def release(patrol: Any) -> None:
    patrol.stack.instant_action(action(RELEASE_OPERATOR_WAIT, "release"), patrol.now_s)


def statuses(patrol: Any) -> dict[str, str]:
    return {a.action_id: a.action_status for a in patrol.state.action_states}


def send(kit: SimpleNamespace, patrol: Any, *actions: Action) -> None:
    order = kit.make_order(patrol.map, [1, 2, 3], actions={1: actions})
    patrol.stack.accept_order(order, patrol.now_s)


def test_waits_for_an_operator_as_long_as_nobody_comes(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action(WAIT_FOR_OPERATOR, "wait"))
    patrol.run_to(Mode.DWELLING)
    patrol.run(600.0)
    assert patrol.state.waiting_for is Waiting.OPERATOR
    assert (statuses(patrol)["wait"], patrol.distance_to(2) < 0.15) == ("RUNNING", True)
    release(patrol)
    patrol.run_to(Mode.FINISHED)
    assert statuses(patrol) == {"wait": "FINISHED", "release": "FINISHED"}
    assert patrol.distance_to(3) < 0.15


def test_one_word_releases_one_wait(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action(WAIT_FOR_OPERATOR, "a"), action(WAIT_FOR_OPERATOR, "b"))
    patrol.run_to(Mode.DWELLING)
    patrol.run(1.0)
    release(patrol)
    patrol.run(10.0)
    assert statuses(patrol) | {"release": ""} == {"a": "FINISHED", "b": "RUNNING", "release": ""}


@pytest.mark.parametrize("seconds", [0.0, 3.0])
def test_a_word_that_nobody_waits_for_is_refused(
    kit: SimpleNamespace, patrol: Any, seconds: float
) -> None:
    """Else it would let the vehicle go that has not arrived yet."""
    if seconds:
        send(kit, patrol, action(WAIT_FOR_OPERATOR, "wait"))
        patrol.run(seconds)
    with pytest.raises(OrderError, match="does not wait for an operator"):
        release(patrol)


def test_a_paused_vehicle_that_is_released_stays_paused(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action(WAIT_FOR_OPERATOR, "wait"))
    patrol.run_to(Mode.DWELLING)
    patrol.run(1.0)
    patrol.stack.instant_action(action("startPause", "pause"), patrol.now_s)
    release(patrol)
    patrol.run(20.0)
    assert patrol.state.mode is Mode.PAUSED
    assert patrol.distance_to(2) < 0.15


def test_a_cancelled_wait_has_failed(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action(WAIT_FOR_OPERATOR, "wait"))
    patrol.run_to(Mode.DWELLING)
    patrol.stack.instant_action(action("cancelOrder", "cancel"), patrol.now_s)
    patrol.run(2.0)
    assert statuses(patrol)["wait"] == "FAILED"
    assert patrol.state.mode is Mode.IDLE


def test_a_restarted_vehicle_waits_on(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action(WAIT_FOR_OPERATOR, "wait"))
    patrol.run_to(Mode.DWELLING)
    again = kit.Patrol(patrol.map, patrol.vehicle.pose)
    again.stack.accept_order(patrol.stack.order, again.now_s, resume_from_sequence_id=2)
    again.run(60.0)
    assert statuses(again)["wait"] == "RUNNING"
    assert again.distance_to(2) < 0.2


def test_stays_as_long_as_it_is_told(kit: SimpleNamespace, patrol: Any) -> None:
    send(kit, patrol, action("dwell", "stay", 7.0))
    patrol.run_to(Mode.DWELLING)
    began_s = patrol.now_s
    patrol.run_to(Mode.DRIVING)
    assert patrol.now_s - began_s == pytest.approx(7.0, abs=0.2)


@pytest.mark.parametrize("dwell_s", [-1.0, math.inf, math.nan, "long", True])
def test_a_stay_without_an_end_is_refused(kit: SimpleNamespace, patrol: Any, dwell_s: Any) -> None:
    with pytest.raises(OrderError, match="is no duration"):
        send(kit, patrol, action("dwell", "stay", dwell_s))


def test_an_unknown_action_is_refused_by_its_name(kit: SimpleNamespace, patrol: Any) -> None:
    with pytest.raises(OrderError, match="unknown action 'dance'"):
        send(kit, patrol, action("dance", "d"))
