"""A vehicle's condition in plain values → the VDA 5050 state message.

The one place where faults (`patrol.faults`) become VDA `errors`, and where rejected messages are
reported (VDA 5050 2.1.0, clauses 6.10.5 and 7.1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import (
    ActionState,
    AgvPosition,
    BatteryState,
    EdgeState,
    Error,
    Information,
    MapInfo,
    NodeState,
    Reference,
    SafetyState,
    State,
    Velocity,
)
from patrol.vda5050.node_actions import ATTENTION
from patrol.waiting import WAITING

OperatingMode = Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"]
Left = tuple[str, int, bool]  # a node or edge of the order: id, sequence id, released
NEWS = (  # changes of which the control room hears at once (VDA 5050 2.1.0, clause 6.10)
    *("order_id", "order_update_id", "last_node_sequence_id", "driving", "paused"),
    *("new_base_request", "node_states", "action_states", "charging"),
    *("emergency_stop", "field_violation", "faults", "shown"),
)


@dataclass(frozen=True, slots=True)
class HealthSummary:
    """The vehicle's health in few words, for people; `level` is OK, WARN or ERROR."""

    level: str
    not_ok: tuple[str, ...] = ()  # names of what is not OK
    figures: tuple[tuple[str, str], ...] = ()  # key with its unit, value


@dataclass(frozen=True, slots=True)
class Shown:
    """What the vehicle shows and sounds, as its base reports it."""

    beacon: bool
    siren: bool


@dataclass(frozen=True, slots=True)
class MapRef:
    """Which map the vehicle drives on; `content_hash` becomes VDA's `mapVersion`."""

    map_id: str
    content_hash: str = ""
    description: str = ""

    @staticmethod
    def of(patrol_map: PatrolMap) -> MapRef:
        """The reference of a loaded map."""
        return MapRef(patrol_map.map_id, patrol_map.content_hash, patrol_map.name)


@dataclass(frozen=True, slots=True)
class StateContent:
    """What a vehicle knows of itself; metres, radians, seconds, percent; pose of base_link.

    `node_states` and `edge_states` are what remains of the order.
    """

    order_id: str = ""
    order_update_id: int = 0
    last_node_id: str = ""
    last_node_sequence_id: int = 0
    driving: bool = False
    paused: bool = False
    new_base_request: bool = False
    distance_since_last_node_m: float | None = None
    node_states: Sequence[Left] = ()
    edge_states: Sequence[Left] = ()
    action_states: Sequence[ActionState] = ()
    pose: Pose2 | None = None  # None: position unknown
    position_sigma_m: float | None = None
    localized: bool = True
    speed_mps: float = 0.0
    yaw_rate_radps: float = 0.0
    battery_pct: float = 100.0
    charging: bool = False
    emergency_stop: bool = False
    field_violation: bool = False  # something stands in the stop zone
    operating_mode: OperatingMode = "AUTOMATIC"
    faults: frozenset[FaultKind] = frozenset()
    health: HealthSummary | None = None  # None: unknown; never news
    waiting_for: str = ""  # for people; never news
    shown: Shown | None = None  # None: the base is silent


def is_news(before: StateContent | None, after: StateContent) -> bool:
    """Whether the control room should hear at once, instead of with the next state."""
    if before is None:
        return True
    return any(getattr(before, name) != getattr(after, name) for name in NEWS)


class OrderRest:
    """What remains of the order, in VDA's words; made once for as long as it is the same."""

    def __init__(self) -> None:
        self._of: tuple[tuple[Left, ...], tuple[Left, ...]] = ((), ())
        self._made: tuple[list[NodeState], list[EdgeState]] = ([], [])

    def states(self, content: StateContent) -> tuple[list[NodeState], list[EdgeState]]:
        """Node and edge states; do not change them."""
        nodes, edges = tuple(content.node_states), tuple(content.edge_states)
        if (nodes, edges) != self._of:
            self._of = nodes, edges
            self._made = (
                [NodeState(node_id=i, sequence_id=n, released=free) for i, n, free in nodes],
                [EdgeState(edge_id=i, sequence_id=n, released=free) for i, n, free in edges],
            )
        return self._made


