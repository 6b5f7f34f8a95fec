"""Base and horizon: orders that grow while they are driven."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from navigation.types import Mode
from patrol.errors import OrderError
from patrol.geometry import Pose2
from patrol.vda5050.messages import Order

EAST = Pose2(0.0, 0.0, 0.0)


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), EAST)


def test_waits_at_the_end_of_the_base_and_asks_for_more(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=3), patrol.now_s
    )
    patrol.step()
    assert not patrol.state.new_base_request
    assert [n.released for n in patrol.state.node_states] == [True, True, False, False]
    assert patrol.run(60.0, lambda state: state.new_base_request)
    assert 3.0 < patrol.distance_to(3) < 15.0
    patrol.run_to(Mode.WAITING)
    assert patrol.distance_to(3) < 0.15
    assert patrol.state.waiting_for == "a new base"
    assert patrol.state.last_node_id == "3"


def test_an_update_in_time_is_driven_without_slowing_down(
    kit: SimpleNamespace, patrol: Any
) -> None:
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=3), patrol.now_s
    )
    patrol.run(60.0, lambda state: state.new_base_request)
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [3, 4, 5], update_id=1, first_sequence_id=4), patrol.now_s
    )
    slowest = patrol.vehicle.speed_mps
    while patrol.vehicle.pose.x_m < 80.0:
        patrol.step()
        slowest = min(slowest, patrol.vehicle.speed_mps)
    assert slowest > 1.0
    assert patrol.state.order_update_id == 1
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(5) < 0.1


def test_an_update_may_replace_the_horizon(kit: SimpleNamespace, patrol: Any) -> None:
    actions = {4: [kit.checkpoint_action("dropped")]}
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=3, actions=actions), patrol.now_s
    )
    patrol.run_to(Mode.WAITING)
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [3, 6, 7], update_id=1, first_sequence_id=4), patrol.now_s
    )
    assert [n.node_id for n in patrol.stack.order.nodes] == ["1", "2", "3", "6", "7"]
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(7) < 0.1
    assert patrol.state.action_states == ()


def test_a_finished_order_goes_on_with_an_update(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s)
    patrol.run_to(Mode.FINISHED)
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [2, 3], update_id=1, first_sequence_id=2), patrol.now_s
    )
    patrol.step()
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(3) < 0.1


def test_the_same_update_twice_has_no_effect(kit: SimpleNamespace, patrol: Any) -> None:
    order = kit.make_order(patrol.map, [1, 2, 3])
    patrol.stack.accept_order(order, patrol.now_s)
    patrol.run(15.0)
    before = patrol.state
    patrol.stack.accept_order(order, patrol.now_s)
    patrol.step()
    assert patrol.state.last_node_id == before.last_node_id
    assert patrol.state.distance_driven_m > before.distance_driven_m


@pytest.mark.parametrize(
    ("nodes", "update_id", "first_sequence_id", "expected"),
    [
        ([3, 4], 0, 4, None),  # the same id again
        ([4, 5], 2, 6, "begins at node 4"),
        ([3, 4], 2, 2, "begins at node 3"),
    ],
)
def test_updates_are_stitched_at_the_end_of_the_base_only(
    kit: SimpleNamespace,
    patrol: Any,
    nodes: list[int],
    update_id: int,
    first_sequence_id: int,
    expected: str | None,
) -> None:
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4], released=3, update_id=1), patrol.now_s
    )
    update = kit.make_order(
        patrol.map, nodes, update_id=update_id, first_sequence_id=first_sequence_id
    )
    with pytest.raises(OrderError, match=expected or "older") as caught:
        patrol.stack.accept_order(update, patrol.now_s)
    assert caught.value.error_type == "orderUpdateError"
    patrol.step()
    assert patrol.state.order_update_id == 1


def whole_and_update(kit: SimpleNamespace, patrol: Any) -> tuple[Order, Order]:
    """The order [1, 2, 3 | 4, 5] is given; its update to 5 as the whole order and by itself."""
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=3), patrol.now_s
    )
    whole = kit.make_order(patrol.map, [1, 2, 3, 4, 5], update_id=1)
    return whole, kit.make_order(patrol.map, [3, 4, 5], update_id=1, first_sequence_id=4)


@pytest.mark.parametrize("resume", [None, 0])
@pytest.mark.parametrize("whole_first", [True, False])
def test_the_whole_order_may_be_given_beside_its_update(
    kit: SimpleNamespace, patrol: Any, whole_first: bool, resume: int | None
) -> None:
    whole, update = whole_and_update(kit, patrol)
    patrol.run(15.0)
    given = [(whole, resume), (update, None)]
    for order, from_id in given if whole_first else reversed(given):
        patrol.stack.accept_order(order, patrol.now_s, from_id)
    assert patrol.stack.order.nodes == whole.nodes
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(5) < 0.1


def test_the_whole_order_brings_updates_that_were_missed(
    kit: SimpleNamespace, patrol: Any
) -> None:
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=2), patrol.now_s
    )
    whole = kit.make_order(patrol.map, [1, 2, 3, 4, 5], update_id=7, released=4)
    patrol.stack.accept_order(whole, patrol.now_s, 0)
    assert patrol.stack.order == whole


def test_a_whole_order_with_another_past_is_refused(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2, 3, 4], released=3), patrol.now_s)
    with pytest.raises(OrderError, match="begins at node 2"):
        patrol.stack.accept_order(kit.make_order(patrol.map, [2, 3, 4], update_id=1), patrol.now_s)
