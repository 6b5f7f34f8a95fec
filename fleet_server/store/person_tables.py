"""The tables of person searches; beside those of `tables`, in the same metadata.

What is personal (`PERSONAL`, and every picture) goes some days after the end; the case stays.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Double, Index, Integer, LargeBinary, String, Table, Text

from fleet_server.store.tables import metadata

_Maybe = JSON(none_as_null=True)

person_searches = Table(
    "person_searches",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),  # grows with every change
    Column("opened_at_s", Double, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("expires_at_s", Double, nullable=False),
    Column("closed_at_s", Double),
    Column("closed_by", String(64)),
    Column("outcome", String(20)),  # found, withdrawn, other, expired
    Column("erased_at_s", Double),
    Column("reference", String(120)),  # the police's
    Column("description", Text),
    Column("note", Text),  # of the end
    Column("top_rgb", _Maybe),
    Column("trousers_rgb", _Maybe),
    Column("height_m", _Maybe),  # from, to
    Column("age_group", String(20)),
    Column("build", String(20)),
    Column("last_seen_map_id", String(64)),
    Column("last_seen_x_m", Double),
    Column("last_seen_y_m", Double),
    Column("last_seen_at_s", Double),
    Index("ix_person_searches_closed", "closed_at_s"),
)

PERSONAL = (
    "reference", "description", "note", "top_rgb", "trousers_rgb", "height_m", "age_group",
    "build", "last_seen_map_id", "last_seen_x_m", "last_seen_y_m", "last_seen_at_s",
)  # fmt: skip

person_search_pictures = Table(
    "person_search_pictures",
    metadata,
    Column("picture_id", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # JPEG, made anew here: nothing but the picture
    Index("ix_person_search_pictures_case", "case_id"),
)
