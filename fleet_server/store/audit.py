"""The audit trail: who did what, when."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t


def add_audit(
    connection: sa.Connection,
    time_s: float,
    username: str,
    action: str,
    subject: str,
    **details: Any,
) -> None:
    """One line of the trail, in the transaction of what it tells of."""
    connection.execute(
        sa.insert(t.audit).values(
            time_s=time_s, username=username, action=action, subject=subject, details=details
        )
    )


def select_audit(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    """The newest lines first."""
    query = sa.select(t.audit).order_by(t.audit.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]
