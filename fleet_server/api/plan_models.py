"""What the REST API says of plans for a team.

Times that end in `_s` are seconds after the plan's start, `start` and those that end in `_at`
seconds since the Unix epoch. A text has its Korean beside it (`…_ko`), null where there is none.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

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
    start: AwareDatetime | None = None  # RFC 3339 with its offset; None: now
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None  # None: a new one


class PlanStepView(Model):
    """One step of a vehicle; it ends at a node of the map."""

    task_id: str | None
    name: str
    name_ko: str | None  # of what is no name of the map
    node_id: int
    is_charge: bool
    actions: list[str]
    leave_s: float
    arrive_s: float
    begin_s: float
    end_s: float
    leave_at: float
    arrive_at: float
    begin_at: float
    end_at: float
    length_m: float


class PlanVehicleView(Model):
    """What one vehicle would do, and why it got it.

    `edge_ids` are the edges of its route, each once; `assignment_id` is what was sent.
    """

    vehicle_id: str
    reason: str
    reason_ko: str | None
    assignment_id: str | None
    length_m: float
    driving_s: float
    end_s: float
    end_at: float
    u_turn_node_ids: list[int]
    edge_ids: list[int]
    steps: list[PlanStepView]


class LeftOutView(Model):
    """What a plan does not do."""

    what: str
    what_ko: str | None
    why: str
    why_ko: str | None
    remedy: str
    remedy_ko: str | None


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
    what_ko: str | None
    from_id: str | None
    to_id: str | None
    why: str
    why_ko: str | None


class PlanHead(Model):
    """Which kept plan; `start` is its time 0, planned or, once it is `started`, real.

    It starts by itself where somebody has scheduled it; `start_problem` says why it has not.
    """

    plan_id: str
    name: str
    map_id: str
    mode: str
    vehicle_ids: list[str]
    start: float
    started: bool
    created_by: str
    created_at: float
    replaces: str | None
    replaced_by: str | None
    scheduled_by: str | None
    start_problem: str | None
    start_problem_ko: str | None


class PlanSummary(PlanHead):
    """A kept plan in a list; `left_out` counts what it does not do."""

    left_out: int


class PlanView(PlanHead):
    """A plan that may be started.

    Of a plan that `replaces` another, `moved` are the promises that changed hands, and `kept` the
    vehicles whose rest is as it was: starting the plan leaves their assignments alone. `incidents`
    says how many raised the weight of checkpoints, `closed` which edges it does not use.
    """

    map_hash: str
    moved: list[MovedView]
    kept: list[str]
    horizon_s: float | None
    figures: dict[str, float | None]
    incidents: int
    closed: list[int]
    notes: list[str]
    notes_ko: list[str | None]
    vehicles: list[PlanVehicleView]
    left_out: list[LeftOutView]
