"""The newest report of the weather of every source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "weather_reports",
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("observed_at_s", sa.Double(), nullable=False),
        sa.Column("reported_at_s", sa.Double(), nullable=False),
        sa.Column("reported_by", sa.String(length=64), nullable=False),
        sa.Column("rain_mmph", sa.Double(), nullable=True),
        sa.Column("gust_mps", sa.Double(), nullable=True),
        sa.Column("visibility_m", sa.Double(), nullable=True),
        sa.Column("temperature_c", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )


def downgrade() -> None:
    """Drop it; reports come anew within the hour."""
    op.drop_table("weather_reports")
