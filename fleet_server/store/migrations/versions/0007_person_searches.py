"""Person searches with their pictures, and the audit trail by what it tells of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, and an index on the audit trail."""
    op.create_table(
        "person_searches",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at_s", sa.Double(), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at_s", sa.Double(), nullable=False),
        sa.Column("closed_at_s", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("erased_at_s", sa.Double(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("top_rgb", sa.JSON(), nullable=True),
        sa.Column("trousers_rgb", sa.JSON(), nullable=True),
        sa.Column("height_m", sa.JSON(), nullable=True),
        sa.Column("age_group", sa.String(length=20), nullable=True),
        sa.Column("build", sa.String(length=20), nullable=True),
        sa.Column("last_seen_map_id", sa.String(length=64), nullable=True),
        sa.Column("last_seen_x_m", sa.Double(), nullable=True),
        sa.Column("last_seen_y_m", sa.Double(), nullable=True),
        sa.Column("last_seen_at_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("ix_person_searches_closed", "person_searches", ["closed_at_s"], unique=False)
    op.create_table(
        "person_search_pictures",
        sa.Column("picture_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("picture_id"),
    )
    op.create_index(
        "ix_person_search_pictures_case", "person_search_pictures", ["case_id"], unique=False
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)


def downgrade() -> None:
    """Drop them, whatever they hold."""
    op.drop_index("ix_audit_subject", "audit")
    op.drop_index("ix_person_search_pictures_case", "person_search_pictures")
    op.drop_table("person_search_pictures")
    op.drop_index("ix_person_searches_closed", "person_searches")
    op.drop_table("person_searches")
