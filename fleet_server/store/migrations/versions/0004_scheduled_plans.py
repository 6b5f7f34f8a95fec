"""A plan may start by itself at its time, and says so where it could not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns of plans."""
    op.add_column("plans", sa.Column("scheduled_by", sa.String(length=64), nullable=True))
    op.add_column("plans", sa.Column("start_problem", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them: plans wait for a person again."""
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("start_problem")
        plans.drop_column("scheduled_by")
