"""The list of suppressions, and the switch that ends one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fleet_server.api.suppression_models import Quieted, SuppressionView, TaughtBy
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.incidents.suppression import DAY_MINUTES, is_life_safety
from fleet_server.maps import MapLibrary
from fleet_server.store.database import Database
from fleet_server.store.suppressions import (
    end_suppression,
    select_quieted,
    select_suppressions,
)
from patrol.clock import Clock
from patrol.incident import ANOMALIES, AnomalyKind

Row = Mapping[str, Any]


class SuppressionService:
    """`views` and `end`; raises NotFoundError and ConflictError."""

    def __init__(self, database: Database, maps: MapLibrary, clock: Clock) -> None:
        self._database = database
        self._maps = maps
        self._clock = clock

    async def views(self, suppression_ids: Sequence[str] | None = None) -> list[SuppressionView]:
        """All, or those of the ids that exist, the newest first; ended and expired ones too."""
        ids = list(suppression_ids) if suppression_ids is not None else None
        rows = await self._database.read(select_suppressions, ids)
        return [self._view(row, quieted) for row, quieted in rows]

    async def one(self, suppression_id: str) -> SuppressionView:
        """A suppression by id; raises NotFoundError."""
        views = await self.views([suppression_id])
        if not views:
            raise NotFoundError(f"no suppression {suppression_id!r}", "suppression_unknown")
        return views[0]

    async def end(self, suppression_id: str, username: str) -> SuppressionView:
        """Everything there rings again from now on, what it has quieted too."""
        ended = await self._database.write(
            end_suppression, suppression_id, username, "operator", self._clock.now_s()
        )
        view = await self.one(suppression_id)
        if not ended:
            raise ConflictError(
                f"suppression {suppression_id} has ended already", "suppression_ended"
            )
        return view

    async def quieted(self, suppression_ids: Sequence[str]) -> list[str]:
        """Incidents without a verdict that these have quieted."""
        return await self._database.read(select_quieted, list(suppression_ids))

    def _view(self, row: Row, quieted: int) -> SuppressionView:
        place = self._maps.lonlat(row["map_id"], row["x_m"], row["y_m"])
        table = ANOMALIES[AnomalyKind(row["kind"])]
        start, end = (
            round(row["middle_minute"] + sign * row["half_window_min"]) % DAY_MINUTES
            for sign in (-1, 1)
        )
        names = (
            "suppression_id", "kind", "map_id", "x_m", "y_m", "radius_m", "weekend",
            "time_zone", "ended_by", "end_reason",
        )  # fmt: skip
        return SuppressionView(
            **{name: row[name] for name in names},
            state=self._state(row),
            title_ko=table.title_ko,
            title_en=table.title_en,
            longitude_deg=place[0] if place else None,
            latitude_deg=place[1] if place else None,
            from_minute=start,
            to_minute=end,
            created_at=row["created_at_s"],
            expires_at=row["expires_at_s"],
            ended_at=row["ended_at_s"],
            verdicts=[_taught_by(verdict) for verdict in row["verdicts"]],
            quieted=quieted,
        )

    def _state(self, row: Row) -> Any:
        if row["ended_at_s"] is not None:
            return "ended"
        return "active" if self._clock.now_s() < row["expires_at_s"] else "expired"


def _taught_by(verdict: Row) -> TaughtBy:
    return TaughtBy(
        incident_id=verdict["incident_id"],
        verdict=verdict["verdict"],
        judged_by=verdict["judged_by"],
        judged_at=verdict["judged_at_s"],
    )


def quieted_view(row: Row) -> Quieted | None:
    """Why an incident's row (`select_incidents`) does not ring; None where it does."""
    if row["quieting"] is None or is_life_safety(row["kind"]):
        return None
    count = len(row["quieting"])
    names = ", ".join(sorted({verdict["judged_by"] for verdict in row["quieting"]}))
    return Quieted(
        suppression_id=row["suppression_id"],
        reason_en=f"{count} verdicts at this place and hour, none true ({names})",
        reason_ko=f"이 장소·시간대의 판단 {count}건이 모두 위험 없음·오탐 ({names})",
        until=row["quiet_until_s"],
    )
