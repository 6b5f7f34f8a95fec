"""What arrives: duplicates passed over, refusals shown with references, own actions handled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fleet_client.options import LinkHandlers
from fleet_client.receiver import Receiver
from fleet_client.state_builder import MapRef
from patrol.errors import OrderError
from patrol.vda5050.extension import Ack, AckItem
from patrol.vda5050.messages import Action, InstantActions, Order, OrderNode, encode
from patrol.vda5050.release import Release, release_action
from patrol.vda5050.topic_names import VehicleAddress

ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
HEADER: dict[str, Any] = {
    "header_id": 7,
    "timestamp": "2026-03-01T21:30:00.000Z",
    "version": "2.1.0",
    "manufacturer": "sunra",
    "serial_number": "goalie-01",
}


class Vehicle:
    """Remembers what it was told; refuses orders to node "bad"."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.actions: list[Action] = []
        self.acks: list[Ack] = []
        self.state_requests = self.factsheets = 0
        handlers = LinkHandlers(self.on_order, self.on_action, self.on_state_request)
        self.receiver = Receiver(
            ADDRESS, MapRef("sillim"), handlers, self.acks.append, self.on_factsheet
        )

    def with_release(self, on_release: Any) -> Receiver:
        """A receiver of a vehicle that keeps originals."""
        handlers = LinkHandlers(self.on_order, self.on_action, on_release=on_release)
        return Receiver(ADDRESS, MapRef("sillim"), handlers, self.acks.append, self.on_factsheet)

    async def on_order(self, order: Order) -> None:
        if order.nodes[0].node_id == "bad":
            raise OrderError("unreachable", "noRouteError", nodeId="bad")
        self.orders.append(order)

    def on_action(self, action: Action) -> None:
        if action.action_type == "dance":
            raise OrderError("cannot dance", "actionError")
        self.actions.append(action)

    def on_state_request(self) -> None:
        self.state_requests += 1

    def on_factsheet(self) -> None:
        self.factsheets += 1

    def receive(self, name: str, message: Any) -> None:
        payload = message if isinstance(message, bytes) else encode(message)
        asyncio.run(self.receiver.receive(ADDRESS.topic(name), payload))


def order(order_id: str = "o1", update: int = 0, node_id: str = "1") -> Order:
    node = OrderNode(node_id=node_id, sequence_id=0, released=True, actions=[])
    return Order(order_id=order_id, order_update_id=update, nodes=[node], edges=[], **HEADER)


def act(action_type: str, action_id: str = "a1") -> InstantActions:
    action = Action(action_type=action_type, action_id=action_id, blocking_type="HARD")
    return InstantActions(actions=[action], **HEADER)


def references(vehicle: Vehicle) -> dict[str, str]:
    found = vehicle.receiver.refusals[-1].error_references or []
    return {reference.reference_key: reference.reference_value for reference in found}


def test_order_delivered_twice_is_taken_once() -> None:
    vehicle = Vehicle()
    vehicle.receive("order", order())
    vehicle.receive("order", order())
    vehicle.receive("order", order(update=1))
    assert [o.order_update_id for o in vehicle.orders] == [0, 1]
    assert vehicle.receiver.orders_received == 3
    assert vehicle.receiver.refusals == []


def test_refused_order_is_an_error_with_references_until_one_is_accepted() -> None:
    vehicle = Vehicle()
    vehicle.receive("order", order("o2", 3, "bad"))
    [error] = vehicle.receiver.refusals
    assert (error.error_type, error.error_level) == ("noRouteError", "WARNING")
    assert references(vehicle) == {
        "topic": "order",
        "headerId": "7",
        "orderId": "o2",
        "orderUpdateId": "3",
        "nodeId": "bad",
    }
    assert vehicle.state_requests == 1, "the server should see it now"
    vehicle.receive("order", order())
    assert vehicle.receiver.refusals == []