def build_state(
    content: StateContent,
    map_ref: MapRef,
    *,
    header_id: int,
    timestamp: str,
    version: str,
    manufacturer: str,
    serial_number: str,
    more_errors: Sequence[Error] = (),
    more_action_states: Sequence[ActionState] = (),
    stored: Sequence[MapRef] = (),
    order_rest: OrderRest | None = None,
) -> State:
    """The VDA state of a vehicle; `more_errors` are refused messages, `map_ref` is enabled and
    `stored` are all maps that are on the vehicle; `order_rest` is what the vehicle's last state
    was built with."""
    node_states, edge_states = (order_rest or OrderRest()).states(content)
    return State(
        header_id=header_id,
        timestamp=timestamp,
        version=version,
        manufacturer=manufacturer,
        serial_number=serial_number,
        maps=_maps(map_ref, stored),
        zone_set_id=map_ref.content_hash or None,
        order_id=content.order_id,
        order_update_id=content.order_update_id,
        last_node_id=content.last_node_id,
        last_node_sequence_id=content.last_node_sequence_id,
        driving=content.driving,
        paused=content.paused,
        new_base_request=content.new_base_request,
        distance_since_last_node=content.distance_since_last_node_m,
        operating_mode=content.operating_mode,
        node_states=node_states,
        edge_states=edge_states,
        action_states=[*content.action_states, *more_action_states],
        agv_position=_position(content, map_ref.map_id),
        velocity=Velocity(vx=content.speed_mps, vy=0.0, omega=content.yaw_rate_radps),
        battery_state=BatteryState(battery_charge=content.battery_pct, charging=content.charging),
        errors=[*fault_errors(content.faults), *more_errors],
        safety_state=SafetyState(
            e_stop="MANUAL" if content.emergency_stop else "NONE",
            field_violation=content.field_violation,
        ),
        information=_information(content),
    )


def _information(content: StateContent) -> list[Information] | None:
    """What people may read of the vehicle (VDA 5050 2.1.0, clause 6.10.6)."""
    said: list[Information] = []
    if content.health is not None:
        said.append(_health(content.health))
    if content.waiting_for:
        said.append(
            Information(info_type=WAITING, info_level="INFO", info_description=content.waiting_for)
        )
    if content.shown is not None:
        said.append(_attention(content.shown))
    return said or None


def _attention(shown: Shown) -> Information:
    lit = (("beacon", shown.beacon), ("siren", shown.siren))
    return Information(
        info_type=ATTENTION,
        info_level="INFO",
        info_references=[
            Reference(reference_key=key, reference_value="on" if on else "off") for key, on in lit
        ],
    )


def _health(health: HealthSummary) -> Information:
    not_ok = (("notOk", ",".join(health.not_ok)),) if health.not_ok else ()
    said = (("level", health.level), *not_ok, *health.figures)
    return Information(
        info_type="health",
        info_level="INFO",
        info_references=[Reference(reference_key=k, reference_value=v) for k, v in said],
    )


def _maps(enabled: MapRef, stored: Sequence[MapRef]) -> list[MapInfo]:
    others = [ref for ref in stored if ref.content_hash != enabled.content_hash]
    return [_map_info(enabled, "ENABLED"), *(_map_info(ref, "DISABLED") for ref in others)]


def _map_info(ref: MapRef, status: Literal["ENABLED", "DISABLED"]) -> MapInfo:
    return MapInfo(map_id=ref.map_id, map_version=ref.content_hash, map_status=status)


def agv_position(pose: Pose2, map_id: str, localized: bool = True) -> AgvPosition:
    """A pose on the wire: map metres, radians in [-pi, pi]."""
    return AgvPosition(
        x=pose.x_m,
        y=pose.y_m,
        theta=wrap_angle(pose.yaw_rad),
        map_id=map_id,
        position_initialized=localized,
    )


def _position(content: StateContent, map_id: str) -> AgvPosition | None:
    pose = content.pose
    if pose is None or not all(map(math.isfinite, (pose.x_m, pose.y_m, pose.yaw_rad))):
        return None
    position = agv_position(pose, map_id, content.localized)
    position.deviation_range = content.position_sigma_m
    return position


def fault_errors(faults: frozenset[FaultKind]) -> list[Error]:
    """One VDA error a fault: its name as `errorType`, the table's words as description."""
    return [
        Error(
            error_type=fault.value,
            error_level="FATAL" if FAULTS[fault].fatal else "WARNING",
            error_description=f"{FAULTS[fault].text_ko} / {FAULTS[fault].text_en}",
        )
        for fault in sorted(faults)
    ]


def refusal_error(error: OrderError) -> Error:
    """A refused message: `errorType` of the OrderError, its references, what was wrong."""
    return Error(
        error_type=error.error_type,
        error_level="WARNING",
        error_references=[
            Reference(reference_key=key, reference_value=value)
            for key, value in error.references.items()
        ],
        error_description=str(error),
    )
