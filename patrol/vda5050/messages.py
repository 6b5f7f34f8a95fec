"""VDA 5050 2.1.0 messages as typed structs; field names are camelCase on the wire only.

Source: VDA 5050 version 2.1.0, clauses 6.6-6.15 and its JSON schemas (in `schemas/`). Timestamps
are ISO 8601 UTC text (`patrol.clock.iso_utc`); positions are map metres and radians.
`decode` raises OrderError for anything that does not fit.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import msgspec

from patrol.errors import OrderError

VERSION = "2.1.0"
SUPPORTED_MAJOR = "2"

BlockingType = Literal["NONE", "SOFT", "HARD"]
ActionStatus = Literal["WAITING", "INITIALIZING", "RUNNING", "FINISHED", "FAILED"]
ConnectionStatus = Literal["ONLINE", "OFFLINE", "CONNECTIONBROKEN"]
EStop = Literal["AUTOACK", "MANUAL", "REMOTE", "NONE"]


class _Wire(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """camelCase on the wire; a field that equals its default is left out."""


class Header(_Wire):
    """What every message starts with; `header_id` counts per topic (clause 6.4)."""

    header_id: int
    timestamp: str
    version: str
    manufacturer: str
    serial_number: str


class ActionParameter(_Wire):
    """A key and any JSON value."""

    key: str
    value: Any


class Action(_Wire):
    """An action on a node, an edge, or at once."""

    action_type: str
    action_id: str
    blocking_type: BlockingType
    action_description: str | None = None
    action_parameters: list[ActionParameter] | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters by key."""
        return {p.key: p.value for p in self.action_parameters or []}


class NodePosition(_Wire):
    """A place on a map; `theta` (rad) only where the heading matters."""

    x: float
    y: float
    map_id: str
    theta: float | None = None
    allowed_deviation_xy: float | None = msgspec.field(default=None, name="allowedDeviationXY")
    allowed_deviation_theta: float | None = None
    map_description: str | None = None


class OrderNode(_Wire):
    """A node of an order; even sequence ids."""

    node_id: str
    sequence_id: int
    released: bool
    actions: list[Action]
    node_description: str | None = None
    node_position: NodePosition | None = None


class Corridor(_Wire):
    """How far a vehicle may leave the edge, in metres (clause 6.10.3)."""

    left_width: float
    right_width: float
    corridor_ref_point: Literal["KINEMATICCENTER", "CONTOUR"] | None = None


class OrderEdge(_Wire):
    """An edge of an order; odd sequence ids, between the nodes of sequence id ± 1."""

    edge_id: str
    sequence_id: int
    released: bool
    start_node_id: str
    end_node_id: str
    actions: list[Action]
    edge_description: str | None = None
    max_speed: float | None = None
    max_height: float | None = None
    min_height: float | None = None
    orientation: float | None = None
    orientation_type: str | None = None
    direction: str | None = None
    rotation_allowed: bool | None = None
    max_rotation_speed: float | None = None
    length: float | None = None
    trajectory: dict[str, Any] | None = None
    corridor: Corridor | None = None


class Order(Header):
    """A route: the released base, then the horizon (clause 6.6)."""

    order_id: str
    order_update_id: int
    nodes: list[OrderNode]
    edges: list[OrderEdge]
    zone_set_id: str | None = None


class InstantActions(Header):
    """Actions to execute at once."""

    actions: list[Action]


class NodeState(_Wire):
    """A node still to be driven over."""

    node_id: str
    sequence_id: int
    released: bool
    node_description: str | None = None
    node_position: NodePosition | None = None


class EdgeState(_Wire):
    """An edge still to be driven over."""

    edge_id: str
    sequence_id: int
    released: bool
    edge_description: str | None = None


class AgvPosition(_Wire):
    """Where the vehicle is: map metres and radians."""

    x: float
    y: float
    theta: float
    map_id: str
    position_initialized: bool
    map_description: str | None = None
    localization_score: float | None = None
    deviation_range: float | None = None


class Velocity(_Wire):
    """In the vehicle frame: m/s, m/s, rad/s."""

    vx: float | None = None
    vy: float | None = None
    omega: float | None = None


class ActionState(_Wire):
    """How an action stands."""

    action_id: str
    action_status: ActionStatus
    action_type: str | None = None
    action_description: str | None = None
    result_description: str | None = None


class BatteryState(_Wire):
    """State of charge in percent."""

    battery_charge: float
    charging: bool
    battery_voltage: float | None = None
    battery_health: int | None = None
    reach: float | None = None


class Reference(_Wire):
    """What an error or information refers to, e.g. orderId."""

    reference_key: str
    reference_value: str


class Error(_Wire):
    """A fault (`patrol.faults`) or a rejected message."""

    error_type: str
    error_level: Literal["WARNING", "FATAL"]
    error_references: list[Reference] | None = None
    error_description: str | None = None
    error_hint: str | None = None


class Information(_Wire):
    """For people only: fleet logic must not read it (clause 6.10.6)."""

    info_type: str
    info_level: Literal["INFO", "DEBUG"]
    info_references: list[Reference] | None = None
    info_description: str | None = None


class SafetyState(_Wire):
    """Emergency stop and protective field."""

    e_stop: EStop
    field_violation: bool


class MapInfo(_Wire):
    """A map on the vehicle; `map_version` is the map's content hash."""

    map_id: str
    map_version: str
    map_status: Literal["ENABLED", "DISABLED"]
    map_description: str | None = None


class State(Header):
    """All that the fleet server needs to know of a vehicle (clause 6.10)."""

    order_id: str
    order_update_id: int
    last_node_id: str
    last_node_sequence_id: int
    driving: bool
    operating_mode: Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"]
    node_states: list[NodeState]
    edge_states: list[EdgeState]
    action_states: list[ActionState]
    battery_state: BatteryState
    errors: list[Error]
    safety_state: SafetyState
    maps: list[MapInfo] | None = None
    zone_set_id: str | None = None
    paused: bool | None = None
    new_base_request: bool | None = None
    distance_since_last_node: float | None = None
    agv_position: AgvPosition | None = None
    velocity: Velocity | None = None
    loads: list[dict[str, Any]] | None = None
    information: list[Information] | None = None


class Connection(Header):
    """ONLINE and OFFLINE by the vehicle, CONNECTIONBROKEN by its last will (clause 6.14)."""

    connection_state: ConnectionStatus


class Visualization(Header):
    """Position and speed at a higher rate than the state, never stored."""

    agv_position: AgvPosition | None = None
    velocity: Velocity | None = None


class Factsheet(Header):
    """What the vehicle is; the nested parts are plain mappings in the schema's own words."""

    type_specification: dict[str, Any]
    physical_parameters: dict[str, Any]
    protocol_limits: dict[str, Any]
    protocol_features: dict[str, Any]
    agv_geometry: dict[str, Any]
    load_specification: dict[str, Any]
    vehicle_config: dict[str, Any] | None = None


M = TypeVar("M", bound=msgspec.Struct)
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def encode(message: msgspec.Struct) -> bytes:
    """UTF-8 JSON."""
    return _ENCODER.encode(message)


def decode(payload: bytes, kind: type[M]) -> M:
    """A typed message; raises OrderError (`errorType` validationError) naming the JSON path."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        message: M = decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise OrderError(f"{kind.__name__}: {error}", "validationError") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OrderError(f"{kind.__name__}: not JSON: {error}", "validationError") from None
    return message
