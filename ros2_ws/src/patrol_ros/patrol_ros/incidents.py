"""Incident messages → values; pure."""

from __future__ import annotations

import json

from patrol_interfaces.msg import Incident as IncidentMessage

from patrol.incident import AnomalyKind, Incident, IncidentPhase, Severity


def incident_of(message: IncidentMessage) -> Incident | None:
    """The incident of a message; None where it only carries files."""
    if not message.incident_id:
        return None
    xx, xy, yy = (float(value) for value in message.position_covariance_m2)
    is_told = xx > 0 or yy > 0  # zeros stand for what nobody has filled in
    return Incident(
        incident_id=message.incident_id,
        kind=AnomalyKind(message.kind),
        severity=Severity(message.severity),
        phase=IncidentPhase(message.phase),
        revision=message.revision,
        map_id=message.map_id,
        x_m=message.x_m,
        y_m=message.y_m,
        position_sigma_m=message.position_sigma_m,
        started_at_s=message.started_at_s,
        detected_at_s=message.detected_at_s,
        updated_at_s=message.updated_at_s,
        confidence=message.confidence,
        rule_version=message.rule_version,
        details=json.loads(message.details_json or "{}"),
        position_covariance_m2=(xx, xy, yy) if is_told else None,
    )
