"""Suppressions in the database: made from verdicts, matched with incidents, ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from fleet_server.config import SuppressionConfig
from fleet_server.incidents.suppression import (
    DISMISSED,
    Judged,
    Occasion,
    Suppression,
    is_life_safety,
    learn,
)
from fleet_server.store import tables as t
from fleet_server.store.audit import add_audit

Row = Mapping[str, Any]
NAMES = tuple(field.name for field in fields(Suppression))
SYSTEM = "system"
SHOWN = 500
DAY_S = 86400.0


def occasion_of(row: Row) -> Occasion:
    """An incident's row as the rule sees it."""
    names = ("kind", "severity", "map_id", "x_m", "y_m", "detected_at_s")
    return Occasion(**{name: row[name] for name in names})


def suppression_of(row: Row) -> Suppression:
    """A row as the rule sees it."""
    return Suppression(**{name: row[name] for name in NAMES})


def quieted_by(connection: sa.Connection, occasion: Occasion, now_s: float) -> str | None:
    """The suppression that covers what has just come; None where it rings.

    Never one for a life-safety kind, whatever the table holds.
    """
    if is_life_safety(occasion.kind):
        return None
    return next((s.suppression_id for s in _holding(connection, occasion, now_s)), None)


def still_quiet(
    connection: sa.Connection, suppression_id: str, occasion: Occasion, now_s: float
) -> bool:
    """Whether a quieted incident stays so with its newest report; it never becomes quiet later."""
    found = _holding(connection, occasion, now_s)
    return any(s.suppression_id == suppression_id for s in found)


def _holding(connection: sa.Connection, occasion: Occasion, now_s: float) -> list[Suppression]:
    c = t.suppressions.c
    query = sa.select(t.suppressions).where(
        c.kind == occasion.kind,
        c.map_id == occasion.map_id,
        c.ended_at_s.is_(None),
        c.expires_at_s > now_s,
    )
    found = [suppression_of(dict(row)) for row in connection.execute(query).mappings()]
    return [s for s in found if s.holds(now_s) and s.covers(occasion)]


def teach(
    connection: sa.Connection,
    incident_id: str,
    time_zone: str | None,
    config: SuppressionConfig,
    now_s: float,
) -> list[str]:
    """Take in the verdict that an incident has just got; the suppressions that it made or ended.

    Nothing is learned on life-safety kinds, nor on a map that this server does not know.
    """
    c = t.incidents.c
    found = connection.execute(sa.select(t.incidents).where(c.incident_id == incident_id))
    row = dict(found.mappings().one())
    if is_life_safety(row["kind"]):
        return []
    latest = _judged(row)
    if latest.verdict not in DISMISSED:
        return _refuted(connection, row, now_s)
    if time_zone is None or _holding(connection, latest.occasion, now_s):
        return []
    earlier = _earlier(connection, row, config, now_s)
    learned = learn(latest, earlier, time_zone, config, now_s, str(uuid.uuid4()))
    if learned is None:
        return []
    _start(connection, *learned, now_s)
    return [learned[0].suppression_id]


def _start(
    connection: sa.Connection, made: Suppression, verdicts: Sequence[Judged], now_s: float
) -> None:
    names = ("incident_id", "verdict", "judged_by", "judged_at_s")
    kept = [{name: getattr(judged, name) for name in names} for judged in verdicts]
    connection.execute(sa.insert(t.suppressions).values(**asdict(made), verdicts=kept))
    add_audit(
        connection,
        now_s,
        SYSTEM,
        "suppression_start",
        made.suppression_id,
        kind=made.kind,
        verdicts=kept,
    )


def _refuted(connection: sa.Connection, row: Row, now_s: float) -> list[str]:
    """End what a true alarm contradicts: what quieted it, and what holds there and then."""
    occasion = occasion_of(row)
    c = t.suppressions.c
    query = sa.select(t.suppressions).where(
        c.kind == occasion.kind, c.map_id == occasion.map_id, c.ended_at_s.is_(None)
    )
    found = [suppression_of(dict(one)) for one in connection.execute(query).mappings()]
    wrong = [
        s.suppression_id
        for s in found
        if s.suppression_id == row["suppression_id"] or s.is_there_and_then(occasion)
    ]
    for suppression_id in wrong:
        end_suppression(connection, suppression_id, row["resolved_by"], "true_alarm", now_s)
    return wrong


def _earlier(
    connection: sa.Connection, row: Row, config: SuppressionConfig, now_s: float
) -> list[Judged]:
    """Verdicts on the kind near the place: none from before an operator switched a suppression
    there off, whose word counts for more than what had taught it."""
    c = t.incidents.c
    occasion, radius_m = occasion_of(row), config.radius_m
    since_s = max([now_s - config.look_back_days * DAY_S, *_switched_off(connection, occasion)])
    query = sa.select(t.incidents).where(
        c.kind == occasion.kind,
        c.map_id == occasion.map_id,
        c.verdict.is_not(None),
        c.resolved_at_s > since_s,
        c.x_m.between(occasion.x_m - radius_m, occasion.x_m + radius_m),
        c.y_m.between(occasion.y_m - radius_m, occasion.y_m + radius_m),
    )
    return [_judged(dict(one)) for one in connection.execute(query).mappings()]


def _switched_off(connection: sa.Connection, occasion: Occasion) -> list[float]:
    c = t.suppressions.c
    query = sa.select(t.suppressions).where(
        c.kind == occasion.kind, c.map_id == occasion.map_id, c.end_reason == "operator"
    )
    found = [suppression_of(dict(row)) for row in connection.execute(query).mappings()]
    return [s.ended_at_s for s in found if s.ended_at_s and s.is_there_and_then(occasion)]


def _judged(row: Row) -> Judged:
    return Judged(
        row["incident_id"],
        occasion_of(row),
        row["verdict"],
        row["resolved_by"],
        row["resolved_at_s"],
    )


def end_suppression(
    connection: sa.Connection, suppression_id: str, username: str, reason: str, now_s: float
) -> bool:
    """End one for good, audited; False where it had ended or expired, or is unknown."""
    c = t.suppressions.c
    ended = connection.execute(
        sa.update(t.suppressions)
        .where(c.suppression_id == suppression_id, c.ended_at_s.is_(None), c.expires_at_s > now_s)
        .values(ended_at_s=now_s, ended_by=username, end_reason=reason)
    ).rowcount
    if ended:
        add_audit(connection, now_s, username, "suppression_end", suppression_id, reason=reason)
    return ended > 0


def select_suppressions(
    connection: sa.Connection, suppression_ids: Sequence[str] | None = None
) -> list[tuple[Row, int]]:
    """(row, how many incidents it has quieted), the newest first."""
    s, i = t.suppressions.c, t.incidents.c
    query = sa.select(t.suppressions).order_by(s.created_at_s.desc()).limit(SHOWN)
    if suppression_ids is not None:
        query = query.where(s.suppression_id.in_(suppression_ids))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    counted = (
        sa.select(i.suppression_id, sa.func.count())
        .where(i.suppression_id.in_([row["suppression_id"] for row in rows]))
        .group_by(i.suppression_id)
    )
    quieted = {row[0]: row[1] for row in connection.execute(counted)}
    return [(row, quieted.get(row["suppression_id"], 0)) for row in rows]


def select_quieted(connection: sa.Connection, suppression_ids: Sequence[str]) -> list[str]:
    """Incidents without a verdict that these have quieted."""
    c = t.incidents.c
    query = sa.select(c.incident_id).where(
        c.suppression_id.in_(suppression_ids), c.status != "resolved"
    )
    return list(connection.execute(query).scalars())
