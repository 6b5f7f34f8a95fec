"""Plans for a team outlast a restart, and so do routes that wait for their vehicle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables, and an index on assignments by patrol."""
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("map_id", sa.Text(), nullable=False),
        sa.Column("map_hash", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("vehicle_ids", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("started_at_s", sa.Double(), nullable=True),
        sa.Column("replaces", sa.String(length=64), nullable=True),
        sa.Column("replaced_by", sa.String(length=64), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("taken_over", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id"),
    )
    op.create_index("ix_plans_created", "plans", ["created_at_s"], unique=False)
    op.create_table(
        "next_routes",
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index("ix_assignments_patrol", "assignments", ["patrol_id"], unique=False)


def downgrade() -> None:
    """Drop them; assignments stay."""
    op.drop_index("ix_assignments_patrol", table_name="assignments")
    for table in ("next_routes", "plans"):
        op.drop_table(table)
