"""What verdicts have made quiet, in the fake server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fake_world import World
from fastapi import FastAPI

from fleet_server.api.suppression_models import Quieted, SuppressionView, TaughtBy
from fleet_server.map_picture import lonlat
from patrol.incident import ANOMALIES, AnomalyKind

DAY_S = 86400.0


class FakeSuppressions:
    """Suppressions by id; `add` makes one around a node."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.known: dict[str, SuppressionView] = {}

    def add(self, kind: AnomalyKind, node_id: int) -> SuppressionView:
        """Three dismissals have made a kind quiet on weekdays around midnight."""
        node, row, now = self._world.map.nodes[node_id], ANOMALIES[kind], time.time()
        lon, lat = lonlat(self._world.map, node.x_m, node.y_m)
        said = (("harmless", "operator"), ("wrong", "minji"), ("wrong", "operator"))
        view = SuppressionView(
            suppression_id=f"suppression-{len(self.known) + 1}",
            state="active",
            kind=kind,
            title_ko=row.title_ko,
            title_en=row.title_en,
            map_id=self._world.map.map_id,
            x_m=node.x_m,
            y_m=node.y_m,
            longitude_deg=lon,
            latitude_deg=lat,
            radius_m=10.0,
            from_minute=22 * 60 + 40,
            to_minute=100,
            weekend=False,
            time_zone="Asia/Seoul",
            created_at=now,
            expires_at=now + 30 * DAY_S,
            ended_at=None,
            ended_by=None,
            end_reason=None,
            verdicts=[
                TaughtBy(
                    incident_id=f"old-{n}",
                    verdict=verdict,
                    judged_by=name,
                    judged_at=now - (2 - n) * DAY_S,
                )
                for n, (verdict, name) in enumerate(said)
            ],
            quieted=1,
        )
        self.known[view.suppression_id] = view
        return view

    def quiet(self, incident_id: str, view: SuppressionView) -> Any:
        """An incident that the suppression covers."""
        incident = self._world.incidents[incident_id]
        incident.quieted = Quieted(
            suppression_id=view.suppression_id,
            reason_ko="이 장소·시간대의 판단 3건이 모두 위험 없음·오탐 (minji, operator)",
            reason_en="3 verdicts at this place and hour, none true (minji, operator)",
            until=view.expires_at,
        )
        return incident

    def end(self, suppression_id: str, username: str) -> list[Any]:
        """End one; the incidents that ring again."""
        view = self.known[suppression_id]
        view.state, view.ended_at, view.ended_by = "ended", time.time(), username
        view.end_reason = "operator"
        loud = [
            incident
            for incident in self._world.incidents.values()
            if incident.quieted and incident.quieted.suppression_id == suppression_id
        ]
        for incident in loud:
            incident.quieted = None
        return loud


def add_suppression_routes(
    app: FastAPI,
    suppressions: FakeSuppressions,
    send: Callable[[dict[str, Any]], None],
    username: str,
) -> None:
    """The two routes of the real server."""

    @app.get("/api/v1/suppressions")
    def listed() -> list[SuppressionView]:
        return list(suppressions.known.values())

    @app.post("/api/v1/suppressions/{suppression_id}/end")
    async def end(suppression_id: str) -> SuppressionView:
        loud = suppressions.end(suppression_id, username)
        view = suppressions.known[suppression_id]
        send({"type": "suppression", "suppression": view.model_dump(mode="json")})
        for incident in loud:
            send({"type": "incident", "incident": incident.model_dump(mode="json")})
        return view
