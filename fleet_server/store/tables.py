"""Every table. Times are seconds since the epoch (UTC): `event_*` when it happened, `received_*`
when it was committed here; positions are map metres.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts INTEGER primary keys only

ACTIVE_STATUSES = ("queued", "sent", "running", "returning")
_active = text("status IN ('queued', 'sent', 'running', 'returning')")
WAITING_STATUSES = ("open", "acknowledged")  # of incidents that nobody has resolved

vehicles = Table(
    "vehicles",
    metadata,
    Column("vehicle_id", String(130), primary_key=True),
    Column("interface", String(64), nullable=False),
    Column("manufacturer", String(64), nullable=False),
    Column("serial_number", String(64), nullable=False),
    Column("factsheet", JSON),
    Column("first_seen_s", Double, nullable=False),
)

last_state = Table(
    "last_state",
    metadata,
    Column("vehicle_id", String(130), primary_key=True),
    Column("header_id", BigInteger, nullable=False),
    Column("event_time_s", Double, nullable=False),
    Column("received_time_s", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

state_history = Table(
    "state_history",
    metadata,
    Column("vehicle_id", String(130), nullable=False),
    Column("event_time_s", Double, nullable=False),
    Column("header_id", BigInteger, nullable=False),
    Column("received_time_s", Double, nullable=False),
    Column("late", Boolean, nullable=False),  # came on the back-fill lane
    Column("map_id", String(64)),
    Column("x_m", Double),
    Column("y_m", Double),
    Column("heading_rad", Double),
    Column("speed_mps", Double),
    Column("battery_pct", Double, nullable=False),
    Column("driving", Boolean, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("last_node_id", Text, nullable=False),
    Column("last_node_sequence_id", BigInteger, nullable=False),
    Column("errors", Text),  # the VDA 5050 `errors` as JSON, where there are any
    PrimaryKeyConstraint("vehicle_id", "event_time_s", "header_id"),
    sqlite_with_rowid=False,
)

connections = Table(
    "connections",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("vehicle_id", String(130), nullable=False),
    Column("header_id", BigInteger, nullable=False),
    Column("event_time_s", Double, nullable=False),
    Column("received_time_s", Double, nullable=False),
    Column("state", String(20), nullable=False),
    UniqueConstraint("vehicle_id", "event_time_s", "header_id", "state"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", String(64), primary_key=True),
    Column("vehicle_id", String(130), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("phase", String(20), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("map_id", String(64), nullable=False),
    Column("x_m", Double, nullable=False),
    Column("y_m", Double, nullable=False),
    Column("position_sigma_m", Double, nullable=False),
    Column("position_covariance_m2", JSON(none_as_null=True)),  # xx, xy, yy; NULL: round
    Column("started_at_s", Double, nullable=False),
    Column("detected_at_s", Double, nullable=False),
    Column("updated_at_s", Double, nullable=False),
    Column("received_at_s", Double, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("acknowledged_by", String(64)),
    Column("acknowledged_at_s", Double),
    Column("resolved_by", String(64)),
    Column("resolved_at_s", Double),
    Column("verdict", String(20)),
    Column("note", Text),
    Column("suppression_id", String(64)),  # what quieted it when it came
    Column("part_of", String(64)),  # the incident whose event it reports, too
    Index("ix_incidents_status_detected", "status", "detected_at_s"),
    Index("ix_incidents_detected", "detected_at_s"),
    Index("ix_incidents_suppression", "suppression_id"),
    Index("ix_incidents_part_of", "part_of"),
    Index("ix_incidents_kind_updated", "kind", "map_id", "updated_at_s"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("suppression_id", String(64), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("map_id", String(64), nullable=False),
    Column("x_m", Double, nullable=False),
    Column("y_m", Double, nullable=False),
    Column("radius_m", Double, nullable=False),
    Column("middle_minute", Double, nullable=False),  # of the local day
    Column("half_window_min", Double, nullable=False),
    Column("weekend", Boolean, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("expires_at_s", Double, nullable=False),
    Column("ended_at_s", Double),
    Column("ended_by", String(64)),
    Column("end_reason", String(20)),  # operator, true_alarm
    Column("verdicts", JSON, nullable=False),  # what it was learned from
    Index("ix_suppressions_kind", "kind", "map_id"),
)

incident_revisions = Table(
    "incident_revisions",
    metadata,
    Column("incident_id", String(64), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("header_id", BigInteger, nullable=False),
    Column("event_time_s", Double, nullable=False),
    Column("received_time_s", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    PrimaryKeyConstraint("incident_id", "revision"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", String(64), primary_key=True),
    Column("incident_id", String(64), nullable=False),
    Column("vehicle_id", String(130), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("captured_at_s", Double, nullable=False),
    Column("received_at_s", Double, nullable=False),
    Column("blurred", Boolean, nullable=False),
    Column("chunk_count", Integer, nullable=False),
    Column("status", String(20), nullable=False),  # receiving, complete, corrupt, expired
    Column("path", Text),  # below the evidence folder
    # of one incident, and of those whose names begin alike, whatever the database's language
    Index(
        "ix_evidence_incident",
        "incident_id",
        postgresql_ops={"incident_id": "varchar_pattern_ops"},
    ),
    Index("ix_evidence_status_captured", "status", "captured_at_s"),
)

evidence_chunks = Table(
    "evidence_chunks",
    metadata,
    Column("evidence_id", String(64), nullable=False),
    Column("chunk_index", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("evidence_id", "chunk_index"),
)

patrols = Table(
    "patrols",
    metadata,
    Column("patrol_id", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("map_id", String(64), nullable=False),
    Column("checkpoint_ids", JSON, nullable=False),
    Column("visit_order", String(10), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("deleted_at_s", Double),
)

assignments = Table(
    "assignments",
    metadata,
    Column("assignment_id", String(64), primary_key=True),
    Column("patrol_id", String(64), nullable=False),
    Column("patrol_name", String(120), nullable=False),
    Column("vehicle_id", String(130), nullable=False),
    Column("map_id", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("reason", Text),
    Column("created_by", String(64), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("finished_at_s", Double),
    Column("distance_m", Double, nullable=False),
    Column("route", JSON, nullable=False),  # dispatch.route.Route
    Column("progress", JSON, nullable=False),  # dispatch.progress.Progress
    Index("ix_assignments_created", "created_at_s"),
    Index("ix_assignments_patrol", "patrol_id"),
    Index(
        "uq_assignments_active_vehicle",
        "vehicle_id",
        unique=True,
        sqlite_where=_active,
        postgresql_where=_active,
    ),
)

checkpoint_visits = Table(
    "checkpoint_visits",
    metadata,
    Column("assignment_id", String(64), nullable=False),
    Column("visit_index", Integer, nullable=False),
    Column("checkpoint_id", String(64), nullable=False),
    Column("visited_at_s", Double, nullable=False),
    PrimaryKeyConstraint("assignment_id", "visit_index"),
)

map_versions = Table(
    "map_versions",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("map_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("added_at_s", Double, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("current_since_s", Double),  # the newest of a map is the one that orders are planned on
)

publications = Table(
    "publications",
    metadata,
    Column("publication_id", String(64), primary_key=True),
    Column("map_id", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("together", Boolean, nullable=False),
    Column("phase", String(20), nullable=False),
    Column("reason", Text),
    Column("created_by", String(64), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("finished_at_s", Double),
    Index("ix_publications_created", "created_at_s"),
)

publication_targets = Table(
    "publication_targets",
    metadata,
    Column("publication_id", String(64), nullable=False),
    Column("vehicle_id", String(130), nullable=False),
    Column("target", JSON, nullable=False),  # publishing.target.Target
    PrimaryKeyConstraint("publication_id", "vehicle_id"),
)

users = Table(
    "users",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("created_at_s", Double, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("created_at_s", Double, nullable=False),
    Column("expires_at_s", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("time_s", Double, nullable=False),
    Column("username", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_time", "time_s"),
    Index("ix_audit_subject", "subject"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("received_time_s", Double, nullable=False),
    Column("vehicle_id", String(130), nullable=False),
    Column("topic", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # its first 4 KiB
)
