"""Incidents and their revisions in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from fleet_server.ingest.decode import IncidentItem
from fleet_server.store import tables as t
from fleet_server.store.database import insert_new

Row = Mapping[str, Any]
HISTORY = 2000  # every plan keeps what it was weighed by


@dataclass(slots=True)
class RevisionOutcome:
    """Whether a revision was new, and which incident it changed."""

    new: bool
    changed: set[str] = field(default_factory=set)


def store_revisions(
    connection: sa.Connection, item: IncidentItem, now_s: float
) -> RevisionOutcome:
    """Keep a revision; the incident itself takes it only when it is newer than what it holds."""
    message = item.message
    revision = {
        "incident_id": message.incident_id,
        "revision": message.revision,
        "header_id": message.header_id,
        "event_time_s": item.event_time_s,
        "received_time_s": now_s,
        "payload": item.payload,
    }
    first = {"received_at_s": now_s, "status": "open", "incident_id": message.incident_id}
    reported = _reported(item)
    c = t.incidents.c
    if insert_new(connection, t.incidents, [first | reported]):
        insert_new(connection, t.incident_revisions, [revision])
        return RevisionOutcome(True, {message.incident_id})
    owned = c.incident_id == message.incident_id, c.vehicle_id == item.vehicle_id
    if connection.execute(sa.select(c.incident_id).where(*owned)).first() is None:
        raise ForeignIncidentError(f"incident {message.incident_id} belongs to another vehicle")
    if not insert_new(connection, t.incident_revisions, [revision]):
        return RevisionOutcome(False)
    changed = connection.execute(
        sa.update(t.incidents).where(*owned, c.revision < message.revision).values(**reported)
    )
    return RevisionOutcome(True, {message.incident_id} if changed.rowcount else set())


class ForeignIncidentError(ValueError):
    """A vehicle names an incident that another vehicle made."""


def _reported(item: IncidentItem) -> dict[str, Any]:
    message = item.message
    return {
        "vehicle_id": item.vehicle_id,
        "kind": message.kind,
        "severity": message.severity,
        "phase": message.phase,
        "revision": message.revision,
        "map_id": message.map_id,
        "x_m": message.x,
        "y_m": message.y,
        "position_sigma_m": message.position_sigma,
        "started_at_s": item.started_at_s,
        "detected_at_s": item.detected_at_s,
        "updated_at_s": item.updated_at_s,
        "confidence": message.confidence,
        "rule_version": message.rule_version,
        "details": message.details,
    }


def select_incidents(
    connection: sa.Connection, incident_ids: Sequence[str] | None, only_open: bool, limit: int
) -> list[tuple[Row, list[Row]]]:
    """(incident, its complete evidence), newest detection first."""
    c = t.incidents.c
    query = sa.select(t.incidents).order_by(c.detected_at_s.desc()).limit(limit)
    if incident_ids is not None:
        query = query.where(c.incident_id.in_(incident_ids))
    if only_open:
        query = query.where(c.status != "resolved")
    rows = [dict(row) for row in connection.execute(query).mappings()]
    e = t.evidence.c
    files = connection.execute(
        sa.select(t.evidence)
        .where(e.incident_id.in_([row["incident_id"] for row in rows]), e.status == "complete")
        .order_by(e.captured_at_s, e.evidence_id)
    ).mappings()
    by_incident: dict[tuple[str, str], list[Row]] = {}
    for file in files:
        key = (file["incident_id"], file["vehicle_id"])
        by_incident.setdefault(key, []).append(dict(file))
    return [(row, by_incident.get((row["incident_id"], row["vehicle_id"]), [])) for row in rows]


def select_history(
    connection: sa.Connection, map_id: str, since_s: float
) -> list[tuple[float, float, float, str]]:
    """(detected at, x m, y m, severity) of incidents since, the newest `HISTORY` first: those that
    nobody has judged yet, and those that were real."""
    c = t.incidents.c
    query = (
        sa.select(c.detected_at_s, c.x_m, c.y_m, c.severity)
        .where(c.map_id == map_id, c.detected_at_s >= since_s)
        .where(sa.or_(c.verdict.is_(None), c.verdict == "true_alarm"))
        .order_by(c.detected_at_s.desc(), c.incident_id)
        .limit(HISTORY)
    )
    return [tuple(row) for row in connection.execute(query)]


def set_judgement(
    connection: sa.Connection, incident_id: str, from_statuses: Sequence[str], **values: Any
) -> bool:
    """Change an incident that is in one of these statuses; whether it was."""
    c = t.incidents.c
    changed = connection.execute(
        sa.update(t.incidents)
        .where(c.incident_id == incident_id, c.status.in_(from_statuses))
        .values(**values)
    )
    return changed.rowcount > 0
