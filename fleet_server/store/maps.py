"""Map versions and publications in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t
from fleet_server.store.database import insert_new, upsert

Row = Mapping[str, Any]
ACTIVE_PHASES = ("downloading", "enabling")


def add_version(connection: sa.Connection, row: dict[str, Any]) -> bool:
    """Keep a version; False where it was there."""
    return insert_new(connection, t.map_versions, [row]) > 0


def select_versions(connection: sa.Connection, map_id: str) -> list[Row]:
    """Every version of a map, newest first."""
    c = t.map_versions.c
    query = sa.select(t.map_versions).where(c.map_id == map_id).order_by(c.added_at_s.desc())
    return [dict(row) for row in connection.execute(query).mappings()]


def find_version(connection: sa.Connection, content_hash: str) -> Row | None:
    """One version."""
    query = sa.select(t.map_versions).where(t.map_versions.c.content_hash == content_hash)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def current_version(connection: sa.Connection, map_id: str) -> str | None:
    """The content hash of the version that orders are planned on."""
    c = t.map_versions.c
    query = (
        sa.select(c.content_hash)
        .where(c.map_id == map_id, c.current_since_s.is_not(None))
        .order_by(c.current_since_s.desc())
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def make_current(connection: sa.Connection, content_hash: str, now_s: float) -> None:
    """Plan on this version from now on."""
    c = t.map_versions.c
    connection.execute(
        sa.update(t.map_versions)
        .where(c.content_hash == content_hash)
        .values(current_since_s=now_s)
    )


def add_publication(
    connection: sa.Connection, row: dict[str, Any], targets: Mapping[str, Any]
) -> None:
    """Keep a new publication with its targets by vehicle."""
    connection.execute(sa.insert(t.publications).values(row))
    save_targets(connection, row["publication_id"], targets)


def save_publication(
    connection: sa.Connection,
    publication_id: str,
    values: dict[str, Any],
    targets: Mapping[str, Any],
) -> None:
    """Change a publication and some of its targets."""
    connection.execute(
        sa.update(t.publications)
        .where(t.publications.c.publication_id == publication_id)
        .values(values)
    )
    save_targets(connection, publication_id, targets)


def save_targets(
    connection: sa.Connection, publication_id: str, targets: Mapping[str, Any]
) -> None:
    """Targets as they are now, by vehicle."""
    rows = [
        {"publication_id": publication_id, "vehicle_id": vehicle_id, "target": target}
        for vehicle_id, target in targets.items()
    ]
    upsert(connection, t.publication_targets, rows)


def select_publications(
    connection: sa.Connection, only_active: bool, limit: int
) -> list[tuple[Row, dict[str, Any]]]:
    """Publications with their targets by vehicle, newest first."""
    query = sa.select(t.publications).order_by(t.publications.c.created_at_s.desc()).limit(limit)
    if only_active:
        query = query.where(t.publications.c.phase.in_(ACTIVE_PHASES))
    rows: Sequence[Row] = [dict(row) for row in connection.execute(query).mappings()]
    return [(row, _targets(connection, row["publication_id"])) for row in rows]


def find_publication(
    connection: sa.Connection, publication_id: str
) -> tuple[Row, dict[str, Any]] | None:
    """One publication with its targets."""
    query = sa.select(t.publications).where(t.publications.c.publication_id == publication_id)
    row = connection.execute(query).mappings().first()
    return (dict(row), _targets(connection, publication_id)) if row else None


def _targets(connection: sa.Connection, publication_id: str) -> dict[str, Any]:
    c = t.publication_targets.c
    query = sa.select(c.vehicle_id, c.target).where(c.publication_id == publication_id)
    return {row.vehicle_id: row.target for row in connection.execute(query.order_by(c.vehicle_id))}
