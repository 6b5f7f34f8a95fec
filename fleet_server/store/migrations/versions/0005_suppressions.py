"""What verdicts have taught to be quiet, and which incidents were quieted by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, and a column of incidents."""
    op.create_table(
        "suppressions",
        sa.Column("suppression_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("map_id", sa.String(length=64), nullable=False),
        sa.Column("x_m", sa.Double(), nullable=False),
        sa.Column("y_m", sa.Double(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("middle_minute", sa.Double(), nullable=False),
        sa.Column("half_window_min", sa.Double(), nullable=False),
        sa.Column("weekend", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("expires_at_s", sa.Double(), nullable=False),
        sa.Column("ended_at_s", sa.Double(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("suppression_id"),
    )
    op.create_index("ix_suppressions_kind", "suppressions", ["kind", "map_id"], unique=False)
    op.add_column("incidents", sa.Column("suppression_id", sa.String(length=64), nullable=True))
    op.create_index("ix_incidents_suppression", "incidents", ["suppression_id"], unique=False)


def downgrade() -> None:
    """Drop them: every incident rings."""
    op.drop_index("ix_incidents_suppression", "incidents")
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("suppression_id")
    op.drop_table("suppressions")
