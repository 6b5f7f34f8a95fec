"""Incidents and their revisions in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from fleet_server.incidents.same_event import Report
from fleet_server.ingest.decode import IncidentItem
from fleet_server.store import tables as t
from fleet_server.store.database import insert_new
from fleet_server.store.events import head_id, head_of, note_joined, part_again, select_parts
from fleet_server.store.suppressions import occasion_of, quieted_by, still_quiet

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
    reported = _reported(item)
    c = t.incidents.c
    stored = connection.execute(
        sa.select(c.vehicle_id, c.suppression_id).where(c.incident_id == message.incident_id)
    ).first()
    if stored is None:
        _open(connection, message.incident_id, reported, now_s)
        insert_new(connection, t.incident_revisions, [revision])
        return RevisionOutcome(True, {message.incident_id})
    if stored.vehicle_id != item.vehicle_id:
        raise ForeignIncidentError(f"incident {message.incident_id} belongs to another vehicle")
    if not insert_new(connection, t.incident_revisions, [revision]):
        return RevisionOutcome(False)
    quiet_by = stored.suppression_id
    if quiet_by and not still_quiet(connection, quiet_by, occasion_of(reported), now_s):
        reported["suppression_id"] = None  # it moved away, or is worse than was judged: it rings
    changed = connection.execute(
        sa.update(t.incidents)
        .where(c.incident_id == message.incident_id, c.revision < message.revision)
        .values(**reported)
    ).rowcount
    if not changed:
        return RevisionOutcome(True)
    parted = part_again(connection, message.incident_id, now_s)
    return RevisionOutcome(True, {message.incident_id} | parted)


def _open(
    connection: sa.Connection, incident_id: str, reported: dict[str, Any], now_s: float
) -> None:
    """A new incident; a further report of an event that is there, where it is one."""
    first = {"incident_id": incident_id, "received_at_s": now_s, "status": "open"}
    report = Report.of(first | reported)
    head = head_of(connection, report)
    quiet_by = quieted_by(connection, occasion_of(reported), now_s)
    more = {"part_of": head, "suppression_id": quiet_by}
    connection.execute(sa.insert(t.incidents).values(**first, **reported, **more))
    if head is not None:
        note_joined(connection, head, report, now_s)


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
        "position_covariance_m2": message.position_covariance,
        "started_at_s": item.started_at_s,
        "detected_at_s": item.detected_at_s,
        "updated_at_s": item.updated_at_s,
        "confidence": message.confidence,
        "rule_version": message.rule_version,
        "details": message.details,
    }


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An incident, the further reports of its event, and the complete evidence of all."""

    head: Row
    parts: list[Row]
    files: list[Row]


def select_incidents(
    connection: sa.Connection, incident_ids: Sequence[str] | None, only_open: bool, limit: int
) -> list[StoredEvent]:
    """Events, newest detection first: all, or those that these incidents belong to.

    A head has what its suppression says, where one quieted it and has not been ended.
    """
    c, s = t.incidents.c, t.suppressions.c
    told = (s.verdicts.label("quieting"), s.expires_at_s.label("quiet_until_s"))
    quieting = (c.suppression_id == s.suppression_id) & s.ended_at_s.is_(None)
    query = sa.select(t.incidents, *told).outerjoin_from(t.incidents, t.suppressions, quieting)
    query = query.where(c.part_of.is_(None)).order_by(c.detected_at_s.desc()).limit(limit)
    if incident_ids is not None:
        heads = sa.select(head_id()).where(c.incident_id.in_(incident_ids))
        query = query.where(c.incident_id.in_(heads))
    if only_open:
        query = query.where(c.status.in_(t.WAITING_STATUSES))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    parts = select_parts(connection, [row["incident_id"] for row in rows])
    reports = [row["incident_id"] for row in rows]
    reports += [part["incident_id"] for found in parts.values() for part in found]
    files = _files_of(connection, reports)
    events = []
    for row in rows:
        mine = parts.get(row["incident_id"], [])
        keys = [(one["incident_id"], one["vehicle_id"]) for one in (row, *mine)]
        events.append(StoredEvent(row, mine, [f for key in keys for f in files.get(key, [])]))
    return events


def _files_of(
    connection: sa.Connection, incident_ids: Sequence[str]
) -> dict[tuple[str, str], list[Row]]:
    """Complete evidence by (incident, vehicle), oldest first."""
    e = t.evidence.c
    query = (
        sa.select(t.evidence)
        .where(e.incident_id.in_(incident_ids), e.status == "complete")
        .order_by(e.captured_at_s, e.evidence_id)
    )
    files: dict[tuple[str, str], list[Row]] = {}
    for file in connection.execute(query).mappings():
        files.setdefault((file["incident_id"], file["vehicle_id"]), []).append(dict(file))
    return files


def select_history(
    connection: sa.Connection, map_id: str, since_s: float
) -> list[tuple[float, float, float, str]]:
    """(detected at, x m, y m, severity) of events since, the newest `HISTORY` first: those that
    nobody has judged yet, and those that were real."""
    c = t.incidents.c
    query = (
        sa.select(c.detected_at_s, c.x_m, c.y_m, c.severity)
        .where(c.map_id == map_id, c.detected_at_s >= since_s, c.part_of.is_(None))
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
