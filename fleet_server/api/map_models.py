"""What the API says of maps, their versions, and versions on their way to vehicles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleet_server.api.models import Model

PublicationPhase = Literal["downloading", "enabling", "done", "failed", "cancelled"]
TargetStatus = Literal["waiting", "downloading", "ready", "enabling", "enabled", "failed"]


class OriginView(Model):
    """The origin of a map's local frame."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


class MapView(Model):
    """A patrol map the server knows."""

    map_id: str
    name: str
    content_hash: str
    origin: OriginView
    bounds_wgs84: tuple[float, float, float, float]  # west, south, east, north


class MapVersionView(Model):
    """A version of a map; `warnings` only in the answer to its upload."""

    map_id: str
    content_hash: str
    name: str
    size_bytes: int
    added_at: float
    added_by: str
    current: bool  # orders are planned on it
    vehicles_enabled: list[str]  # vehicles that drive on it
    vehicles_stored: list[str]  # vehicles that have read it back, and do not drive on it
    warnings: list[str] = Field(default_factory=list)
    warnings_ko: list[str | None] = Field(default_factory=list)


class NewPublication(Model):
    """A version for vehicles; without `vehicles`: every vehicle that is on this map."""

    content_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    vehicles: Annotated[list[str], Field(min_length=1, max_length=10_000)] | None = None
    together: bool = True  # no vehicle switches before all have read it back


class TargetView(Model):
    """A vehicle of a publication; `map_hash` is what it drives on now."""

    vehicle_id: str
    status: TargetStatus
    reason: str | None = None
    reason_ko: str | None = None
    map_hash: str | None = None


class PublicationView(Model):
    """A version on its way to vehicles."""

    publication_id: str
    map_id: str
    content_hash: str
    together: bool
    phase: PublicationPhase
    reason: str | None = None
    reason_ko: str | None = None
    created_by: str
    created_at: float
    finished_at: float | None = None
    vehicles: list[TargetView]
