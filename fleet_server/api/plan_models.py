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


class AwayCall(Model):
    """A vehicle that is called to a node of the map and stays there until a time."""

    vehicle_id: str
    node_id: int
    until_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PlanChanges(Model):
    """What happened; vehicles are `manufacturer/serial`, times seconds after the plan's start.

    `now_s` counts for a plan that is not started; a started one knows how late it is. Vehicles
    that come `back` are taken from where they stand.
    """

    now_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    failed: Annotated[list[str], Field(max_length=50, default_factory=list)]
    charge: Annotated[list[str], Field(max_length=50, default_factory=list)]
    away: Annotated[list[AwayCall], Field(max_length=50, default_factory=list)]
    closed: Annotated[list[int], Field(max_length=1000, default_factory=list)]
    opened: Annotated[list[int], Field(max_length=1000, default_factory=list)]
    back: Annotated[list[str], Field(max_length=50, default_factory=list)]


class MovedView(Model):
    """A promise that changed hands; null stands for nobody."""

    what: str
    from_id: str | None
    to_id: str | None
    why: str


class PlanView(Model):
    """A plan that may be started.

    Of a plan that `replaces` another, `moved` are the promises that changed hands, and `kept` the
    vehicles whose rest is as it was: starting the plan leaves their assignments alone.
    """

    plan_id: str
    name: str
    replaces: str | None
    moved: list[MovedView]
    kept: list[str]
    mode: str
    map_id: str
    map_hash: str
    horizon_s: float | None
    figures: dict[str, float | None]
    notes: list[str]
    vehicles: list[PlanVehicleView]
    left_out: list[LeftOutView]
