"""A vehicle's condition in plain values → the VDA 5050 state message.

The one place where faults (`patrol.faults`) become VDA `errors`, and where rejected messages are
reported (VDA 5050 2.1.0, clauses 6.10.5 and 7.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from patrol.errors import OrderError
from patrol.faults import FAULTS, FaultKind
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import (
    ActionState,
    AgvPosition,
    BatteryState,
    EdgeState,
    Error,
    MapInfo,
    NodePosition,
    NodeState,
    Reference,
    SafetyState,
    State,
    Velocity,
)

OperatingMode = Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"]


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

    `node_states` and `edge_states` are what remains of the order: (id, sequence id, released).
    """

    order_id: str = ""
    order_update_id: int = 0
    last_node_id: str = ""
    last_node_sequence_id: int = 0
    driving: bool = False
    paused: bool = False
    new_base_request: bool = False
    distance_since_last_node_m: float | None = None
    node_states: Sequence[tuple[str, int, bool]] = ()
    edge_states: Sequence[tuple[str, int, bool]] = ()
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
