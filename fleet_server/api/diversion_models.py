"""What the API says of vehicles that are called away from their patrol."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from fleet_server.api.models import Model


class DiversionTarget(Model):
    """An incident, or a place on a map (WGS 84)."""

    incident_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    map_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    longitude_deg: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    latitude_deg: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        place = (self.map_id, self.longitude_deg, self.latitude_deg)
        if self.incident_id is not None and place != (None, None, None):
            raise ValueError("give an incident_id or a place, not both")
        if self.incident_id is None and None in place:
            raise ValueError("give an incident_id, or map_id, longitude_deg and latitude_deg")
        return self


class NewDiversion(DiversionTarget):
    """A vehicle for an incident; `return_to_dock` counts for one that is on no patrol."""

    manufacturer: str
    serial_number: str
    return_to_dock: bool = True


class DiversionOption(Model):
    """A vehicle that could be sent, or why not (`reason`); the quickest first."""

    vehicle_id: str
    drive_s: float | None = None  # driving time to where it would wait
    away_m: float | None = None  # from there to the place
    battery_pct: float | None = None
    needed_battery_pct: float | None = None
    assignment_id: str | None = None  # the patrol it would leave and come back to
    patrol_name: str | None = None
    reason: str | None = None
    reason_ko: str | None = None


class NewSkip(Model):
    """The next checkpoint, by name, so that it is not another one by the time this arrives."""

    checkpoint_id: Annotated[str, Field(min_length=1, max_length=64)]
