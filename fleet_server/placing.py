"""Tells a vehicle that has lost its position where it stands (VDA 5050, initPosition)."""

from __future__ import annotations

import secrets
from functools import partial

from fleet_server.api.models import VehiclePlace
from fleet_server.errors import ConflictError, NotFoundError, UnavailableError
from fleet_server.fleet import Fleet
from fleet_server.instant_actions import InstantSender, Publish
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.vehicle_maps import enabled_map
from patrol.clock import Clock
from patrol.geodesy import GeoPoint, enu_from_wgs84
from patrol.geometry import Pose2
from patrol.vda5050.init_position import InitialPosition, init_position_action
from patrol.vda5050.messages import State


class Placing:
    """`place`; whether the place is right is judged by the vehicle's own sensors."""

    def __init__(
        self, database: Database, fleet: Fleet, maps: MapLibrary, clock: Clock, publish: Publish
    ) -> None:
        self._database, self._fleet, self._maps, self._clock = database, fleet, maps, clock
        self._sender = InstantSender(clock, publish)

    async def place(self, vehicle_id: str, place: VehiclePlace, username: str) -> None:
        """Raises NotFoundError, ConflictError (away, driving, on an unknown map),
        UnavailableError."""
        record = self._fleet.find(vehicle_id)
        if record is None:
            raise NotFoundError(f"no vehicle {vehicle_id!r}", "vehicle_unknown")
        if self._fleet.connection_of(record) != "ONLINE":
            raise ConflictError(f"{vehicle_id} is not connected", "vehicle_offline")
        if record.state is not None and record.state.driving:
            raise ConflictError(f"{vehicle_id} is driving; stop it first", "vehicle_drives")
        patrol_map = self._maps.find(_map_id(record.state))
        if patrol_map is None:
            raise ConflictError(
                f"{vehicle_id} drives on a map that is not known here", "map_unknown"
            )
        point = GeoPoint(place.latitude_deg, place.longitude_deg)
        x_m, y_m, _ = enu_from_wgs84(point, patrol_map.origin)
        pose = Pose2(x_m, y_m, place.heading_rad)
        write = partial(
            add_audit, x_m=round(x_m, 2), y_m=round(y_m, 2), heading_rad=place.heading_rad
        )
        await self._database.write(
            write, self._clock.now_s(), username, "vehicle_place", vehicle_id
        )
        position = InitialPosition(patrol_map.map_id, pose)
        action = init_position_action(position, f"place-{secrets.token_hex(6)}")
        if not self._sender.send([action], record.address):
            raise UnavailableError("no connection to the broker; try again", "broker_down")


def _map_id(state: State | None) -> str:
    """The map that a vehicle drives on; one that tells no maps tells that of its last position."""
    enabled = enabled_map(state)
    if enabled is not None:
        return enabled.map_id
    place = state.agv_position if state is not None and not state.maps else None
    return place.map_id if place is not None else ""
