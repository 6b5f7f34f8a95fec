"""Incidents: anomalies that a person must judge."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from patrol.covariance import Covariance, told_or_round


class AnomalyKind(StrEnum):
    """What a vehicle can see go wrong."""

    COLLAPSED_PERSON = "collapsed_person"
    LOITERING = "loitering"
    INTRUSION = "intrusion"
    ABANDONED_OBJECT = "abandoned_object"
    FIRE = "fire"
    SMOKE = "smoke"
    FIGHT = "fight"
    CROWD = "crowd"
    BLOCKED_PATH = "blocked_path"
    MISSING_PERSON = "missing_person"
    PERSON_IN_NEED = "person_in_need"
    PERSON_ON_ROAD = "person_on_road"
    VULNERABLE_ALONE = "vulnerable_alone"
    RUNNING = "running"
    CHANGED_PROPERTY = "changed_property"
    FORBIDDEN_PARKING = "forbidden_parking"
    DARK_LAMP = "dark_lamp"
    CAMERA_TAMPERING = "camera_tampering"


class Severity(StrEnum):
    """How fast a person must look, most urgent first; CAP 1.2 `severity` in brackets."""

    CRITICAL = "critical"  # [Extreme] life at risk
    HIGH = "high"  # [Severe]
    MEDIUM = "medium"  # [Moderate]
    LOW = "low"  # [Minor]

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """One row of the anomaly table."""

    severity: Severity
    life_safety: bool  # never suppressed by operator verdicts
    title_ko: str
    title_en: str


ANOMALIES: dict[AnomalyKind, AnomalyRow] = {
    AnomalyKind.COLLAPSED_PERSON: AnomalyRow(
        Severity.CRITICAL, True, "쓰러진 사람", "Collapsed person"
    ),
    AnomalyKind.LOITERING: AnomalyRow(Severity.LOW, False, "배회", "Loitering"),
    AnomalyKind.INTRUSION: AnomalyRow(Severity.HIGH, False, "침입", "Intrusion"),
    AnomalyKind.ABANDONED_OBJECT: AnomalyRow(
        Severity.MEDIUM, False, "버려진 물건", "Abandoned object"
    ),
    AnomalyKind.FIRE: AnomalyRow(Severity.CRITICAL, True, "화재", "Fire"),
    AnomalyKind.SMOKE: AnomalyRow(Severity.HIGH, True, "연기", "Smoke"),
    AnomalyKind.FIGHT: AnomalyRow(Severity.CRITICAL, True, "폭행·싸움", "Fight"),
    AnomalyKind.CROWD: AnomalyRow(Severity.MEDIUM, False, "군중 밀집", "Crowd"),
    AnomalyKind.BLOCKED_PATH: AnomalyRow(Severity.LOW, False, "통행로 막힘", "Blocked path"),
    AnomalyKind.MISSING_PERSON: AnomalyRow(
        Severity.HIGH, True, "실종자 후보", "Missing person candidate"
    ),
    AnomalyKind.PERSON_IN_NEED: AnomalyRow(
        Severity.HIGH, True, "도움이 필요한 사람", "Person needs help"
    ),
    AnomalyKind.PERSON_ON_ROAD: AnomalyRow(
        Severity.HIGH, True, "차도 위의 사람", "Person on the carriageway"
    ),
    AnomalyKind.VULNERABLE_ALONE: AnomalyRow(
        Severity.HIGH, True, "홀로 있는 어린이·노인", "Child or old person alone"
    ),
    AnomalyKind.RUNNING: AnomalyRow(Severity.MEDIUM, False, "달리기·추격", "Running or pursuit"),
    AnomalyKind.CHANGED_PROPERTY: AnomalyRow(
        Severity.MEDIUM, False, "시설물 변화", "Changed property"
    ),
    AnomalyKind.FORBIDDEN_PARKING: AnomalyRow(
        Severity.LOW, False, "불법 주정차", "Forbidden parking"
    ),
    AnomalyKind.DARK_LAMP: AnomalyRow(Severity.LOW, False, "꺼진 가로등", "Dark street lamp"),
    AnomalyKind.CAMERA_TAMPERING: AnomalyRow(
        Severity.HIGH, False, "카메라 방해", "Camera tampering"
    ),
}


class EvidenceKind(StrEnum):
    """What an evidence file shows."""

    STILL = "still"
    CLIP = "clip"
    CHECKPOINT = "checkpoint"  # a still of a place that a patrol visited
    RECORD = "record"  # how the vehicle came to report it: tracks, versions, parameters
    ORIGINAL = "original"  # the pictures as the camera took them, sealed; stays on board


def capture_name(action_id: str) -> str:
    """What stands for an action in file names and on the wire: its id where that is fit to."""
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", action_id):
        return action_id
    return hashlib.sha256(action_id.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that backs an incident or a visit; `path` is where it lies on this machine."""

    evidence_id: str
    incident_id: str  # or the name of the visit (`capture_name`)
    kind: EvidenceKind
    media_type: str
    sha256: str
    size_bytes: int
    captured_at_s: float
    path: str
    blurred: bool  # faces and plates made unrecognisable


class IncidentPhase(StrEnum):
    """What the vehicle says of an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """One real event as a vehicle reports it; positions in map metres."""

    incident_id: str  # UUID made by the vehicle
    kind: AnomalyKind
    severity: Severity
    phase: IncidentPhase
    revision: int  # grows with every report of the same incident
    map_id: str
    x_m: float
    y_m: float
    position_sigma_m: float  # one standard deviation of the larger axis
    started_at_s: float  # when the anomaly was first seen
    detected_at_s: float  # when the rule held
    updated_at_s: float
    confidence: float  # 0..1
    rule_version: str
    details: dict[str, float | str]  # the rule's evidence: durations, scores, sizes
    position_covariance_m2: Covariance | None = None  # None: told by an older vehicle

    @property
    def covariance_m2(self) -> Covariance:
        """How well the place is known; round where that alone was told."""
        return told_or_round(self.position_covariance_m2, self.position_sigma_m)
