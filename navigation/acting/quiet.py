"""Quiet zones: where an order's announcements and sirens are not heard, at their hours."""

from __future__ import annotations

import shapely

from navigation.safety.ground import wall_time
from patrol.geometry import Pose2
from patrol.map import PatrolMap, ZoneKind


class QuietZones:
    """The quiet zones of a map."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._time_zone = patrol_map.time_zone
        self._zones = [
            (zone, shapely.Polygon(zone.polygon_map))
            for zone in patrol_map.zones
            if zone.kind is ZoneKind.QUIET
        ]

    def holding_at(self, pose: Pose2 | None, now_s: float) -> str:
        """The id of the zone that asks for silence here and now; empty where none does.

        Who does not know where it is, or what time it is, takes every zone to hold.
        """
        when = wall_time(now_s)
        for zone, area in self._zones:
            is_inside = pose is None or shapely.contains_xy(area, pose.x_m, pose.y_m)
            if is_inside and (when is None or zone.active_at(when, self._time_zone)):
                return zone.id
        return ""
