"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "assignments",
    "audit",
    "checkpoint_visits",
    "connections",
    "evidence",
    "evidence_chunks",
    "incident_revisions",
    "incidents",
    "last_state",
    "patrols",
    "quarantine",
    "sessions",
    "state_history",
    "users",
    "vehicles",
)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "assignments",
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("patrol_id", sa.String(length=64), nullable=False),
        sa.Column("patrol_name", sa.String(length=120), nullable=False),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("map_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("finished_at_s", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    op.create_index("ix_assignments_created", "assignments", ["created_at_s"], unique=False)
    op.create_index(
        "uq_assignments_active_vehicle",
        "assignments",
        ["vehicle_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('queued', 'sent', 'running', 'returning')"),
        postgresql_where=sa.text("status IN ('queued', 'sent', 'running', 'returning')"),
    )
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("time_s", sa.Double(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_time", "audit", ["time_s"], unique=False)
    op.create_table(
        "checkpoint_visits",
        sa.Column("assignment_id", sa.String(length=64), nullable=False),
        sa.Column("visit_index", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.String(length=64), nullable=False),
        sa.Column("visited_at_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", "visit_index"),
    )
    op.create_table(
        "connections",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("header_id", sa.BigInteger(), nullable=False),
        sa.Column("event_time_s", sa.Double(), nullable=False),
        sa.Column("received_time_s", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("vehicle_id", "event_time_s", "header_id", "state"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("captured_at_s", sa.Double(), nullable=False),
        sa.Column("received_at_s", sa.Double(), nullable=False),
        sa.Column("blurred", sa.Boolean(), nullable=False),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("evidence_id"),
    )
    op.create_index("ix_evidence_incident", "evidence", ["incident_id"], unique=False)
    op.create_index(
        "ix_evidence_status_captured", "evidence", ["status", "captured_at_s"], unique=False
    )
    op.create_table(
        "evidence_chunks",
        sa.Column("evidence_id", sa.String(length=64), nullable=False),
        sa.Column("chunk_index", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", "chunk_index"),
    )
    op.create_table(
        "incident_revisions",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("header_id", sa.BigInteger(), nullable=False),
        sa.Column("event_time_s", sa.Double(), nullable=False),
        sa.Column("received_time_s", sa.Double(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "revision"),
    )
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("map_id", sa.String(length=64), nullable=False),
        sa.Column("x_m", sa.Double(), nullable=False),
        sa.Column("y_m", sa.Double(), nullable=False),
        sa.Column("position_sigma_m", sa.Double(), nullable=False),
        sa.Column("started_at_s", sa.Double(), nullable=False),
        sa.Column("detected_at_s", sa.Double(), nullable=False),
        sa.Column("updated_at_s", sa.Double(), nullable=False),
        sa.Column("received_at_s", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("acknowledged_at_s", sa.Double(), nullable=True),
        sa.Column("resolved_by", sa.String(length=64), nullable=True),
        sa.Column("resolved_at_s", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id"),
    )
    op.create_index(
        "ix_incidents_status_detected", "incidents", ["status", "detected_at_s"], unique=False
    )
    op.create_table(
        "last_state",
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("header_id", sa.BigInteger(), nullable=False),
        sa.Column("event_time_s", sa.Double(), nullable=False),
        sa.Column("received_time_s", sa.Double(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_table(
        "patrols",
        sa.Column("patrol_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("map_id", sa.String(length=64), nullable=False),
        sa.Column("checkpoint_ids", sa.JSON(), nullable=False),
        sa.Column("visit_order", sa.String(length=10), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("deleted_at_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("patrol_id"),
    )
    op.create_table(
        "quarantine",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("received_time_s", sa.Double(), nullable=False),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("expires_at_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "state_history",
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("event_time_s", sa.Double(), nullable=False),
        sa.Column("header_id", sa.BigInteger(), nullable=False),
        sa.Column("received_time_s", sa.Double(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("map_id", sa.String(length=64), nullable=True),
        sa.Column("x_m", sa.Double(), nullable=True),
        sa.Column("y_m", sa.Double(), nullable=True),
        sa.Column("heading_rad", sa.Double(), nullable=True),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("battery_pct", sa.Double(), nullable=False),
        sa.Column("driving", sa.Boolean(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("last_node_id", sa.Text(), nullable=False),
        sa.Column("last_node_sequence_id", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("vehicle_id", "event_time_s", "header_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "vehicles",
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("interface", sa.String(length=64), nullable=False),
        sa.Column("manufacturer", sa.String(length=64), nullable=False),
        sa.Column("serial_number", sa.String(length=64), nullable=False),
        sa.Column("factsheet", sa.JSON(), nullable=True),
        sa.Column("first_seen_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )


def downgrade() -> None:
    """Drop every table."""
    for name in reversed(TABLES):
        op.drop_table(name)
