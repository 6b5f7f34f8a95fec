"""Whether a vehicle can take a patrol, and where it would start; raises ConflictError."""

from __future__ import annotations

from fleet_server.errors import ConflictError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.vehicle_maps import enabled_map
from patrol.map import PatrolMap
from patrol.vda5050.map_transfer import short

Pose = tuple[float, float, float]  # x m, y m, heading rad on the map


def check_ready(fleet: Fleet, record: VehicleRecord) -> None:
    """Connected, automatic, no emergency stop."""
    vehicle_id = record.address.vehicle_id
    if fleet.connection_of(record) != "ONLINE" or record.state is None:
        raise ConflictError(f"{vehicle_id} is not connected", "vehicle_offline")
    if record.state.operating_mode != "AUTOMATIC":
        raise ConflictError(
            f"{vehicle_id} is in mode {record.state.operating_mode}, not AUTOMATIC",
            "vehicle_not_automatic",
        )
    if record.state.safety_state.e_stop != "NONE":
        raise ConflictError(f"{vehicle_id}: emergency stop is active", "emergency_stop")


def pose_on(record: VehicleRecord, patrol_map: PatrolMap) -> Pose:
    """Where the vehicle says it is."""
    position = record.state.agv_position if record.state else None
    vehicle_id = record.address.vehicle_id
    if position is None or not position.position_initialized:
        raise ConflictError(f"{vehicle_id} does not know where it is", "vehicle_not_localised")
    if position.map_id != patrol_map.map_id:
        raise ConflictError(
            f"{vehicle_id} is on map {position.map_id!r}, the patrol on {patrol_map.map_id!r}",
            "map_mismatch",
        )
    return position.x, position.y, position.theta


def check_map(record: VehicleRecord, patrol_map: PatrolMap) -> None:
    """The vehicle drives on the very version that the patrol is planned on."""
    if not patrol_map.content_hash:
        return  # a map that was never a file has no versions
    vehicle_id, enabled = record.address.vehicle_id, enabled_map(record.state)
    wanted = f"the patrol is for {short(patrol_map.content_hash)}; publish first"
    if enabled is None:
        raise ConflictError(
            f"{vehicle_id} does not say which version of map {patrol_map.map_id} it is on,"
            f" {wanted}",
            "map_unsaid",
        )
    if enabled.map_version != patrol_map.content_hash:
        raise ConflictError(
            f"{vehicle_id} is on map {enabled.map_id} {short(enabled.map_version)}, {wanted}",
            "map_outdated",
        )
