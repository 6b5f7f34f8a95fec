"""What a plan for a team is made from, and what it says.

Times are seconds after the plan's start. A plan never drops anything in silence: what it could not
place stands in `left_out` with the reason and what would make it feasible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from patrol.errors import PlanError
from patrol.vehicle import VehicleSpec

RESERVE = 0.15  # of the battery that a plan leaves alone: a detour, a wait, cold
CHARGE_RATIO = 0.5  # hours on the charger per hour driven, where nothing better is known


class PlanMode(StrEnum):
    """What a patrol is for."""

    TOUR = "tour"  # checkpoints once each
    COVERAGE = "coverage"  # every street of an area at least once
    PERSISTENT = "persistent"  # the smallest worst idleness, for as long as it runs
    UNPREDICTABLE = "unpredictable"  # persistent within a bound, and hard to predict


@dataclass(frozen=True, slots=True)
class PlanVehicle:
    """A vehicle as the planner sees it: where it stands, what it can do, what is left in it.

    Raises PlanError for a battery outside 0 to 100 % or a time that is no number of 0 or more.
    """

    id: str
    spec: VehicleSpec
    node_id: int
    heading_rad: float | None = None  # unknown: it may leave either way
    dock_id: str | None = None  # where it ends and charges; None: it may end anywhere
    battery_pct: float = 100.0
    available_at_s: float = 0.0
    full_charge_s: float | None = None  # from empty to full; None: CHARGE_RATIO x endurance

    def __post_init__(self) -> None:
        if not 0.0 <= self.battery_pct <= 100.0:
            raise PlanError(f"vehicle {self.id}: battery {self.battery_pct} % is not 0 to 100")
        for name in ("available_at_s", "full_charge_s"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise PlanError(f"vehicle {self.id}: {name} {value} is not a number of 0 or more")

    @property
    def full_endurance_s(self) -> float:
        """Seconds of patrol on a full battery, the reserve left alone."""
        return (1.0 - RESERVE) * self.spec.battery_wh / self.spec.mean_power_w * 3600.0

    @property
    def endurance_s(self) -> float:
        """Seconds of patrol on what is in the battery now, the reserve left alone."""
        hours = self.spec.battery_wh / self.spec.mean_power_w
        return max(0.0, self.battery_pct / 100.0 - RESERVE) * hours * 3600.0

    @property
    def charge_s(self) -> float:
        """Seconds on the charger that bring back a full endurance."""
        if self.full_charge_s is not None:
            return self.full_charge_s * (1.0 - RESERVE)
        return CHARGE_RATIO * self.full_endurance_s


@dataclass(frozen=True, slots=True)
class Task:
    """A place to visit: stay `dwell_s`, do `actions`, begin inside one of `windows_s`."""

    id: str
    name: str
    node_id: int
    dwell_s: float = 0.0
    windows_s: tuple[tuple[float, float], ...] = ((0.0, math.inf),)
    priority: float = 1.0
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Drive `edge_ids` to a place, wait there until the visit begins, and stay.

    `node_ids` begins with the node the vehicle stands on. `task_id` names a checkpoint, a dock
    (`is_charge`) or a street; empty for a mere way.
    """

    node_ids: tuple[int, ...]
    edge_ids: tuple[int, ...]
    leave_s: float
    arrive_s: float
    begin_s: float
    end_s: float
    length_m: float
    task_id: str = ""
    name: str = ""
    actions: tuple[str, ...] = ()
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class VehiclePlan:
    """The timed route of one vehicle, and why it got it."""

    vehicle_id: str
    steps: tuple[Step, ...]
    reason: str
    u_turn_node_ids: tuple[int, ...] = ()

    @property
    def length_m(self) -> float:
        """Driven distance."""
        return math.fsum(step.length_m for step in self.steps)

    @property
    def driving_s(self) -> float:
        """Time away from the charger."""
        return math.fsum(
            (step.arrive_s - step.leave_s if step.is_charge else step.end_s - step.leave_s)
            for step in self.steps
        )

    @property
    def end_s(self) -> float:
        """When the last step is over."""
        return self.steps[-1].end_s if self.steps else 0.0

    @property
    def node_ids(self) -> tuple[int, ...]:
        """Every node in driving order; steps share their meeting node."""
        if not self.steps:
            return ()
        first = self.steps[0].node_ids[:1]
        return first + tuple(n for step in self.steps for n in step.node_ids[1:])

    @property
    def task_ids(self) -> tuple[str, ...]:
        """What it visits, in order, without docks and mere ways."""
        return tuple(s.task_id for s in self.steps if s.task_id and not s.is_charge)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that the plan does not do: what, why, and what would make it feasible."""

    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Walk:
    """A closed walk of a patrol in rounds: its stops in order and who shares it.

    `slots` vehicles are on it at a time. No place on it waits longer than `worst_s` (times its
    weight).
    """

    task_ids: tuple[str, ...]
    vehicle_ids: tuple[str, ...]
    slots: int
    worst_s: float


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """A whole plan; `figures` are named numbers with their unit in the name."""

    mode: PlanMode
    map_id: str
    map_hash: str
    horizon_s: float
    vehicles: tuple[VehiclePlan, ...]
    left_out: tuple[LeftOut, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    walks: tuple[Walk, ...] = ()  # of persistent and unpredictable patrols

    def of(self, vehicle_id: str) -> VehiclePlan:
        """A vehicle's plan; raises PlanError naming the known ones."""
        for plan in self.vehicles:
            if plan.vehicle_id == vehicle_id:
                return plan
        known = ", ".join(plan.vehicle_id for plan in self.vehicles) or "none"
        raise PlanError(f"plan: no vehicle {vehicle_id!r}; known: {known}")
