"""The tables of plans for a team; beside those of `tables`, in the same metadata."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Double, Index, Integer, String, Table, Text

from fleet_server.store.tables import metadata

plans = Table(
    "plans",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("map_id", Text, nullable=False),
    Column("map_hash", String(64), nullable=False),  # the version it was made on
    Column("mode", String(20), nullable=False),
    Column("vehicle_ids", JSON, nullable=False),
    Column("left_out", Integer, nullable=False),  # how many things it does not do
    Column("start_s", Double, nullable=False),  # the plan's time 0, as planned
    Column("created_by", String(64), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("started_at_s", Double),  # the plan's time 0, as it was
    Column("replaces", String(64)),  # a plan
    Column("replaced_by", String(64)),  # the plan that took over
    Column("document", JSON, nullable=False),  # navigation.planning.fleet.document.plan_file
    Column("moved", JSON, nullable=False),  # promises that changed hands
    Column("kept", JSON, nullable=False),  # vehicles whose rest is as it was
    Column("taken_over", JSON, nullable=False),  # their assignments, by vehicle
    Column("scheduled_by", String(64)),  # who had it start by itself at its time
    Column("start_problem", Text),  # why it has not, at its time
    Index("ix_plans_created", "created_at_s"),
)

next_routes = Table(
    "next_routes",
    metadata,
    Column("vehicle_id", String(130), primary_key=True),
    Column("plan_id", String(64), nullable=False),
    Column("username", String(64), nullable=False),
    Column("route", JSON, nullable=False),  # dispatch.route.Route
)
