"""Going round things when something comes in between: low things, a car behind, lost position."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from navigation.detours import BLOCKED_AFTER_S, WAIT_S
from patrol.map import Crosswalk, Edge, Node, PatrolMap, WayClass
from patrol.vda5050.messages import Action
from tests.scenario.navigation.street import (
    BLOCKED,
    BOX,
    Box,
    Street,
    finishes,
    is_aside,
    stands_before_it,
)

FURTHER_ON: Box = (33.0, 0.05, 33.5, 0.55)
LYING: Box = (26.0, -0.8, 26.5, 0.8)


def act(street: Street, kind: str) -> None:
    action = Action(action_type=kind, action_id=kind, blocking_type="HARD", action_parameters=[])
    street.stack.instant_action(action, street.now_s)


def stands(street: Street) -> bool:
    return abs(street.vehicle.speed_mps) < 0.01


def is_blocked(street: Street) -> bool:
    return BLOCKED in street.state.faults


def reverses(street: Street) -> bool:
    return street.vehicle.speed_mps < -0.1


def with_crosswalk(plain: PatrolMap, x_m: float) -> PatrolMap:
    """The street with a crosswalk over it, 2 m wide, for those who come from the side."""
    nodes = {i: Node(i, x_m, y_m) for i, y_m in ((20, -8.0), (21, 8.0))}
    edge = Edge(300, 20, 21, 16.0, 1.39, 2.0, WayClass.STREET, crosswalk_id="cw")
    crosswalk = Crosswalk("cw", "", (edge.id,), False, None)
    return dataclasses.replace(
        plain,
        nodes=plain.nodes | nodes,
        edges=plain.edges | {edge.id: edge},
        crosswalks=(crosswalk,),
    )


@pytest.mark.parametrize("box_x_m", [26.2, 28.0, 33.0])
def test_who_lies_before_a_thing_that_is_seen_is_a_blocked_path(
    kit: SimpleNamespace, box_x_m: float
) -> None:
    street = Street(kit, (box_x_m, 0.05, box_x_m + 0.5, 0.55), low=[LYING])
    assert street.run(30.0, stands_before_it)
    assert street.run(2 * WAIT_S + BLOCKED_AFTER_S + 60.0, is_blocked)
    assert not street.run(60.0, lambda s: not is_blocked(s))
    street.low.clear()
    assert street.run(180.0, finishes)


def test_a_car_behind_that_keeps_it_from_backing_up_is_a_blocked_path(
    kit: SimpleNamespace,
) -> None:
    """The lidar does not see straight behind; the rangers do."""
    street = Street(kit, BOX)
    assert street.run(30.0, stands_before_it)
    behind_m = street.vehicle.pose.x_m - street.spec.rear_overhang_m - 0.3
    street.low.append((behind_m - 1.0, -0.8, behind_m, 0.8))
    assert street.run(BLOCKED_AFTER_S + 5.0, is_blocked)
    assert not street.run(30.0, lambda s: not is_blocked(s))
    street.low.clear()
    assert street.run(90.0, is_aside)
    assert street.run(90.0, finishes)


def test_what_is_gone_while_it_cannot_back_up_is_not_waited_for(kit: SimpleNamespace) -> None:
    street = Street(kit, BOX)
    assert street.run(60.0, reverses)
    behind_m = street.vehicle.pose.x_m - street.spec.rear_overhang_m - 0.3
    street.low.append((behind_m - 1.0, -0.8, behind_m, 0.8))
    assert street.run(10.0, stands)
    street.boxes.clear()
    assert street.run(90.0, finishes)
    assert street.widest_m < 0.7


@pytest.mark.parametrize(("crosswalk_x_m", "may_back"), [(21.5, False), (5.0, True)])
def test_it_does_not_back_up_on_a_crosswalk(
    kit: SimpleNamespace, crosswalk_x_m: float, may_back: bool
) -> None:
    street = Street(kit, BOX, patrol_map=with_crosswalk(kit.street_map(), crosswalk_x_m))
    assert street.run(BLOCKED_AFTER_S + 30.0, reverses) is may_back
    assert is_blocked(street) is not may_back
