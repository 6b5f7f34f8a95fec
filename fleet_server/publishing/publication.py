"""A publication as an object, its rows, its view, and when its next step may begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fleet_server.api.map_models import PublicationView, TargetView
from fleet_server.fleet import Fleet
from fleet_server.publishing.target import SETTLED, Target
from fleet_server.vehicle_maps import enabled_map
from fleet_server.wording import korean


@dataclass(slots=True)
class Publication:
    """A version on its way to vehicles: downloading, enabling; done, failed, cancelled."""

    publication_id: str
    map_id: str
    content_hash: str
    together: bool  # no vehicle switches before all have read the version back
    created_by: str
    created_at_s: float
    targets: dict[str, Target] = field(default_factory=dict)  # by vehicle id
    phase: str = "downloading"
    reason: str | None = None
    finished_at_s: float | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any], targets: Mapping[str, Any]) -> Publication:
        """As `store.maps` gives it."""
        known = {vehicle_id: msgspec.convert(t, Target) for vehicle_id, t in targets.items()}
        return cls(**row, targets=known)

    def changeable(self) -> dict[str, Any]:
        """The columns that change while it runs."""
        return {"phase": self.phase, "reason": self.reason, "finished_at_s": self.finished_at_s}

    def row(self) -> dict[str, Any]:
        """All columns."""
        return {
            "publication_id": self.publication_id,
            "map_id": self.map_id,
            "content_hash": self.content_hash,
            "together": self.together,
            "created_by": self.created_by,
            "created_at_s": self.created_at_s,
            **self.changeable(),
        }

    def rows_of(self, vehicle_ids: Iterable[str]) -> dict[str, Any]:
        """Targets as the database keeps them."""
        return {v: msgspec.to_builtins(self.targets[v]) for v in vehicle_ids}

    def view(self, fleet: Fleet) -> PublicationView:
        """What the API shows."""
        return PublicationView.model_validate(
            {
                "publication_id": self.publication_id,
                "map_id": self.map_id,
                "content_hash": self.content_hash,
                "together": self.together,
                "phase": self.phase,
                "reason": self.reason,
                "reason_ko": korean(self.reason) if self.reason else None,
                "created_by": self.created_by,
                "created_at": self.created_at_s,
                "finished_at": self.finished_at_s,
                "vehicles": [
                    _target_view(vehicle_id, target, fleet)
                    for vehicle_id, target in sorted(self.targets.items())
                ],
            }
        )


def _target_view(vehicle_id: str, target: Target, fleet: Fleet) -> TargetView:
    record = fleet.find(vehicle_id)
    enabled = enabled_map(record.state) if record else None
    return TargetView.model_validate(
        {
            "vehicle_id": vehicle_id,
            "status": target.status,
            "reason": target.reason,
            "reason_ko": korean(target.reason) if target.reason else None,
            "map_hash": enabled.map_version if enabled else None,
        }
    )


def next_phase(publication: Publication) -> tuple[str, str | None]:
    """The phase that the targets' statuses ask for, and why where it failed."""
    statuses = [target.status for target in publication.targets.values()]
    failed = statuses.count("failed")
    have = sum(status in ("ready", "enabled") for status in statuses)
    settled = sum(status in SETTLED for status in statuses)
    if publication.phase == "downloading":
        if have == len(statuses) or (have and not publication.together):
            return "enabling", None
        if failed and settled == len(statuses):
            return "failed", f"{failed} of {len(statuses)} did not get the map; none was switched"
        return "downloading", None
    if statuses.count("enabled") == len(statuses):
        return "done", None
    if failed and failed + statuses.count("enabled") == len(statuses):
        return "failed", f"{failed} of {len(statuses)} did not take the map"
    return "enabling", None
