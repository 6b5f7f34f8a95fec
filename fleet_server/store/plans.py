"""Plans for a team, and routes that wait for their vehicle, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from fleet_server.store import tables as t
from fleet_server.store.database import upsert
from fleet_server.store.plan_tables import next_routes, plans

Row = Mapping[str, Any]
LONG = ("document", "moved", "kept", "taken_over")  # what a list of plans does without
SHORT = [column for column in plans.c if column.name not in LONG]


def plan_patrol_id(plan_id: str) -> str:
    """The `patrol_id` of assignments that do what a plan says."""
    return f"plan-{plan_id}"


def add_plan(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Keep a new plan."""
    connection.execute(sa.insert(plans).values(row))


def find_plan(connection: sa.Connection, plan_id: str) -> Row | None:
    """One plan."""
    row = connection.execute(sa.select(plans).where(plans.c.plan_id == plan_id)).mappings().first()
    return dict(row) if row else None


def find_summary(connection: sa.Connection, plan_id: str) -> Row:
    """One plan, which is there, without its long columns."""
    query = sa.select(*SHORT).where(plans.c.plan_id == plan_id)
    return dict(connection.execute(query).mappings().one())


def select_plans(connection: sa.Connection, limit: int) -> list[Row]:
    """Plans without their long columns, newest first."""
    query = sa.select(*SHORT).order_by(plans.c.created_at_s.desc(), plans.c.plan_id).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def mark_started(
    connection: sa.Connection,
    plan_id: str,
    started_at_s: float,
    taken_over: Mapping[str, str],
    replaced: str | None,
) -> None:
    """A plan is under way; it takes the place of `replaced`, if that is named."""
    connection.execute(
        sa.update(plans)
        .where(plans.c.plan_id == plan_id)
        .values(
            started_at_s=started_at_s,
            taken_over=dict(taken_over),
            scheduled_by=None,
            start_problem=None,
        )
    )
    if replaced is not None:
        connection.execute(
            sa.update(plans).where(plans.c.plan_id == replaced).values(replaced_by=plan_id)
        )


def put_schedule(
    connection: sa.Connection, plan_id: str, scheduled_by: str | None, problem: str | None
) -> None:
    """Whether a plan starts by itself, on whose word, and what kept it from it."""
    connection.execute(
        sa.update(plans)
        .where(plans.c.plan_id == plan_id)
        .values(scheduled_by=scheduled_by, start_problem=problem)
    )


def select_due(connection: sa.Connection, now_s: float) -> list[str]:
    """The plans that start by themselves and whose start is over, soonest first."""
    c = plans.c
    due = sa.and_(c.scheduled_by.is_not(None), c.start_s <= now_s)
    query = sa.select(c.plan_id).where(due).order_by(c.start_s, c.plan_id)
    return list(connection.execute(query).scalars())


def plan_assignments(connection: sa.Connection, plan_id: str) -> dict[str, str]:
    """The newest assignment that was made for a plan, by vehicle."""
    c = t.assignments.c
    query = (
        sa.select(c.vehicle_id, c.assignment_id)
        .where(c.patrol_id == plan_patrol_id(plan_id))
        .order_by(c.created_at_s)
    )
    return {row.vehicle_id: row.assignment_id for row in connection.execute(query)}


def put_next_route(connection: sa.Connection, row: dict[str, Any]) -> None:
    """A route waits for its vehicle; an earlier one of that vehicle is forgotten."""
    upsert(connection, next_routes, [row])


def drop_next_route(connection: sa.Connection, vehicle_id: str) -> None:
    """Nothing waits for a vehicle any more."""
    connection.execute(sa.delete(next_routes).where(next_routes.c.vehicle_id == vehicle_id))


def select_next_routes(connection: sa.Connection) -> list[Row]:
    """Every route that waits for its vehicle."""
    query = sa.select(next_routes).order_by(next_routes.c.vehicle_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def expire_plans(connection: sa.Connection, before_s: float) -> int:
    """Delete plans made and to begin before, unless one of their routes is still driven."""
    c, a = plans.c, t.assignments.c
    driven = {
        patrol_id.removeprefix(plan_patrol_id(""))
        for patrol_id in connection.execute(
            sa.select(a.patrol_id).where(a.status.in_(t.ACTIVE_STATUSES))
        ).scalars()
    }
    driven |= set(connection.execute(sa.select(next_routes.c.plan_id)).scalars())
    old = sa.and_(
        c.created_at_s < before_s,
        sa.func.coalesce(c.started_at_s, c.start_s) < before_s,
        c.plan_id.not_in(sorted(driven)),
    )
    return connection.execute(sa.delete(plans).where(old)).rowcount
