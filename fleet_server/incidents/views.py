"""Rows of incidents and evidence as the API shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fleet_server.api.incident_models import (
    EvidenceView,
    IncidentView,
    ReportView,
    VisitPictureView,
)
from fleet_server.incidents.same_event import Report, newest
from fleet_server.incidents.suppressions import quieted_view
from fleet_server.maps import MapLibrary
from fleet_server.store.incidents import StoredEvent
from patrol.incident import ANOMALIES, AnomalyKind, Severity

Row = Mapping[str, Any]
OF_THE_HEAD = (
    "incident_id", "kind", "status", "vehicle_id", "map_id", "acknowledged_by", "resolved_by",
    "verdict", "note",
)  # fmt: skip
OF_THE_NEWEST = ("x_m", "y_m", "position_sigma_m", "details")
OF_A_REPORT = (
    "incident_id",
    "vehicle_id",
    "phase",
    "x_m",
    "y_m",
    "position_sigma_m",
    "confidence",
)


def incident_view(event: StoredEvent, maps: MapLibrary) -> IncidentView:
    """One event: judged at its head, where and as bad as its reports say together."""
    head, reports = event.head, [event.head, *event.parts]
    last = newest([Report.of(row) for row in reports])
    now = next(row for row in reports if row["incident_id"] == last.incident_id)
    place = maps.lonlat(now["map_id"], now["x_m"], now["y_m"])
    table = ANOMALIES[AnomalyKind(head["kind"])]
    return IncidentView(
        **{name: head[name] for name in OF_THE_HEAD},
        **{name: now[name] for name in OF_THE_NEWEST},
        position_covariance_m2=last.covariance_m2,
        severity=min((Severity(r["severity"]) for r in reports), key=lambda s: s.rank),
        phase="updated" if len(reports) > 1 and not last.is_over else now["phase"],
        title_ko=table.title_ko,
        title_en=table.title_en,
        longitude_deg=place[0] if place else None,
        latitude_deg=place[1] if place else None,
        confidence=max(r["confidence"] for r in reports),
        started_at=min(r["started_at_s"] for r in reports),
        detected_at=min(r["detected_at_s"] for r in reports),
        updated_at=max(r["updated_at_s"] for r in reports),
        received_at=head["received_at_s"],
        acknowledged_at=head["acknowledged_at_s"],
        resolved_at=head["resolved_at_s"],
        evidence=[evidence_view(file) for file in event.files],
        quieted=_quieted(event),
        reports=[_report_view(row, maps) for row in reports],
    )


def _quieted(event: StoredEvent) -> Any:
    """Quiet only where every report is."""
    if any(row["suppression_id"] is None for row in event.parts):
        return None
    return quieted_view(event.head)


def _report_view(row: Row, maps: MapLibrary) -> ReportView:
    place = maps.lonlat(row["map_id"], row["x_m"], row["y_m"])
    return ReportView(
        **{name: row[name] for name in OF_A_REPORT},
        position_covariance_m2=Report.of(row).covariance_m2,
        longitude_deg=place[0] if place else None,
        latitude_deg=place[1] if place else None,
        detected_at=row["detected_at_s"],
        updated_at=row["updated_at_s"],
    )


def evidence_view(file: Row) -> EvidenceView:
    """A picture or clip."""
    return EvidenceView(
        evidence_id=file["evidence_id"],
        kind=file["kind"],
        media_type=file["media_type"],
        url=f"/api/v1/evidence/{file['evidence_id']}",
        blurred=file["blurred"],
        sha256=file["sha256"],
    )


def picture_view(file: Row, names: Sequence[str]) -> VisitPictureView:
    """The action's id ends with the visit's number and the action's (`dispatch.route`)."""
    numbered = re.fullmatch(r".+-(\d+)-\d+", file["incident_id"])
    index = int(numbered[1]) if numbered else len(names)
    return VisitPictureView(
        **evidence_view(file).model_dump(),
        checkpoint_id=names[index] if index < len(names) else "",
        captured_at=file["captured_at_s"],
    )
