"""Everything that goes over the wire fits the official VDA 5050 2.1.0 schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patrol.vda5050
from fleet_client.envelope import Envelope
from fleet_client.options import LinkOptions
from fleet_client.state_builder import MapRef, StateContent, refusal_error
from patrol.clock import iso_utc
from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind
from patrol.geometry import Pose2
from patrol.vda5050 import messages
from patrol.vda5050.messages import (
    Action,
    ActionParameter,
    ActionState,
    InstantActions,
    NodePosition,
    Order,
    OrderEdge,
    OrderNode,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle

SCHEMAS = Path(patrol.vda5050.__file__).parent / "schemas"
ROOT = Path(__file__).parents[2]
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "connection": messages.Connection,
    "factsheet": messages.Factsheet,
    "instantActions": messages.InstantActions,
    "order": messages.Order,
    "state": messages.State,
    "visualization": messages.Visualization,
}
HEADER: dict[str, Any] = {
    "header_id": 7,
    "timestamp": "2026-03-01T21:30:00.000Z",
    "version": "2.1.0",
    "manufacturer": "sunra",
    "serial_number": "goalie-01",
}
ENVELOPE = Envelope(
    VehicleAddress("gwanak", "sunra", "goalie-01"),
    load_vehicle(ROOT / "config/vehicles/goalie.yaml"),
    MapRef("sillim", "0" * 64),
    LinkOptions(),
)

_NUMBER = st.floats(-1e6, 1e6)
_ID = st.text(min_size=1, max_size=20)
_COUNT = st.integers(0, 2**31)
_TIMES = st.floats(0, 4e9).map(iso_utc)


@cache
def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for(schema(name), validate_formats=True)


def check(name: str, payload: bytes) -> dict[str, Any]:
    """Raises with the schema's words; returns the document."""
    document: dict[str, Any] = json.loads(payload)
    validator(name).validate(document)
    return document


_ACTION_STATES = st.builds(
    ActionState,
    action_id=_ID,
    action_type=st.none() | _ID,
    action_status=st.sampled_from(["WAITING", "INITIALIZING", "RUNNING", "FINISHED", "FAILED"]),
    result_description=st.none() | st.text(max_size=20),
)
_ELEMENTS = st.lists(st.tuples(_ID, _COUNT, st.booleans()), max_size=4)
_CONTENT = st.builds(
    StateContent,
    order_id=st.text(max_size=20),
    order_update_id=_COUNT,
    last_node_id=st.text(max_size=20),
    last_node_sequence_id=_COUNT,
    driving=st.booleans(),
    paused=st.booleans(),
    new_base_request=st.booleans(),
    distance_since_last_node_m=st.none() | st.floats(0, 1e5),
    node_states=_ELEMENTS,
    edge_states=_ELEMENTS,
    action_states=st.lists(_ACTION_STATES, max_size=3),
    pose=st.none() | st.builds(Pose2, _NUMBER, _NUMBER, st.floats(-100, 100)),
    position_sigma_m=st.none() | st.floats(0, 100),
    localized=st.booleans(),
    speed_mps=st.floats(-5, 5),
    yaw_rate_radps=st.floats(-3, 3),
    battery_pct=st.floats(0, 100),
    charging=st.booleans(),
    emergency_stop=st.booleans(),
    field_violation=st.booleans(),
    operating_mode=st.sampled_from(["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"]),
    faults=st.frozensets(st.sampled_from(FaultKind)),
)


@settings(deadline=None)
@given(_CONTENT, _COUNT, _TIMES)
def test_any_state_fits_the_schema(content: StateContent, header_id: int, timestamp: str) -> None:
    refusals = [refusal_error(OrderError("no", "orderError", orderId="o"))]
    document = check("state", ENVELOPE.state(content, refusals, [], header_id, timestamp))
    assert len(document["errors"]) == len(content.faults) + 1


def test_a_state_of_default_values_still_has_every_required_field() -> None:
    check("state", ENVELOPE.state(StateContent(), [], [], 0, "1970-01-01T00:00:00.000Z"))


