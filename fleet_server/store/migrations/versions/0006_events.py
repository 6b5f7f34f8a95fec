"""Reports of one event by several vehicles: a report names the incident that it is part of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column of incidents, and what finds the reports of one event."""
    op.add_column("incidents", sa.Column("part_of", sa.String(length=64), nullable=True))
    op.create_index("ix_incidents_part_of", "incidents", ["part_of"], unique=False)
    columns = ["kind", "map_id", "updated_at_s"]
    op.create_index("ix_incidents_kind_updated", "incidents", columns, unique=False)


def downgrade() -> None:
    """Drop it: every report is an incident of its own."""
    op.drop_index("ix_incidents_kind_updated", "incidents")
    op.drop_index("ix_incidents_part_of", "incidents")
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("part_of")
