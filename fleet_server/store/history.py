"""State history: tracks, and what is deleted when it is old enough."""

from __future__ import annotations

import sqlalchemy as sa

from fleet_server.store import tables as t

TRACK_POINTS = 5000


def select_track(
    connection: sa.Connection, vehicle_id: str, since_s: float, until_s: float
) -> list[tuple[str, float, float, float]]:
    """(map id, x m, y m, event time) in order of event time; thinned to `TRACK_POINTS`.

    What is later than its last state (`until_s`) a clock that was ahead has told.
    """
    c = t.state_history.c
    query = (
        sa.select(c.map_id, c.x_m, c.y_m, c.event_time_s)
        .where(c.vehicle_id == vehicle_id, c.event_time_s.between(since_s, until_s))
        .where(c.x_m.is_not(None))
        .order_by(c.event_time_s, c.header_id)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    step = -(-len(rows) // TRACK_POINTS) or 1
    return rows[::step]


def expire_states(connection: sa.Connection, before_s: float) -> int:
    """Delete history that happened before; how many rows."""
    c = t.state_history.c
    deleted = 0
    for vehicle_id in connection.execute(sa.select(t.vehicles.c.vehicle_id)).scalars().all():
        deleted += connection.execute(
            sa.delete(t.state_history).where(c.vehicle_id == vehicle_id, c.event_time_s < before_s)
        ).rowcount
    connection.execute(
        sa.delete(t.connections).where(
            t.connections.c.received_time_s < before_s,
            t.connections.c.id.not_in(
                sa.select(sa.func.max(t.connections.c.id)).group_by(t.connections.c.vehicle_id)
            ),
        )
    )
    return deleted


def expire_audit(connection: sa.Connection, before_s: float) -> int:
    """Delete audit lines and quarantined messages from before; how many lines."""
    connection.execute(sa.delete(t.quarantine).where(t.quarantine.c.received_time_s < before_s))
    return connection.execute(sa.delete(t.audit).where(t.audit.c.time_s < before_s)).rowcount
