"""Orders and actions that are not for us or not well formed are refused, each with its reason."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_client.inbound import read_instant_actions, read_message, read_order
from fleet_client.state_builder import MapRef
from patrol.errors import OrderError
from patrol.vda5050.extension import Ack
from patrol.vda5050.messages import Order, decode, encode
from patrol.vda5050.topic_names import VehicleAddress

VERSION = "a" * 64  # of the enabled map
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")


def order_json(**changes: Any) -> dict[str, Any]:
    """A good order of three nodes; the last edge and node are the horizon."""

    def node(node_id: str, sequence_id: int, released: bool) -> dict[str, Any]:
        position = {"x": 1.0, "y": 2.0, "mapId": "sillim"}
        return {
            "nodeId": node_id,
            "sequenceId": sequence_id,
            "released": released,
            "nodePosition": position,
            "actions": [],
        }

    def edge(edge_id: str, sequence_id: int, released: bool, ends: str) -> dict[str, Any]:
        return {
            "edgeId": edge_id,
            "sequenceId": sequence_id,
            "released": released,
            "startNodeId": ends[0],
            "endNodeId": ends[1],
            "actions": [],
        }

    return {
        "headerId": 1,
        "timestamp": "2026-03-01T21:30:00.000Z",
        "version": "2.1.0",
        "manufacturer": "sunra",
        "serialNumber": "goalie-01",
        "orderId": "o1",
        "orderUpdateId": 0,
        "nodes": [node("1", 0, True), node("2", 2, True), node("3", 4, False)],
        "edges": [edge("12", 1, True, "12"), edge("23", 3, False, "23")],
        **changes,
    }


def read(document: Any) -> Order:
    return read_order(json.dumps(document).encode(), ADDRESS, MapRef("sillim", VERSION))


def refusal(document: Any) -> OrderError:
    with pytest.raises(OrderError) as caught:
        read(document)
    return caught.value


def test_a_good_order_is_read() -> None:
    order = read(order_json())
    assert [node.released for node in order.nodes] == [True, True, False]


def test_unknown_fields_are_ignored() -> None:
    document = order_json(zoneSetId=VERSION, fieldOfALaterVersion={"a": 1}, version="2.9.0")
    document["nodes"][0]["colour"] = "red"
    assert read(document).zone_set_id == VERSION


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"null", '{"orderId": "쓰레기"}'.encode()]
)
def test_what_is_no_order_is_a_validation_error(payload: bytes) -> None:
    with pytest.raises(OrderError) as caught:
        read_order(payload, ADDRESS, MapRef("sillim", VERSION))
    assert caught.value.error_type == "validationError"
    assert caught.value.references["topic"] == "order"


@pytest.mark.parametrize("version", ["1.3.2", "3.0.0", "x", ""])
def test_other_major_version_is_refused(version: str) -> None:
    error = refusal(order_json(version=version))
    assert error.error_type == "unsupportedVersion"
    assert error.references["orderId"] == "o1"


def test_other_version_is_refused_even_where_its_fields_differ() -> None:
    assert refusal({"version": "3.0.0", "orderId": 7}).error_type == "unsupportedVersion"


@pytest.mark.parametrize("field", ["manufacturer", "serialNumber"])
def test_order_for_another_vehicle_is_refused(field: str) -> None:
    error = refusal(order_json(**{field: "other"}))
    assert error.error_type == "wrongVehicle"
    assert "sunra/goalie-01" in str(error)


def test_order_on_another_map_is_refused() -> None:
    document = order_json()
    document["nodes"][1]["nodePosition"]["mapId"] = "elsewhere"
    error = refusal(document)
    assert error.error_type == "mapMismatch"
    assert error.references["nodeId"] == "2"


def test_order_for_another_version_of_the_map_is_refused() -> None:
    error = refusal(order_json(zoneSetId="b" * 64))
    assert error.error_type == "mapMismatch"
    assert VERSION in str(error)
    assert "b" * 64 in str(error)
    assert error.references["zoneSetId"] == "b" * 64


def test_missing_field_is_named_with_its_place() -> None:
    document = order_json()
    del document["nodes"][1]["released"]
    error = refusal(document)
    assert error.error_type == "validationError"
    assert "released" in str(error)
    assert "nodes" in str(error)


def _change(path: str, value: Any) -> dict[str, Any]:
    document = order_json()
    group, index, field = path.split(".")
    document[group][int(index)][field] = value
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (order_json(nodes=[], edges=[]), "no nodes"),
        (order_json(edges=[]), "3 nodes but 0 edges"),
        (_change("nodes.0.sequenceId", 1), "odd"),
        (_change("nodes.1.sequenceId", 6), "out of order"),
        (_change("edges.0.sequenceId", 3), "out of order"),
        (_change("edges.1.startNodeId", "9"), "does not join"),
        (_change("nodes.2.released", True), "follows the horizon"),
        (_change("nodes.0.released", False), "follows the horizon"),
    ],
)
def test_misshapen_route_is_refused(document: dict[str, Any], words: str) -> None:
    error = refusal(document)
    assert error.error_type == "validationError"
    assert words in str(error)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_can_do_more_than_raise_an_order_error(payload: bytes) -> None:
    for kind in (Order, Ack):
        with pytest.raises(OrderError):
            read_message(payload, kind, "order", ADDRESS)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(order_json())), _JSON)
def test_any_json_in_any_field_is_taken_or_refused(field: str, value: Any) -> None:
    payload = json.dumps(order_json(**{field: value})).encode()
    with suppress(OrderError):
        read_order(payload, ADDRESS, MapRef("sillim", VERSION))


def test_what_is_read_is_written_alike() -> None:
    payload = encode(read(order_json()))
    assert decode(payload, Order) == read(order_json())


def test_instant_actions_carry_parameters() -> None:
    document = order_json(
        actions=[
            {
                "actionType": "startPause",
                "actionId": "a",
                "blockingType": "HARD",
                "actionParameters": [{"key": "reason", "value": "test"}],
            }
        ]
    )
    message = read_instant_actions(json.dumps(document).encode(), ADDRESS)
    assert message.actions[0].parameters() == {"reason": "test"}
