"""How well an incident's place is known in every direction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column of incidents; what was told before is round."""
    column = sa.Column("position_covariance_m2", sa.JSON(none_as_null=True), nullable=True)
    op.add_column("incidents", column)


def downgrade() -> None:
    """Drop it: every place is round again."""
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("position_covariance_m2")
