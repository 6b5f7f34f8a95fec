"""Orders from acceptance to their end: pause, cancel, restart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from navigation.types import Mode, StackInputs
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.vda5050.messages import Action, NodePosition, Order

EAST = Pose2(0.0, 0.0, 0.0)


def instant(kind: str, action_id: str = "i1") -> Action:
    return Action(action_type=kind, action_id=action_id, blocking_type="HARD")


def status_of(patrol: Any, action_id: str) -> str:
    return next(s.action_status for s in patrol.state.action_states if s.action_id == action_id)


@pytest.fixture
def patrol(kit: SimpleNamespace) -> Any:
    return kit.Patrol(kit.street_map(), EAST)


def test_pauses_and_goes_on(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2, 3]), patrol.now_s)
    patrol.run(12.0)
    patrol.stack.instant_action(instant("startPause", "p1"), patrol.now_s)
    patrol.step()
    assert status_of(patrol, "p1") == "RUNNING"
    patrol.run(4.0)
    assert patrol.state.mode is Mode.PAUSED
    assert patrol.state.paused
    assert patrol.vehicle.speed_mps == pytest.approx(0.0, abs=0.01)
    assert status_of(patrol, "p1") == "FINISHED"
    where = patrol.vehicle.pose
    patrol.run(5.0)
    assert patrol.vehicle.pose == where
    patrol.stack.instant_action(instant("stopPause", "p2"), patrol.now_s)
    patrol.run_to(Mode.FINISHED)
    assert not patrol.state.paused
    assert patrol.distance_to(3) < 0.1


def test_cancels_brakes_and_takes_the_next_order_in_mid_edge(
    kit: SimpleNamespace, patrol: Any
) -> None:
    actions = {2: [kit.checkpoint_action("never")]}
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2, 3], actions=actions), patrol.now_s)
    patrol.run(20.0)
    patrol.stack.instant_action(instant("cancelOrder", "c1"), patrol.now_s)
    patrol.run_to(Mode.IDLE, 5.0)
    assert status_of(patrol, "c1") == "FINISHED"
    assert status_of(patrol, "never") == "FAILED"
    assert patrol.state.node_states == patrol.state.edge_states == ()
    assert patrol.vehicle.speed_mps == pytest.approx(0.0, abs=0.03)
    patrol.stack.accept_order(kit.make_order(patrol.map, [3, 4], order_id="order-2"), patrol.now_s)
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(4) < 0.1


def test_turns_back_after_a_cancel(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2, 3]), patrol.now_s)
    patrol.run(25.0)
    patrol.stack.instant_action(instant("cancelOrder"), patrol.now_s)
    patrol.run_to(Mode.IDLE, 5.0)
    patrol.stack.accept_order(kit.make_order(patrol.map, [2, 1], order_id="order-2"), patrol.now_s)
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(1) < 0.1


def test_nothing_to_cancel_is_an_error(patrol: Any) -> None:
    with pytest.raises(OrderError, match="no order is active") as caught:
        patrol.stack.instant_action(instant("cancelOrder"), patrol.now_s)
    assert caught.value.error_type == "noOrderToCancel"


def test_an_unknown_instant_action_is_an_error(patrol: Any) -> None:
    with pytest.raises(OrderError, match="'dance' is not known here; known: startPause") as caught:
        patrol.stack.instant_action(instant("dance"), patrol.now_s)
    assert caught.value.error_type == "actionError"


def test_a_pose_that_comes_late_fails_no_order(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.run(1.0)
    patrol.pose_age_s = 1.5
    patrol.run(1.0)
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s)
    patrol.run(3.0)
    assert patrol.vehicle.pose == EAST, "it waits for a pose to lay its path by"
    patrol.pose_age_s = 0.0
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(2) < 0.1


def test_a_clock_that_is_set_as_an_order_comes_fails_none(
    kit: SimpleNamespace, patrol: Any
) -> None:
    patrol.run(1.0)
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s + 5.0)
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(2) < 0.1


@pytest.mark.parametrize(
    ("late_s", "doubts"),
    [(2.5, frozenset()), (0.5, frozenset({FaultKind.LOCALIZATION_LOST}))],
    ids=["late", "doubted"],
)
def test_an_order_needs_a_position_to_begin_at(
    kit: SimpleNamespace, patrol: Any, late_s: float, doubts: frozenset[FaultKind]
) -> None:
    patrol.run(1.0)
    patrol.pose_age_s, patrol.localization = 1.5, doubts
    patrol.run(late_s)
    with pytest.raises(OrderError, match="does not know where it is") as caught:
        patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s)
    assert caught.value.error_type == "noRouteError"
    assert patrol.stack.order is None


def test_a_second_order_waits_for_the_first(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s)
    with pytest.raises(OrderError, match="order-1 is not finished; cancel it first"):
        patrol.stack.accept_order(
            kit.make_order(patrol.map, [1, 2], order_id="order-2"), patrol.now_s
        )
    patrol.run_to(Mode.FINISHED)
    patrol.stack.accept_order(kit.make_order(patrol.map, [2, 3], order_id="order-2"), patrol.now_s)


def test_goes_on_after_the_death_of_its_process(kit: SimpleNamespace, patrol: Any) -> None:
    actions = {2: [kit.checkpoint_action("a")], 4: [kit.checkpoint_action("b")]}
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=4, actions=actions), patrol.now_s
    )
    patrol.run(60.0, lambda state: state.last_node_id == "3")
    patrol.run_to(Mode.DRIVING)
    patrol.run(6.0)
    order, reached = patrol.stack.order, patrol.state.last_node_sequence_id
    reborn = kit.Patrol(patrol.map, patrol.vehicle.pose)
    reborn.stack = type(reborn.stack)(kit.SPEC, patrol.map)  # does not know its pose yet
    reborn.stack.accept_order(order, reborn.now_s, resume_from_sequence_id=reached)
    reborn.step()
    assert reborn.state.last_node_id == "3"
    assert [n.node_id for n in reborn.state.node_states] == ["4", "5"]
    assert status_of(reborn, "a") in ("RUNNING", "WAITING")  # nobody knows whether it was done
    reborn.run_to(Mode.WAITING)
    assert reborn.distance_to(4) < 0.1
    assert status_of(reborn, "b") == "WAITING"


def test_a_resumed_order_waits_for_a_position_to_begin_at(
    kit: SimpleNamespace, patrol: Any
) -> None:
    reborn = kit.Patrol(patrol.map, Pose2(20.0, 0.1, 0.05))
    reborn.localization = frozenset({FaultKind.LOCALIZATION_LOST})
    reborn.noise_m = 1.0
    order = kit.make_order(patrol.map, [1, 2, 3, 4])
    reborn.stack.accept_order(order, reborn.now_s, resume_from_sequence_id=2)
    reborn.run(3.0)
    assert reborn.state.mode is Mode.STOPPED
    assert reborn.vehicle.speed_mps == 0.0
    reborn.noise_m, reborn.localization = 0.02, frozenset()
    reborn.run_to(Mode.FINISHED)
    assert reborn.distance_to(4) < 0.1
    assert max(reborn.errors_m) < 0.2


def test_takes_an_update_while_its_position_is_lost(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 3, 4, 5], released=3), patrol.now_s
    )
    patrol.run(12.0)
    patrol.localization = frozenset({FaultKind.LOCALIZATION_LOST})
    patrol.run(2.0)
    driven_m = patrol.state.distance_driven_m
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [3, 6, 7], update_id=1, first_sequence_id=4), patrol.now_s
    )
    patrol.run(1.0)
    assert patrol.state.distance_driven_m == driven_m > 5.0
    patrol.localization = frozenset()
    patrol.run_to(Mode.FINISHED)
    assert patrol.distance_to(7) < 0.1


def test_resuming_from_a_node_that_is_not_in_the_order(kit: SimpleNamespace, patrol: Any) -> None:
    with pytest.raises(OrderError, match="no node has sequenceId 40"):
        patrol.stack.accept_order(
            kit.make_order(patrol.map, [1, 2]), patrol.now_s, resume_from_sequence_id=40
        )


def test_charges_at_the_dock(kit: SimpleNamespace, patrol: Any) -> None:
    charge = Action(action_type="startCharging", action_id="charge", blocking_type="HARD")
    patrol.stack.accept_order(
        kit.make_order(patrol.map, [1, 2, 1], actions={2: [charge]}), patrol.now_s
    )
    patrol.run_to(Mode.CHARGING)
    assert patrol.distance_to(1) < 0.1
    patrol.charging = True
    patrol.run(2.5)
    assert status_of(patrol, "charge") == "FINISHED"
    assert patrol.state.mode is Mode.CHARGING


def test_a_dead_charger_fails_the_action(kit: SimpleNamespace, patrol: Any) -> None:
    charge = Action(action_type="startCharging", action_id="charge", blocking_type="HARD")
    patrol.stack.accept_order(kit.make_order(patrol.map, [1], actions={0: [charge]}), patrol.now_s)
    patrol.run_to(Mode.FINISHED)
    assert status_of(patrol, "charge") == "FAILED"


# --- orders that cannot be followed ---

Change = Callable[[Order], None]


def _swap_edge(order: Order) -> None:
    order.edges[0] = msgspec.structs.replace(order.edges[0], start_node_id="2")


def _wrong_map_edge(order: Order) -> None:
    order.edges[0] = msgspec.structs.replace(order.edges[0], edge_id="104")


def _rename_last_node(order: Order) -> None:
    order.nodes[2] = msgspec.structs.replace(order.nodes[2], node_id="93")
    order.edges[1] = msgspec.structs.replace(order.edges[1], end_node_id="93")


def _set_position(x: float, map_id: str) -> Change:
    def change(order: Order) -> None:
        order.nodes[1].node_position = NodePosition(x=x, y=0.0, map_id=map_id)

    return change


def _set(where: str, index: int, **values: Any) -> Change:
    def change(order: Order) -> None:
        row = getattr(order, where)
        row[index] = msgspec.structs.replace(row[index], **values)

    return change


BAD_ORDERS: list[tuple[str, Change, str, str]] = [
    ("node of another edge", _set("nodes", 2, node_id="93"), "validationError", "neighbours"),
    ("unknown last node", _rename_last_node, "validationError", "node '93' is not on the map"),
    (
        "unknown edge",
        _set("edges", 1, edge_id="999"),
        "validationError",
        "edge '999' is not on the map",
    ),
    ("edge id no number", _set("edges", 1, edge_id="x1"), "validationError", "edge 'x1'"),
    ("edge not connecting", _swap_edge, "validationError", "runs 2 to 2"),
    ("edge of other nodes", _wrong_map_edge, "noRouteError", "edge 104 runs 3 to 4"),
    ("odd node sequence", _set("nodes", 0, sequence_id=1), "validationError", "not even"),
    (
        "gap in the sequence",
        _set("nodes", 2, sequence_id=8),
        "validationError",
        "node sequenceId 8 where 4 is due",
    ),
    (
        "edge sequence",
        _set("edges", 1, sequence_id=7),
        "validationError",
        "edge sequenceId 7 where 3 is due",
    ),
    ("no base", _set("nodes", 0, released=False), "validationError", "first node"),
    ("hole in the base", _set("nodes", 1, released=False), "validationError", "horizon"),
    ("edge release", _set("edges", 1, released=False), "validationError", "differ in"),
    ("other map", _set_position(12.0, "elsewhere"), "mapMismatch", "is for map 'elsewhere'"),
    ("moved node", _set_position(17.0, "testville"), "mapMismatch", "5.0 m away"),
    ("no nodes", lambda o: o.nodes.clear(), "validationError", "has no nodes"),
    ("edge missing", lambda o: o.edges.pop(), "validationError", "need 2 edges, got 1"),
    ("no speed", _set("edges", 0, max_speed=0.0), "validationError", "maxSpeed 0"),
    ("unknown action", _set("nodes", 1, actions=[instant("sing")]), "validationError", "'sing'"),
    ("edge action", _set("edges", 1, actions=[instant("sing")]), "validationError", "'sing'"),
    (
        "charging in the street",
        _set("nodes", 1, actions=[instant("startCharging")]),
        "orderError",
        "no dock there",
    ),
    (
        "one action twice",
        _set("nodes", 1, actions=[instant("patrolCheckpoint"), instant("patrolCheckpoint")]),
        "validationError",
        "stands twice",
    ),
]


@pytest.mark.parametrize(
    ("change", "error_type", "message"),
    [row[1:] for row in BAD_ORDERS],
    ids=[row[0] for row in BAD_ORDERS],
)
def test_refuses_an_order_with(
    kit: SimpleNamespace, patrol: Any, change: Change, error_type: str, message: str
) -> None:
    order = kit.make_order(patrol.map, [1, 2, 3])
    change(order)
    with pytest.raises(OrderError, match=message) as caught:
        patrol.stack.accept_order(order, patrol.now_s)
    assert caught.value.error_type == error_type
    patrol.step()
    assert patrol.state.mode is Mode.IDLE
    assert patrol.state.order_id == ""


def test_refuses_a_node_that_no_map_has(kit: SimpleNamespace, patrol: Any) -> None:
    order = kit.make_order(patrol.map, [1])
    order.nodes[0].node_id = "93"
    with pytest.raises(OrderError, match="node '93' is not on the map") as caught:
        patrol.stack.accept_order(order, patrol.now_s)
    assert caught.value.error_type == "validationError"


def test_refuses_a_start_out_of_reach(kit: SimpleNamespace, patrol: Any) -> None:
    with pytest.raises(OrderError, match=r"node 4 is 70.0 m away and no edge") as caught:
        patrol.stack.accept_order(kit.make_order(patrol.map, [4, 5]), patrol.now_s)
    assert caught.value.error_type == "noRouteError"


def test_refuses_to_start_without_a_position(kit: SimpleNamespace, patrol: Any) -> None:
    stack = type(patrol.stack)(kit.SPEC, patrol.map)
    stack.step(StackInputs(pose=None), 0.0)
    with pytest.raises(OrderError, match="does not know where it is") as caught:
        stack.accept_order(kit.make_order(patrol.map, [1, 2]), 0.0)
    assert caught.value.error_type == "noRouteError"


def test_refuses_a_way_narrower_than_the_vehicle(kit: SimpleNamespace) -> None:
    patrol_map = kit.street_map()
    narrow = {**patrol_map.edges}
    narrow[100] = dataclasses.replace(narrow[100], width_m=0.8)
    patrol = kit.Patrol(dataclasses.replace(patrol_map, edges=narrow), EAST)
    with pytest.raises(OrderError, match=r"edge 100 is 0.8 m wide, the vehicle 0.9 m"):
        patrol.stack.accept_order(kit.make_order(patrol.map, [1, 2]), patrol.now_s)


def test_an_order_of_one_node_is_done_at_once(kit: SimpleNamespace, patrol: Any) -> None:
    patrol.stack.accept_order(kit.make_order(patrol.map, [1]), patrol.now_s)
    patrol.step()
    assert patrol.state.mode is Mode.FINISHED
    assert patrol.state.faults == frozenset()
    assert FaultKind.OFF_ROUTE not in patrol.state.faults
