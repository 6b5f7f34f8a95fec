"""Ways to the newest incidents, and to evidence by the beginning of a name, that read no more."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY_BEGINNING = {"incident_id": "varchar_pattern_ops"}  # finds one by its whole name, too


def upgrade() -> None:
    """One index more, and one made anew."""
    op.create_index("ix_incidents_detected", "incidents", ["detected_at_s"], unique=False)
    op.drop_index("ix_evidence_incident", "evidence")
    op.create_index(
        "ix_evidence_incident",
        "evidence",
        ["incident_id"],
        unique=False,
        postgresql_ops=BY_BEGINNING,
    )


def downgrade() -> None:
    """As before: slower."""
    op.drop_index("ix_evidence_incident", "evidence")
    op.create_index("ix_evidence_incident", "evidence", ["incident_id"], unique=False)
    op.drop_index("ix_incidents_detected", "incidents")
