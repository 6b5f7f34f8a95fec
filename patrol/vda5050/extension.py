"""Our own messages beside VDA 5050, versioned `x-sunra/v1`.

VDA 5050 forbids fleet logic on `information[]`, and has no message for incidents, evidence, late
telemetry or an acknowledgement after the server's commit; these are on topics of their own. So is
the content of a map, because a vehicle reaches the broker and no map server, whom to look for, and
what pedestrian lights show.
"""

from __future__ import annotations

from typing import Any

import msgspec

from patrol.vda5050.messages import Header, State, _Wire


class IncidentMessage(Header):
    """An incident as the vehicle sees it (`patrol.incident.Incident`); times are ISO 8601 UTC."""

    incident_id: str
    kind: str
    severity: str
    phase: str
    revision: int
    map_id: str
    x: float
    y: float
    position_sigma: float
    started_at: str
    detected_at: str
    updated_at: str
    confidence: float
    rule_version: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)
    position_covariance: tuple[float, float, float] | None = None  # None: round


class EvidenceChunk(Header):
    """A piece of an evidence file: whole when every chunk is there and SHA-256 fits."""

    evidence_id: str
    incident_id: str
    kind: str
    media_type: str
    sha256: str
    size_bytes: int
    captured_at: str
    blurred: bool
    chunk_index: int
    chunk_count: int
    data: bytes  # base64 on the wire


class Backfill(Header):
    """States that could not be sent when they were made, oldest first (the back-fill lane)."""

    states: list[State]


class AckItem(_Wire):
    """A committed message, by the topic's last level (`state`, `incident`, `evidence`)."""

    topic: str
    header_id: int
    timestamp: str


class Ack(Header):
    """Server → vehicle: these messages are committed; the vehicle may forget them."""

    items: list[AckItem]


class MapRequest(Header):
    """Vehicle → server: these pieces of a map version are wanted; all before them have arrived."""

    map_id: str
    map_version: str
    chunks: list[int]


class MapChunk(Header):
    """Server → vehicle: a piece of a packed map; `size_bytes` 0 where the server has none such."""

    map_id: str
    map_version: str
    sha256: str
    size_bytes: int
    chunk_bytes: int
    chunk_index: int
    data: bytes  # base64 on the wire


class PersonSearchItem(_Wire):
    """An open search (`patrol.person_search.PersonSearch`); times are ISO 8601 UTC."""

    case_id: str
    opened_at: str
    expires_at: str
    top_rgb: tuple[float, float, float] | None = None
    trousers_rgb: tuple[float, float, float] | None = None
    height: tuple[float, float] | None = None
    age_group: str | None = None
    build: str | None = None
    last_seen_map_id: str | None = None
    last_seen_x: float | None = None
    last_seen_y: float | None = None
    last_seen_at: str | None = None
    pictures: list[bytes] = msgspec.field(default_factory=list)  # base64 on the wire


class PersonSearches(Header):
    """Server → vehicle: ALL open searches; one that is not among them is over, and forgotten."""

    searches: list[PersonSearchItem]


class SignalItem(_Wire):
    """A pedestrian light as the city saw it at `observed_at` (ISO 8601 UTC), and never later.

    `light` is a word of `patrol.signals.SignalLight`; None: what it shows is not known.
    """

    signal_id: str
    observed_at: str
    light: str | None = None
    walk_left: float | None = None  # seconds from `observed_at`: certain to be no dont_walk yet


class Signals(Header):
    """Server → vehicle: lights of its map that were observed anew since the last message."""

    signals: list[SignalItem]