def test_message_that_is_not_json_is_refused_and_the_next_one_works() -> None:
    vehicle = Vehicle()
    vehicle.receive("order", b"\xff{")
    assert vehicle.receiver.refusals[-1].error_type == "validationError"
    assert references(vehicle) == {"topic": "order"}
    vehicle.receive("order", order())
    assert len(vehicle.orders) == 1


def test_order_refused_after_acceptance_may_be_sent_again() -> None:
    vehicle = Vehicle()
    vehicle.receive("order", order())
    asyncio.run(vehicle.receiver.refuse(OrderError("goal aborted"), vehicle.orders[0]))
    assert references(vehicle)["orderId"] == "o1"
    vehicle.receive("order", order())
    assert len(vehicle.orders) == 2


def test_instant_action_delivered_twice_is_done_once() -> None:
    vehicle = Vehicle()
    vehicle.receive("instantActions", act("startPause"))
    vehicle.receive("instantActions", act("startPause"))
    assert [action.action_type for action in vehicle.actions] == ["startPause"]


def test_refused_instant_action_has_failed() -> None:
    vehicle = Vehicle()
    vehicle.receive("instantActions", act("dance"))
    [state] = vehicle.receiver.action_states(set())
    assert (state.action_id, state.action_status) == ("a1", "FAILED")
    assert references(vehicle)["actionType"] == "dance"
    assert vehicle.receiver.action_states({"a1"}) == [], "the vehicle reports it itself"


def test_state_and_factsheet_requests_are_answered_here() -> None:
    vehicle = Vehicle()
    vehicle.receive("instantActions", act("stateRequest", "a1"))
    vehicle.receive("instantActions", act("factsheetRequest", "a2"))
    assert (vehicle.state_requests, vehicle.factsheets, vehicle.actions) == (1, 1, [])
    assert [s.action_status for s in vehicle.receiver.action_states(set())] == ["FINISHED"] * 2


def test_only_the_latest_refusals_are_shown() -> None:
    vehicle = Vehicle()
    for number in range(20):
        vehicle.receive("order", order(f"o{number}", 0, "bad"))
    assert len(vehicle.receiver.refusals) == 5
    assert vehicle.receiver.rejected == 20


def test_acknowledgement_is_passed_on() -> None:
    vehicle = Vehicle()
    items = [AckItem(topic="state", header_id=3, timestamp="t")]
    vehicle.receive("ack", Ack(items=items, **HEADER))
    assert vehicle.acks[0].items == items


RELEASE = Release("inc-1", "officer", "112 case 4711")


def release(**changes: str) -> InstantActions:
    action = release_action(replace(RELEASE, **changes), "a1")
    return InstantActions(actions=[action], **HEADER)


def test_a_release_goes_to_who_keeps_originals_and_has_finished() -> None:
    vehicle, asked = Vehicle(), []
    vehicle.receiver = vehicle.with_release(asked.append)
    vehicle.receive("instantActions", release())
    assert asked == [RELEASE]
    assert vehicle.actions == []
    [state] = vehicle.receiver.action_states(set())
    assert (state.action_type, state.action_status) == ("releaseOriginal", "FINISHED")


@pytest.mark.parametrize("changes", [{"reason": " "}, {"requested_by": ""}, {"reason": "x" * 501}])
def test_a_release_for_nothing_is_refused_by_name(changes: dict[str, str]) -> None:
    vehicle, asked = Vehicle(), []
    vehicle.receiver = vehicle.with_release(asked.append)
    vehicle.receive("instantActions", release(**changes))
    assert asked == []
    [error] = vehicle.receiver.refusals
    assert error.error_type == "validationError"
    assert ("reason" if "reason" in changes else "requestedBy") in (error.error_description or "")


def test_a_release_that_fails_has_failed() -> None:
    def refuse(_release: Release) -> None:
        raise OrderError("no original on board")

    vehicle = Vehicle()
    vehicle.receiver = vehicle.with_release(refuse)
    vehicle.receive("instantActions", release())
    [state] = vehicle.receiver.action_states(set())
    assert (state.action_status, state.result_description) == ("FAILED", "no original on board")
