"""What the REST API and the live feed say, one model each; field names carry their unit.

Times are seconds since the Unix epoch (UTC): `event_time` when it happened, `received_time` when
it was committed here. `longitude_deg`/`latitude_deg` are WGS 84; `x_m`/`y_m` are map metres.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from patrol.vda5050.node_actions import spoken

Role = Literal["viewer", "operator", "privacy_officer", "admin", "city_signals"]
ConnectionView = Literal["ONLINE", "OFFLINE", "CONNECTIONBROKEN", "UNKNOWN"]
AssignmentStatus = Literal[
    "queued", "sent", "running", "returning", "finished", "failed", "cancelled"
]
VisitOrder = Literal["given", "best"]
LonLat = tuple[float, float]


class Model(BaseModel):
    """An unknown field in a request is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")


class ErrorBody(Model):
    """What went wrong, for a program (`code`) and for a person (`message`, in Korean too)."""

    code: str
    message: str
    message_ko: str | None = None
    field: str | None = None


class ErrorView(Model):
    """Every error of this API has this shape."""

    error: ErrorBody


class Login(Model):
    """A user name and password."""

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class UserView(Model):
    """Who is logged in."""

    username: str
    role: Role
    language: Literal["ko", "en"]


class NewUser(Model):
    """Somebody who may log in."""

    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    password: Annotated[str, Field(min_length=10, max_length=256)]
    role: Role = "operator"
    language: Literal["ko", "en"] = "ko"


class SessionView(Model):
    """A session; `token` only in the answer to the log-in."""

    user: UserView
    token: str | None = None


class HealthView(Model):
    """Whether the server works, and its counters since it started."""

    status: Literal["ok", "degraded"]
    version: str
    broker: Literal["up", "down"]
    database: Literal["up", "down"]
    database_trouble: str | None  # what the database itself says, while it is down
    disk_free_mb: float  # where evidence, and by default broker and database, are kept
    vehicles_online: int
    messages_received: int
    messages_stored: int
    duplicates: int
    messages_dropped: int  # the inbox was full; their vehicles send them again
    quarantined: int
    states_stored: int
    incidents_stored: int
    evidence_stored: int
    broker_restarts: int
    broker_violations: int
    live_clients: int
    signals_told: int  # pedestrian lights that vehicles may go by now
    signals_age_s: float | None  # since the city told one last; None: it never did
    signals_taken: int
    signals_refused: int
    uptime_s: float


class PositionView(Model):
    """Where a vehicle is."""

    x_m: float
    y_m: float
    heading_rad: float
    longitude_deg: float | None
    latitude_deg: float | None
    map_id: str


class VehicleErrorView(Model):
    """A fault or a rejected message that the vehicle reports."""

    type: str
    level: Literal["WARNING", "FATAL"]
    text_ko: str
    text_en: str
    description: str


class VehicleView(Model):
    """A vehicle as the control room sees it; `None` means that nobody knows."""

    vehicle_id: str
    manufacturer: str
    serial_number: str
    connection: ConnectionView
    state_age_s: float | None = None
    event_time: float | None = None
    received_time: float | None = None
    position: PositionView | None = None
    localised: bool = False  # by its last state; else the position is a guess
    speed_mps: float | None = None
    battery_pct: float | None = None
    charging: bool | None = None
    driving: bool | None = None
    paused: bool | None = None
    operating_mode: str | None = None
    emergency_stop: str | None = None
    order_id: str | None = None
    assignment_id: str | None = None
    last_node_id: str | None = None
    map_id: str | None = None
    map_hash: str | None = None  # the version that the vehicle drives on
    map_current: bool | None = None  # whether orders are planned on that version
    waiting_for: str | None = None  # a cause of patrol.waiting, for people to read
    waiting_for_ko: str | None = None
    awaits_operator: bool = False  # `release_wait` lets it go on
    beacon: bool | None = None  # None: not known
    siren: bool | None = None
    errors: list[VehicleErrorView] = []


class VehicleAction(Model):
    """Something a vehicle must do at once."""

    action: Literal[
        "pause",
        "stop",
        "resume",
        "cancel",
        "confirm_crossing",
        "release_wait",
        "beacon_on",
        "beacon_off",
        "siren_on",
        "siren_off",
        "announce",
    ]
    message: str = ""  # of an announcement: what the vehicle says aloud

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.action == "announce":
            spoken(self.message)
        elif self.message:
            raise ValueError(f"message: only announce has one, {self.action} does not")
        return self


class VehiclePlace(Model):
    """Where a person sees a vehicle: WGS 84, and its heading counter-clockwise from east."""

    longitude_deg: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    latitude_deg: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    heading_rad: Annotated[float, Field(ge=-math.pi, le=math.pi, allow_inf_nan=False)]


class Accepted(Model):
    """The request was sent on; the vehicle's next states show what came of it."""

    status: Literal["accepted"] = "accepted"


class NewPatrol(Model):
    """A patrol to keep: which checkpoints, in which order."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    map_id: Annotated[str, Field(min_length=1, max_length=64)]
    checkpoint_ids: Annotated[list[str], Field(min_length=1, max_length=200)]
    order: VisitOrder = "given"


class PatrolView(NewPatrol):
    """A kept patrol."""

    patrol_id: str
    created_at: float


class NewAssignment(Model):
    """A patrol for a vehicle."""

    patrol_id: str
    manufacturer: str
    serial_number: str
    return_to_dock: bool = True


class CheckpointVisitView(Model):
    """A checkpoint of an assignment."""

    checkpoint_id: str
    name: str
    longitude_deg: float
    latitude_deg: float
    visited_at: float | None = None
    skipped: bool = False  # an operator has left it out


class DiversionView(Model):
    """A vehicle called away from its patrol to a place, and how that stands."""

    phase: Literal["stopping", "driving", "waiting", "returning", "over", "given_up"]
    incident_id: str | None = None
    longitude_deg: float
    latitude_deg: float
    asked_by: str
    asked_at: float
    reason: str | None = None  # why it was given up
    reason_ko: str | None = None


class AssignmentView(Model):
    """A patrol given to a vehicle, and how far it is."""

    assignment_id: str
    patrol_id: str
    patrol_name: str
    vehicle_id: str
    status: AssignmentStatus
    reason: str | None = None
    reason_ko: str | None = None  # null where there is no Korean of it
    created_at: float
    finished_at: float | None = None
    distance_m: float
    route: list[LonLat]
    checkpoints: list[CheckpointVisitView]
    next_checkpoint_id: str | None = None
    skippable: bool = False  # whether that one can be left out as things stand
    diversions: list[DiversionView] = []  # oldest first


class AuditView(Model):
    """Who did what, when; never changed, only expired."""

    time: float
    username: str
    action: str
    subject: str
    details: dict[str, Any]
