"""Maps and vehicles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from fleet_server.api.map_models import MapView
from fleet_server.api.models import Accepted, VehicleAction, VehiclePlace, VehicleView
from fleet_server.api.security import AnyUser, Dispatching, Running
from fleet_server.errors import NotFoundError
from fleet_server.map_picture import map_view
from fleet_server.store.history import select_track

router = APIRouter()


@router.get("/maps")
async def maps(_user: AnyUser, services: Running) -> list[MapView]:
    """Every map this server has loaded."""
    return [map_view(patrol_map) for patrol_map in services.maps.all()]


@router.get("/maps/{map_id}")
async def map_picture(map_id: str, _user: AnyUser, services: Running) -> dict[str, Any]:
    """GeoJSON in WGS 84; `properties.layer` names what a feature is."""
    picture = services.maps.picture(map_id)
    if picture is None:
        raise NotFoundError(f"no map {map_id!r}", "map_unknown")
    return picture


@router.get("/vehicles")
async def vehicles(_user: AnyUser, services: Running) -> list[VehicleView]:
    """Every vehicle, by id."""
    return [services.fleet.view(record) for record in services.fleet.records()]


@router.get("/vehicles/{manufacturer}/{serial_number}")
async def vehicle(
    manufacturer: str, serial_number: str, _user: AnyUser, services: Running
) -> VehicleView:
    """One vehicle."""
    record = services.fleet.find(f"{manufacturer}/{serial_number}")
    if record is None:
        raise NotFoundError(f"no vehicle {manufacturer}/{serial_number}", "vehicle_unknown")
    return services.fleet.view(record)


@router.get("/vehicles/{manufacturer}/{serial_number}/track")
async def track(
    manufacturer: str,
    serial_number: str,
    _user: AnyUser,
    services: Running,
    minutes: Annotated[float, Query(gt=0, le=1440)] = 30.0,
) -> list[tuple[float, float, float]]:
    """Where it was: [longitude, latitude, event time], oldest first."""
    vehicle_id = f"{manufacturer}/{serial_number}"
    record = services.fleet.find(vehicle_id)
    if record is None:
        raise NotFoundError(f"no vehicle {vehicle_id}", "vehicle_unknown")
    until_s = record.event_time_s
    rows = await services.database.read(select_track, vehicle_id, until_s - 60 * minutes, until_s)
    points = []
    for map_id, x_m, y_m, event_time_s in rows:
        place = services.maps.lonlat(map_id, x_m, y_m)
        if place is not None:
            points.append((*place, event_time_s))
    return points


@router.post("/vehicles/{manufacturer}/{serial_number}/actions", status_code=202)
async def act(
    manufacturer: str,
    serial_number: str,
    action: VehicleAction,
    user: Dispatching,
    services: Running,
) -> Accepted:
    """What the vehicle shall do at once, whatever its order says."""
    vehicle_id = f"{manufacturer}/{serial_number}"
    await services.dispatcher.instant_action(
        vehicle_id, action.action, user.username, action.message
    )
    return Accepted()


@router.post("/vehicles/{manufacturer}/{serial_number}/position", status_code=202)
async def place(
    manufacturer: str,
    serial_number: str,
    seen: VehiclePlace,
    user: Dispatching,
    services: Running,
) -> Accepted:
    """Tell a standing vehicle where it is; an order then waits to be resumed."""
    await services.placing.place(f"{manufacturer}/{serial_number}", seen, user.username)
    return Accepted()
