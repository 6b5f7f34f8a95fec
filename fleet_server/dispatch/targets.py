"""Where a vehicle is to be sent: an incident's place, or a place on the map."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fleet_server.api.diversion_models import DiversionTarget
from fleet_server.errors import InvalidError
from fleet_server.incidents.service import IncidentService
from fleet_server.maps import MapLibrary
from patrol.geodesy import GeoPoint, enu_from_wgs84


@dataclass(frozen=True, slots=True)
class Target:
    """A place in map metres; `incident_id` where it is an incident's."""

    map_id: str
    x_m: float
    y_m: float
    incident_id: str | None = None


async def target_of(
    asked: DiversionTarget, incidents: IncidentService, maps: MapLibrary
) -> Target:
    """The place that a request names; raises NotFoundError and InvalidError."""
    if asked.incident_id is not None:
        incident = await incidents.one(asked.incident_id)
        return checked(
            Target(incident.map_id, incident.x_m, incident.y_m, incident.incident_id), maps
        )
    assert asked.map_id is not None
    assert asked.longitude_deg is not None
    assert asked.latitude_deg is not None
    patrol_map = maps.find(asked.map_id)
    if patrol_map is None:
        raise InvalidError(f"no map {asked.map_id!r} is loaded", "map_unknown", "map_id")
    point = GeoPoint(asked.latitude_deg, asked.longitude_deg)
    x_m, y_m, _ = enu_from_wgs84(point, patrol_map.origin)
    return checked(Target(asked.map_id, x_m, y_m), maps)


def checked(target: Target, maps: MapLibrary) -> Target:
    """A target that is a place on a loaded map; raises InvalidError."""
    if maps.find(target.map_id) is None:
        raise InvalidError(
            f"incident {target.incident_id}: map {target.map_id!r} is not loaded, so its place is"
            " not known",
            "incident_without_place",
            "incident_id",
        )
    if not (math.isfinite(target.x_m) and math.isfinite(target.y_m)):
        raise InvalidError(
            f"incident {target.incident_id}: it has no place on the map",
            "incident_without_place",
            "incident_id",
        )
    return target
