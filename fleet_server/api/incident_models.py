"""What the API says of incidents, and of the pictures that vehicles take."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from fleet_server.api.models import Model
from fleet_server.api.suppression_models import Quieted
from patrol.covariance import Covariance
from patrol.vda5050.release import MOST_CHARS

IncidentStatus = Literal["open", "acknowledged", "resolved"]
Verdict = Literal["true_alarm", "harmless", "wrong"]
Note = Annotated[str, Field(max_length=2000)]
# answering: it waits for a verdict; subject_request: of the person shown (PIPA, art. 35)
LookPurpose = Literal["answering", "handover", "review", "subject_request", "other"]
LOOK_PURPOSES: tuple[LookPurpose, ...] = get_args(LookPurpose)
LookNote = Annotated[str, Field(max_length=300)]


class EvidenceView(Model):
    """A picture or clip; `url` answers with its bytes."""

    evidence_id: str
    kind: str
    media_type: str
    url: str
    blurred: bool
    sha256: str


class VisitPictureView(EvidenceView):
    """A picture of a checkpoint, taken on a visit."""

    checkpoint_id: str
    captured_at: float


class ReportView(Model):
    """One vehicle's own report of an event."""

    incident_id: str
    vehicle_id: str
    phase: str
    x_m: float
    y_m: float
    longitude_deg: float | None
    latitude_deg: float | None
    position_sigma_m: float
    position_covariance_m2: Covariance
    confidence: float
    detected_at: float
    updated_at: float


class IncidentView(Model):
    """An incident: what its vehicles say (`phase`) and what operators did (`status`).

    `reports` are all that are taken for this one event, the first to come first; the place is
    that of the newest, `vehicle_id` that of the first.
    """

    incident_id: str
    kind: str
    severity: str
    title_ko: str
    title_en: str
    phase: str
    status: IncidentStatus
    vehicle_id: str
    map_id: str
    x_m: float
    y_m: float
    longitude_deg: float | None
    latitude_deg: float | None
    position_sigma_m: float
    position_covariance_m2: Covariance
    started_at: float
    detected_at: float
    received_at: float
    updated_at: float
    confidence: float
    details: dict[str, Any]
    evidence: list[EvidenceView] = Field(default_factory=list)
    acknowledged_by: str | None = None
    acknowledged_at: float | None = None
    resolved_by: str | None = None
    resolved_at: float | None = None
    verdict: Verdict | None = None
    note: str | None = None
    reports: list[ReportView] = Field(default_factory=list)
    quieted: Quieted | None = None  # does not ring; never on life-safety kinds


class LookView(Model):
    """Who looked at a piece of an incident's evidence, when and why; `refused`: was not let."""

    time: float
    username: str
    evidence_id: str
    kind: str
    refused: bool
    purpose: LookPurpose | None  # null: none was asked for then
    note: str | None


class AskOriginals(Model):
    """Why the originals of an incident are needed; the audit trail and the vehicle keep it."""

    reason: Annotated[str, Field(min_length=5, max_length=MOST_CHARS)]


class ReleaseView(Model):
    """Which vehicles were asked for an incident's sealed originals, and which are offline."""

    incident_id: str
    asked: list[str]
    away: list[str]


class Acknowledge(Model):
    """An operator has seen the incident."""

    note: Note | None = None


class Resolve(Model):
    """An operator's judgement."""

    verdict: Verdict
    note: Note | None = None
