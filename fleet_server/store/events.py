"""Events in the database: a report of an event that another vehicle reported first names that one
as its head (`part_of`); what operators do is kept at the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fleet_server.incidents.same_event import GAP_S, Report, choose, have_parted
from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit

Row = Mapping[str, Any]
SYSTEM = "system"


def head_id() -> sa.ColumnElement[str]:
    """The id of the event that an incident belongs to."""
    c = t.incidents.c
    return sa.func.coalesce(c.part_of, c.incident_id)


def find_head(connection: sa.Connection, incident_id: str) -> Row | None:
    """Id and status of the event that an incident belongs to, by any report's id."""
    c = t.incidents.c
    heads = sa.select(head_id()).where(c.incident_id == incident_id)
    query = sa.select(c.incident_id, c.status).where(c.incident_id.in_(heads))
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def head_of(connection: sa.Connection, new: Report) -> str | None:
    """The unresolved event that a new report belongs to; None: it opens one."""
    c = t.incidents.c
    query = (
        sa.select(t.incidents, head_id().label("head"))
        .where(
            c.kind == new.kind,
            c.map_id == new.map_id,
            c.updated_at_s >= new.started_at_s - GAP_S,
        )
        .order_by(c.received_at_s, c.incident_id)
    )
    events: dict[str, list[Report]] = {}
    for row in connection.execute(query).mappings():
        events.setdefault(row["head"], []).append(Report.of(dict(row)))
    for head in _resolved(connection, list(events)):
        del events[head]
    chosen = choose(new, events.values())
    return None if chosen is None else list(events)[chosen]


def _resolved(connection: sa.Connection, heads: Sequence[str]) -> list[str]:
    c = t.incidents.c
    query = sa.select(c.incident_id, c.status).where(c.incident_id.in_(heads))
    return [row.incident_id for row in connection.execute(query) if row.status == "resolved"]


def note_joined(connection: sa.Connection, head: str, new: Report, now_s: float) -> None:
    """On the audit trail: which report was taken for which event."""
    add_audit(
        connection, now_s, SYSTEM, "incident_join", head,
        report=new.incident_id, vehicle=new.vehicle_id,
    )  # fmt: skip


def part_again(connection: sa.Connection, incident_id: str, now_s: float) -> set[str]:
    """Make reports events of their own that an incident's newest place shows to be; their ids."""
    c = t.incidents.c
    mine = connection.execute(
        sa.select(head_id()).where(c.incident_id == incident_id)
    ).scalar_one()
    query = sa.select(t.incidents).where(sa.or_(c.incident_id == mine, c.part_of == mine))
    event = [Report.of(dict(row)) for row in connection.execute(query).mappings()]
    changed = next(report for report in event if report.incident_id == incident_id)
    parted = [other for other in event if other is not changed and have_parted(changed, other)]
    leaving = {other.incident_id for other in parted} - {mine}
    if parted and incident_id != mine:
        leaving = {incident_id}
    for one in leaving:
        connection.execute(sa.update(t.incidents).where(c.incident_id == one).values(part_of=None))
        add_audit(connection, now_s, SYSTEM, "incident_part", mine, report=one)
    return leaving


def select_parts(connection: sa.Connection, heads: Sequence[str]) -> dict[str, list[Row]]:
    """Further reports of events, by head, in the order in which they came."""
    c = t.incidents.c
    query = sa.select(t.incidents).where(c.part_of.in_(heads))
    parts: dict[str, list[Row]] = {}
    for row in connection.execute(query.order_by(c.received_at_s, c.incident_id)).mappings():
        parts.setdefault(row["part_of"], []).append(dict(row))
    return parts
