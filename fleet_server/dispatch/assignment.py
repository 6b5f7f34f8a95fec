"""An assignment as an object, its row, and its view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from fleet_server.api.models import AssignmentView, CheckpointVisitView, DiversionView
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.rest import is_skippable, next_stop
from fleet_server.dispatch.route import Route
from fleet_server.map_picture import lonlat
from fleet_server.wording import korean
from patrol.map import PatrolMap


@dataclass(slots=True)
class Assignment:
    """A patrol given to a vehicle."""

    assignment_id: str
    patrol_id: str
    patrol_name: str
    vehicle_id: str
    created_by: str
    created_at_s: float
    route: Route
    progress: Progress
    status: str = "queued"
    reason: str | None = None
    finished_at_s: float | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Assignment:
        """As `store.patrols` gives it."""
        return cls(
            assignment_id=row["assignment_id"],
            patrol_id=row["patrol_id"],
            patrol_name=row["patrol_name"],
            vehicle_id=row["vehicle_id"],
            created_by=row["created_by"],
            created_at_s=row["created_at_s"],
            route=msgspec.convert(row["route"], Route),
            progress=msgspec.convert(row["progress"], Progress, str_keys=True, strict=False),
            status=row["status"],
            reason=row["reason"],
            finished_at_s=row["finished_at_s"],
        )

    def changeable(self) -> dict[str, Any]:
        """The columns that change while it runs."""
        return {
            "status": self.status,
            "reason": self.reason,
            "finished_at_s": self.finished_at_s,
            "distance_m": self.route.length_m,
            "route": msgspec.to_builtins(self.route, str_keys=True),
            "progress": msgspec.to_builtins(self.progress, str_keys=True),
        }

    def row(self) -> dict[str, Any]:
        """All columns."""
        return {
            "assignment_id": self.assignment_id,
            "patrol_id": self.patrol_id,
            "patrol_name": self.patrol_name,
            "vehicle_id": self.vehicle_id,
            "map_id": self.route.map_id,
            "created_by": self.created_by,
            "created_at_s": self.created_at_s,
            **self.changeable(),
        }

    def view(self, patrol_map: PatrolMap | None) -> AssignmentView:
        """What the API shows; without its map it has no line to draw."""
        return AssignmentView.model_validate(
            {
                "assignment_id": self.assignment_id,
                "patrol_id": self.patrol_id,
                "patrol_name": self.patrol_name,
                "vehicle_id": self.vehicle_id,
                "status": self.status,
                "reason": self.reason,
                "reason_ko": korean(self.reason) if self.reason else None,
                "created_at": self.created_at_s,
                "finished_at": self.finished_at_s,
                "distance_m": self.route.length_m,
                "route": _line(self.route, patrol_map),
                "checkpoints": _checkpoints(self.route, self.progress, patrol_map),
                **self._next_checkpoint(),
                "diversions": _diversions(self.progress, patrol_map),
            }
        )

    def _next_checkpoint(self) -> dict[str, Any]:
        stop = next_stop(self.route, self.progress)
        if stop is None or self.finished_at_s is not None:
            return {}
        may_skip = is_skippable(stop, self.progress)
        return {"next_checkpoint_id": stop.checkpoint_id, "skippable": may_skip}


def _diversions(progress: Progress, patrol_map: PatrolMap | None) -> list[DiversionView]:
    if patrol_map is None:
        return []
    return [
        DiversionView(
            phase=diversion.phase,
            incident_id=diversion.incident_id,
            asked_by=diversion.asked_by,
            asked_at=diversion.asked_at_s,
            reason=diversion.reason,
            reason_ko=korean(diversion.reason) if diversion.reason else None,
            **_place(patrol_map, diversion.x_m, diversion.y_m),
        )
        for diversion in progress.diversions
    ]


def _checkpoints(
    route: Route, progress: Progress, patrol_map: PatrolMap | None
) -> list[CheckpointVisitView]:
    if patrol_map is None:
        return []
    nodes = [patrol_map.nodes.get(visit.node_id) for visit in route.visits]
    return [
        CheckpointVisitView(
            checkpoint_id=visit.checkpoint_id,
            name=visit.name,
            visited_at=progress.visited.get(index),
            skipped=index in progress.skipped,
            **_place(patrol_map, node.x_m, node.y_m),
        )
        for index, (visit, node) in enumerate(zip(route.visits, nodes, strict=True))
        if node is not None
    ]


def _place(patrol_map: PatrolMap, x_m: float, y_m: float) -> dict[str, Any]:
    longitude_deg, latitude_deg = lonlat(patrol_map, x_m, y_m)
    return {"longitude_deg": longitude_deg, "latitude_deg": latitude_deg}


def _line(route: Route, patrol_map: PatrolMap | None) -> list[tuple[float, float]]:
    nodes = [patrol_map.nodes.get(n) for n in route.node_ids] if patrol_map else []
    return [lonlat(patrol_map, n.x_m, n.y_m) for n in nodes if patrol_map and n]
