"""What is kept of a person search's candidates, and when it goes: with the case, or before.

A candidate whom an operator refused is a passer-by who merely resembled somebody: theirs goes a
while after the verdict, and at once when the case has ended. All others' go with what is personal
of the case. That it was, where, when, who judged and who looked, stays as of every incident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit
from fleet_server.store.person_tables import person_searches
from patrol.incident import AnomalyKind

Row = Mapping[str, Any]
SYSTEM = "system"
REFUSALS = ("wrong", "harmless")
ERASED = "candidate_erase"


@dataclass(frozen=True, slots=True)
class DueCandidate:
    """An incident of which everything that shows somebody is due."""

    incident_id: str
    case_id: str
    evidence_ids: list[str]
    paths: list[str]  # of files, below the evidence folder


def case_of() -> sa.ColumnElement[str]:
    """The case that an incident of this kind is reported for."""
    case_id: sa.ColumnElement[str] = t.incidents.c.details["case_id"].as_string()
    return case_id


def is_candidate() -> sa.ColumnElement[bool]:
    """Whether an incident is a candidate of some search."""
    return t.incidents.c.kind == AnomalyKind.MISSING_PERSON.value


def kept_with_their_case() -> sa.Select[tuple[str]]:
    """Incidents whose evidence ends with a case of ours that is not erased yet."""
    s = person_searches.c
    query = sa.select(t.incidents.c.incident_id)
    query = query.join(person_searches, s.case_id == case_of())
    return query.where(is_candidate(), s.erased_at_s.is_(None))


def due_candidates(connection: sa.Connection, refused_before_s: float) -> list[DueCandidate]:
    """Candidates of erased cases, and those refused before, or refused and their case is over."""
    i, s = t.incidents.c, person_searches.c
    head = t.incidents.alias("head")
    refused = head.c.verdict.in_(REFUSALS) & sa.or_(
        head.c.resolved_at_s < refused_before_s, s.closed_at_s.is_not(None)
    )
    query = (
        sa.select(i.incident_id, i.details, s.case_id)
        .join(person_searches, s.case_id == case_of())
        .join(head, head.c.incident_id == sa.func.coalesce(i.part_of, i.incident_id))
        .where(is_candidate(), sa.or_(s.erased_at_s.is_not(None), refused))
    )
    rows = connection.execute(query).all()
    incident_ids = [row.incident_id for row in rows]
    files, telling = _files_of(connection, incident_ids), _telling(connection, incident_ids)
    due = []
    for row in rows:
        own = files.get(row.incident_id, [])
        if own or row.incident_id in telling or set(row.details) != {"case_id"}:
            paths = [file["path"] for file in own if file["path"] is not None]
            ids = [file["evidence_id"] for file in own]
            due.append(DueCandidate(row.incident_id, row.case_id, ids, paths))
    return due


def _files_of(connection: sa.Connection, incident_ids: Sequence[str]) -> dict[str, list[Row]]:
    """What is there or coming of evidence, by incident, whichever vehicle sent it."""
    e = t.evidence.c
    query = sa.select(e.incident_id, e.evidence_id, e.path)
    query = query.where(e.incident_id.in_(incident_ids), e.status != "expired")
    files: dict[str, list[Row]] = {}
    for row in connection.execute(query).mappings():
        files.setdefault(row["incident_id"], []).append(dict(row))
    return files


def _telling(connection: sa.Connection, incident_ids: Sequence[str]) -> set[str]:
    """Incidents of which a message is kept; one may come after the rest was erased."""
    r = t.incident_revisions.c
    query = sa.select(r.incident_id).distinct()
    query = query.where(r.incident_id.in_(incident_ids), sa.func.length(r.payload) > 0)
    return set(connection.execute(query).scalars())


def erase_candidates(connection: sa.Connection, due: Sequence[DueCandidate], now_s: float) -> None:
    """Erase what shows somebody, whose files are deleted already; a line on the trail for each."""
    i, r = t.incidents, t.incident_revisions
    for one in due:
        mark_expired(connection, one.evidence_ids)
        mine = i.c.incident_id == one.incident_id
        connection.execute(sa.update(i).where(mine).values(details={"case_id": one.case_id}))
        told = r.c.incident_id == one.incident_id
        connection.execute(sa.update(r).where(told).values(payload=b""))
        count = len(one.evidence_ids)
        add_audit(connection, now_s, SYSTEM, ERASED, one.incident_id, files=count)


def due_evidence(connection: sa.Connection, before_s: float) -> tuple[list[str], list[str]]:
    """(ids, paths of files) of evidence captured before; not of what ends with a case."""
    e = t.evidence.c
    query = sa.select(e.evidence_id, e.path).where(
        e.captured_at_s < before_s,
        e.status != "expired",
        e.incident_id.not_in(kept_with_their_case()),
    )
    rows = connection.execute(query).all()
    return [row.evidence_id for row in rows], [row.path for row in rows if row.path is not None]


def mark_expired(connection: sa.Connection, evidence_ids: Sequence[str]) -> None:
    """Evidence whose files are deleted; pieces of files that never became whole go here."""
    e, k = t.evidence, t.evidence_chunks
    for evidence_id in evidence_ids:
        connection.execute(sa.delete(k).where(k.c.evidence_id == evidence_id))
        mine = e.c.evidence_id == evidence_id
        connection.execute(sa.update(e).where(mine).values(status="expired", path=None))


def select_candidate_files(connection: sa.Connection, incident_ids: Sequence[str]) -> list[str]:
    """All evidence there ever was of incidents: who looked at it is asked after it has gone."""
    e = t.evidence.c
    query = sa.select(e.evidence_id).where(e.incident_id.in_(incident_ids))
    return list(connection.execute(query).scalars())
