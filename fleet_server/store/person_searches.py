"""Person searches in the database: opened, amended, closed, and erased some days after."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit
from fleet_server.store.candidates import case_of, is_candidate
from fleet_server.store.person_tables import PERSONAL, person_search_pictures, person_searches

Row = Mapping[str, Any]
SYSTEM = "system"
LOG_SHOWN = 500
CANDIDATES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """A case and the ids of its pictures, in the order in which they were added."""

    row: Row
    picture_ids: list[str]


def add_search(
    connection: sa.Connection, values: dict[str, Any], pictures: Sequence[bytes], now_s: float
) -> str:
    """A new case; its number is the year's and the case's, as nobody's name would be."""
    count = connection.execute(sa.select(sa.func.count()).select_from(person_searches)).scalar()
    year = datetime.fromtimestamp(now_s, UTC).year
    case_id = f"{year}-{(count or 0) + 1:04d}"
    connection.execute(sa.insert(person_searches).values(case_id=case_id, revision=1, **values))
    _add_pictures(connection, case_id, pictures, 0)
    add_audit(connection, now_s, values["opened_by"], "person_search_open", case_id)
    return case_id


def amend_search(
    connection: sa.Connection,
    case_id: str,
    values: dict[str, Any],
    added: Sequence[bytes],
    removed: Sequence[str],
    username: str,
    now_s: float,
) -> bool:
    """Change an open case; the trail names the fields and not what they hold. False: not open."""
    if not _change(connection, case_id, values):
        return False
    p = person_search_pictures.c
    connection.execute(
        sa.delete(person_search_pictures).where(p.case_id == case_id, p.picture_id.in_(removed))
    )
    last = connection.execute(sa.select(sa.func.max(p.position)).where(p.case_id == case_id))
    _add_pictures(connection, case_id, added, (last.scalar() or 0) + 1)
    fields = sorted({*values, *(["pictures"] if added or removed else [])})
    add_audit(connection, now_s, username, "person_search_amend", case_id, fields=fields)
    return True


def close_search(
    connection: sa.Connection,
    case_id: str,
    outcome: str,
    note: str | None,
    username: str,
    at_s: float,
    now_s: float,
) -> bool:
    """End a case for good; False where it was not open."""
    ended = {"closed_at_s": at_s, "closed_by": username, "outcome": outcome, "note": note}
    if not _change(connection, case_id, ended):
        return False
    add_audit(connection, now_s, username, "person_search_close", case_id, outcome=outcome)
    return True


def _change(connection: sa.Connection, case_id: str, values: dict[str, Any]) -> bool:
    c = person_searches.c
    changed = connection.execute(
        sa.update(person_searches)
        .where(c.case_id == case_id, c.closed_at_s.is_(None))
        .values(revision=c.revision + 1, **values)
    )
    return changed.rowcount > 0


def _add_pictures(
    connection: sa.Connection, case_id: str, pictures: Sequence[bytes], first: int
) -> None:
    rows = [
        {"picture_id": uuid.uuid4().hex, "case_id": case_id, "position": first + n, "data": data}
        for n, data in enumerate(pictures)
    ]
    if rows:
        connection.execute(sa.insert(person_search_pictures), rows)


def select_searches(
    connection: sa.Connection, case_ids: Sequence[str] | None = None, only_open: bool = False
) -> list[StoredSearch]:
    """Cases, the newest first: all, or those of the ids that exist."""
    c = person_searches.c
    query = sa.select(person_searches).order_by(c.opened_at_s.desc(), c.case_id.desc())
    if case_ids is not None:
        query = query.where(c.case_id.in_(case_ids))
    if only_open:
        query = query.where(c.closed_at_s.is_(None))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    p = person_search_pictures.c
    ids: dict[str, list[str]] = {row["case_id"]: [] for row in rows}
    found = sa.select(p.case_id, p.picture_id).where(p.case_id.in_(list(ids)))
    for case_id, picture_id in connection.execute(found.order_by(p.position)):
        ids[case_id].append(picture_id)
    return [StoredSearch(row, ids[row["case_id"]]) for row in rows]


def select_pictures(connection: sa.Connection, case_id: str) -> dict[str, bytes]:
    """A case's pictures by id, in order."""
    p = person_search_pictures.c
    query = sa.select(p.picture_id, p.data).where(p.case_id == case_id).order_by(p.position)
    return {row.picture_id: row.data for row in connection.execute(query)}


def select_open(connection: sa.Connection) -> list[tuple[Row, tuple[bytes, ...]]]:
    """Cases that have no end yet, the oldest first, with what their pictures hold."""
    rows = [stored.row for stored in reversed(select_searches(connection, only_open=True))]
    return [(row, tuple(select_pictures(connection, row["case_id"]).values())) for row in rows]


def select_candidates(connection: sa.Connection, case_id: str) -> list[str]:
    """Incidents that vehicles have reported for a case."""
    c = t.incidents.c
    query = (
        sa.select(c.incident_id)
        .where(is_candidate(), case_of() == case_id)
        .order_by(c.detected_at_s.desc())
        .limit(CANDIDATES_SHOWN)
    )
    return list(connection.execute(query).scalars())


def select_log(connection: sa.Connection, subjects: Sequence[str]) -> list[Row]:
    """Who did what with a case, its pictures and its candidates; the newest first."""
    query = sa.select(t.audit).where(t.audit.c.subject.in_(subjects))
    rows = connection.execute(query.order_by(t.audit.c.id.desc()).limit(LOG_SHOWN)).mappings()
    return [dict(row) for row in rows]


def erase_searches(connection: sa.Connection, before_s: float, now_s: float) -> list[str]:
    """Erase what is personal of cases that ended before; which. Number, times and end stay."""
    c = person_searches.c
    query = sa.select(c.case_id).where(c.closed_at_s < before_s, c.erased_at_s.is_(None))
    case_ids = list(connection.execute(query).scalars())
    p = person_search_pictures
    connection.execute(sa.delete(p).where(p.c.case_id.in_(case_ids)))
    connection.execute(
        sa.update(person_searches)
        .where(c.case_id.in_(case_ids))
        .values(erased_at_s=now_s, **dict.fromkeys(PERSONAL))
    )
    for case_id in case_ids:
        add_audit(connection, now_s, SYSTEM, "person_search_erase", case_id)
    return case_ids
