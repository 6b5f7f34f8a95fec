"""Versions of maps, and their publication to vehicles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "map_versions",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("map_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_at_s", sa.Double(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("current_since_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("content_hash"),
    )
    op.create_table(
        "publications",
        sa.Column("publication_id", sa.String(length=64), nullable=False),
        sa.Column("map_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at_s", sa.Double(), nullable=False),
        sa.Column("finished_at_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("publication_id"),
    )
    op.create_index("ix_publications_created", "publications", ["created_at_s"], unique=False)
    op.create_table(
        "publication_targets",
        sa.Column("publication_id", sa.String(length=64), nullable=False),
        sa.Column("vehicle_id", sa.String(length=130), nullable=False),
        sa.Column("target", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "vehicle_id"),
    )


def downgrade() -> None:
    """Drop them; the map files stay."""
    for table in ("publication_targets", "publications", "map_versions"):
        op.drop_table(table)
