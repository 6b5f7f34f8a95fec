"""Patrols and assignments in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t
from fleet_server.store.database import insert_new

Row = Mapping[str, Any]


def select_patrols(connection: sa.Connection) -> list[Row]:
    """Patrols that are not deleted, oldest first."""
    c = t.patrols.c
    query = sa.select(t.patrols).where(c.deleted_at_s.is_(None)).order_by(c.created_at_s, c.name)
    return [dict(row) for row in connection.execute(query).mappings()]


def find_patrol(connection: sa.Connection, patrol_id: str) -> Row | None:
    """One patrol that is not deleted."""
    c = t.patrols.c
    query = sa.select(t.patrols).where(c.patrol_id == patrol_id, c.deleted_at_s.is_(None))
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def add_patrol(connection: sa.Connection, row: dict[str, Any]) -> bool:
    """Keep a patrol; False where its id was there, deleted or not."""
    return insert_new(connection, t.patrols, [row]) > 0


def delete_patrol(connection: sa.Connection, patrol_id: str, now_s: float) -> bool:
    """Hide a patrol; its assignments stay."""
    c = t.patrols.c
    changed = connection.execute(
        sa.update(t.patrols)
        .where(c.patrol_id == patrol_id, c.deleted_at_s.is_(None))
        .values(deleted_at_s=now_s)
    )
    return changed.rowcount > 0


def add_assignment(connection: sa.Connection, row: dict[str, Any]) -> bool:
    """Keep an assignment; False where its vehicle has an active one."""
    return insert_new(connection, t.assignments, [row]) > 0


def save_assignment(
    connection: sa.Connection,
    assignment_id: str,
    values: dict[str, Any],
    newly_visited: dict[int, tuple[str, float]],
) -> None:
    """Change an assignment and note visits (visit index → checkpoint id, event time)."""
    c = t.assignments.c
    connection.execute(
        sa.update(t.assignments).where(c.assignment_id == assignment_id).values(**values)
    )
    rows = [
        {
            "assignment_id": assignment_id,
            "visit_index": index,
            "checkpoint_id": checkpoint_id,
            "visited_at_s": visited_at_s,
        }
        for index, (checkpoint_id, visited_at_s) in newly_visited.items()
    ]
    insert_new(connection, t.checkpoint_visits, rows)


def select_assignments(
    connection: sa.Connection, only_active: bool, limit: int = 200
) -> list[Row]:
    """Assignments, newest first."""
    c = t.assignments.c
    query = sa.select(t.assignments).order_by(c.created_at_s.desc()).limit(limit)
    if only_active:
        query = query.where(c.status.in_(t.ACTIVE_STATUSES))
    return [dict(row) for row in connection.execute(query).mappings()]


def find_assignment(connection: sa.Connection, assignment_id: str) -> Row | None:
    """One assignment."""
    query = sa.select(t.assignments).where(t.assignments.c.assignment_id == assignment_id)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None
