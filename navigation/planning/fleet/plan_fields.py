"""The fields of a plan file, as `document.plan_file` writes them; `Any` is read bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from navigation.planning.fleet.types import PlanMode
from navigation.planning.patrol_tour import TourOrder
from patrol.incident import Severity


@dataclass(frozen=True)
class StandsField:
    """A vehicle as it stands; `vehicle_type` counts in `request.vehicle_types`."""

    id: str
    vehicle_type: int
    node_id: int
    heading_rad: float | None
    dock_id: str | None
    battery_pct: float
    available_at_s: float
    full_charge_s: float | None


@dataclass(frozen=True)
class StepField:
    """One step of a route."""

    task_id: str | None
    name: str
    is_charge: bool
    actions: tuple[str, ...]
    leave_s: float
    arrive_s: float
    begin_s: float
    end_s: float
    length_m: float
    node_ids: tuple[int, ...]
    edge_ids: tuple[int, ...]


@dataclass(frozen=True)
class RouteField:
    """One vehicle's route."""

    vehicle_id: str
    reason: str
    length_m: float
    driving_s: float
    end_s: float
    u_turn_node_ids: tuple[int, ...]
    steps: tuple[Any, ...]


@dataclass(frozen=True)
class PlanFields:
    """The whole document."""

    format_version: int
    mode: PlanMode
    map_id: str
    map_hash: str
    horizon_s: float | None
    figures: dict[str, float | None]
    notes: tuple[str, ...]
    walks: tuple[Any, ...]
    vehicles: tuple[Any, ...]
    left_out: tuple[Any, ...]
    request: dict[str, Any]
    before: dict[str, Any]


@dataclass(frozen=True)
class RequestFields:
    """What the plan was asked for."""

    checkpoints: tuple[str, ...]
    order: TourOrder
    area: str | None
    both_sides: bool
    when: str | None
    closed_edge_ids: tuple[int, ...]
    seed: int
    priorities: dict[str, Any]
    history: tuple[Any, ...]
    vehicle_types: tuple[Any, ...]
    vehicles: tuple[Any, ...]


@dataclass(frozen=True)
class IncidentField:
    """A past incident."""

    when: str
    x_m: float
    y_m: float
    severity: Severity


@dataclass(frozen=True)
class BeforeFields:
    """What was before the plan."""

    done: tuple[str, ...]
    driven_edge_ids: tuple[int, ...]
    last_visit_s: dict[str, float]
    gone: tuple[Any, ...]
    changes: tuple[Any, ...]


@dataclass(frozen=True)
class ChangeField:
    """What happened at one time."""

    now_s: float
    failed: tuple[str, ...]
    charge: tuple[str, ...]
    away: tuple[Any, ...]
    closed: tuple[int, ...]
    opened: tuple[int, ...]
    back: tuple[str, ...]


@dataclass(frozen=True)
class AwayField:
    """A call."""

    vehicle_id: str
    node_id: int
    until_s: float
