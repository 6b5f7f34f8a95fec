"""What the REST API says of plans for a team; times are seconds after the plan's start."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleet_server.api.models import Model, VisitOrder


class NewPlan(Model):
    """What to plan for a team, from where its vehicles stand; nothing is sent."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    map_id: Annotated[str, Field(min_length=1, max_length=64)]
    vehicle_ids: Annotated[list[str], Field(min_length=1, max_length=50)]  # manufacturer/serial
    mode: Literal["tour", "coverage", "persistent", "unpredictable"] = "tour"
    # empty: all of the map
    checkpoint_ids: Annotated[list[str], Field(max_length=200, default_factory=list)]
    order: VisitOrder = "best"
    area: str | None = None  # a zone whose streets are to be covered
    both_sides: bool = False
    hours: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] = 2.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None  # None: a new one


class PlanStepView(Model):
    """One step of a vehicle; times are seconds after the plan's start."""

    task_id: str | None
    name: str
    is_charge: bool
    actions: list[str]
    leave_s: float
    arrive_s: float
    begin_s: float
    end_s: float
    length_m: float


class PlanVehicleView(Model):
    """What one vehicle would do, and why it got it."""

    vehicle_id: str
    reason: str
    length_m: float
    driving_s: float
    end_s: float
    u_turn_node_ids: list[int]
    steps: list[PlanStepView]


class LeftOutView(Model):
    """What a plan does not do."""

    what: str
    why: str
    remedy: str


class PlanView(Model):
    """A plan that may be started."""

    plan_id: str
    name: str
    mode: str
    map_id: str
    map_hash: str
    horizon_s: float | None
    figures: dict[str, float | None]
    notes: list[str]
    vehicles: list[PlanVehicleView]
    left_out: list[LeftOutView]