@pytest.mark.parametrize("fault", list(FaultKind))
def test_every_fault_is_an_error_with_korean_and_english_text(fault: FaultKind) -> None:
    content = StateContent(faults=frozenset({fault}))
    document = check("state", ENVELOPE.state(content, [], [], 0, HEADER["timestamp"]))
    [error] = document["errors"]
    assert error["errorType"] == fault.value
    assert FAULTS[fault].text_ko in error["errorDescription"]
    assert FAULTS[fault].text_en in error["errorDescription"]


def test_a_position_that_is_no_number_is_left_out() -> None:
    content = StateContent(pose=Pose2(float("nan"), 0.0, 0.0))
    document = check("state", ENVELOPE.state(content, [], [], 0, HEADER["timestamp"]))
    assert "agvPosition" not in document


@pytest.mark.parametrize("status", ["ONLINE", "OFFLINE", "CONNECTIONBROKEN"])
def test_connection_fits_the_schema(status: Any) -> None:
    document = check("connection", ENVELOPE.connection(status, 3, HEADER["timestamp"]))
    assert document["connectionState"] == status


def test_factsheet_fits_the_schema_and_the_vehicle() -> None:
    document = check("factsheet", ENVELOPE.factsheet(0, HEADER["timestamp"]))
    assert document["typeSpecification"]["agvKinematic"] == "THREEWHEEL"
    assert document["physicalParameters"]["speedMax"] == pytest.approx(5 / 3.6)
    assert len(document["agvGeometry"]["wheelDefinitions"]) == 4


@settings(deadline=None)
@given(st.builds(Pose2, _NUMBER, _NUMBER, st.floats(-100, 100)), st.floats(-5, 5), _COUNT)
def test_visualization_fits_the_schema(pose: Pose2, speed_mps: float, header_id: int) -> None:
    payload = ENVELOPE.visualization(pose, speed_mps, 0.1, header_id, HEADER["timestamp"])
    assert -3.15 < check("visualization", payload)["agvPosition"]["theta"] < 3.15


_ACTIONS = st.builds(
    Action,
    action_type=_ID,
    action_id=_ID,
    blocking_type=st.sampled_from(["NONE", "SOFT", "HARD"]),
    action_parameters=st.none()
    | st.lists(
        st.builds(ActionParameter, key=_ID, value=_NUMBER | st.text(max_size=9) | st.booleans()),
        max_size=3,
    ),
)
_NODES = st.builds(
    OrderNode,
    node_id=_ID,
    sequence_id=_COUNT,
    released=st.booleans(),
    actions=st.lists(_ACTIONS, max_size=2),
    node_position=st.none()
    | st.builds(
        NodePosition, x=_NUMBER, y=_NUMBER, map_id=_ID, theta=st.none() | st.floats(-3.14, 3.14)
    ),
)
_EDGES = st.builds(
    OrderEdge,
    edge_id=_ID,
    sequence_id=_COUNT,
    released=st.booleans(),
    start_node_id=_ID,
    end_node_id=_ID,
    actions=st.lists(_ACTIONS, max_size=2),
    max_speed=st.none() | st.floats(0, 5),
)


@settings(deadline=None)
@given(st.lists(_NODES, max_size=3), st.lists(_EDGES, max_size=3), _COUNT)
def test_any_order_fits_the_schema(
    nodes: list[OrderNode], edges: list[OrderEdge], update: int
) -> None:
    order = Order(order_id="o", order_update_id=update, nodes=nodes, edges=edges, **HEADER)
    check("order", encode(order))


@settings(deadline=None)
@given(st.lists(_ACTIONS, max_size=4))
def test_any_instant_actions_fit_the_schema(actions: list[Action]) -> None:
    check("instantActions", encode(InstantActions(actions=actions, **HEADER)))


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_every_required_field_of_the_schema_is_required_by_the_struct(name: str) -> None:
    fields = {f.encode_name: f for f in msgspec.structs.fields(STRUCTS[name])}
    for required in schema(name).get("required", []):
        assert fields[required].required, f"{name}.{required} could be left out"
    unknown = set(fields) - set(schema(name)["properties"])
    assert not unknown, "no field of our own in a standard message"


def test_schema_refuses_what_is_wrong() -> None:
    """The check itself checks: a misspelt status must not pass."""
    document = json.loads(ENVELOPE.connection("ONLINE", 0, HEADER["timestamp"]))
    document["connectionState"] = "ON"
    with pytest.raises(jsonschema_rs.ValidationError):
        validator("connection").validate(document)
