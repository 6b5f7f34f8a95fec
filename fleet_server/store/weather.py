"""Reports of the weather in the database: the newest of each source, and no history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Double, String, Table

from fleet_server.store.audit import add_audit
from fleet_server.store.database import upsert
from fleet_server.store.tables import metadata
from patrol.clock import iso_utc

weather_reports = Table(
    "weather_reports",
    metadata,
    Column("source", String(20), primary_key=True),  # people, or the name of a service
    Column("observed_at_s", Double, nullable=False),
    Column("reported_at_s", Double, nullable=False),
    Column("reported_by", String(64), nullable=False),
    Column("rain_mmph", Double),
    Column("gust_mps", Double),
    Column("visibility_m", Double),
    Column("temperature_c", Double),
)


def put_report(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Keep a report in the place of its source's last one, with its line on the audit trail."""
    upsert(connection, weather_reports, [row])
    add_audit(
        connection,
        row["reported_at_s"],
        row["reported_by"],
        "weather_reported",
        iso_utc(row["observed_at_s"]),
    )


def select_reports(connection: sa.Connection) -> list[Mapping[str, Any]]:
    """The newest report of every source."""
    return [dict(row) for row in connection.execute(sa.select(weather_reports)).mappings()]
