"""The fleet as the server knows it now: last state, connection and age of every vehicle.

Read from the database at the start, then kept up by the ingest after each commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from fleet_server.api.models import ConnectionView, PositionView, VehicleErrorView, VehicleView
from fleet_server.ingest.decode import (
    ConnectionItem,
    FactsheetItem,
    StateItem,
    VisualizationItem,
)
from fleet_server.maps import MapLibrary
from fleet_server.store import tables as t
from fleet_server.store.telemetry import CLOCK_AHEAD_S
from fleet_server.vehicle_maps import enabled_map
from fleet_server.wording import korean
from patrol.faults import FAULTS, FaultKind
from patrol.vda5050.messages import AgvPosition, Error, State, Velocity, decode
from patrol.vda5050.node_actions import ATTENTION, WAIT_FOR_OPERATOR
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import MAX_WIDTH_M
from patrol.waiting import WAITING, Waiting


@dataclass(slots=True)
class VehicleRecord:
    """One vehicle. `received_time_s` is of the newest state; ages count from it, because a
    vehicle's clock (or a simulation's) need not be ours."""

    address: VehicleAddress
    state: State | None = None
    event_time_s: float = 0.0
    received_time_s: float = 0.0
    late: bool = False  # the newest state came on the back-fill lane
    connection: ConnectionView = "UNKNOWN"
    connection_received_s: float = 0.0
    position: AgvPosition | None = None
    velocity: Velocity | None = None
    position_time_s: float = 0.0
    assignment_id: str | None = None
    width_m: float | None = None  # as its factsheet says

    def connection_at(self, now_s: float, stale_after_s: float) -> ConnectionView:
        """What to believe: a broker that crashed forgets last wills, so silence is a broken
        connection too; and a live state after a last will says the vehicle is back."""
        fresh = self.state is not None and now_s - self.received_time_s <= stale_after_s
        if self.connection == "ONLINE":
            if fresh or (
                self.state is None and now_s - self.connection_received_s <= stale_after_s
            ):
                return "ONLINE"
            return "CONNECTIONBROKEN"
        came_back = self.received_time_s > self.connection_received_s and not self.late
        if self.connection in ("CONNECTIONBROKEN", "UNKNOWN") and fresh and came_back:
            return "ONLINE"
        return self.connection


class Fleet:
    """Every vehicle by id; changed only on the event loop."""

    def __init__(self, maps: MapLibrary, stale_after_s: float, now_s: Callable[[], float]) -> None:
        self._maps = maps
        self._stale_after_s = stale_after_s
        self._now_s = now_s
        self._records: dict[str, VehicleRecord] = {}
        self.changed: set[str] = set()  # since the live feed last looked

    def load(self, connection: sa.Connection) -> None:
        """Take what the database holds."""
        for row in connection.execute(sa.select(t.vehicles)):
            known = self.add(VehicleAddress(row.interface, row.manufacturer, row.serial_number))
            known.width_m = _width_m((row.factsheet or {}).get("physicalParameters"))
        for row in connection.execute(sa.select(t.last_state)):
            record = self._records.get(row.vehicle_id)
            if record is not None:
                record.state = decode(row.payload, State)
                record.event_time_s = row.event_time_s
                record.received_time_s = row.received_time_s
                record.position = record.state.agv_position
                record.velocity = record.state.velocity
                record.position_time_s = row.event_time_s
        c = t.connections.c
        newest = sa.select(sa.func.max(c.id)).group_by(c.vehicle_id)
        for row in connection.execute(sa.select(t.connections).where(c.id.in_(newest))):
            record = self._records.get(row.vehicle_id)
            if record is not None:
                record.connection = row.state
                record.connection_received_s = row.received_time_s

    def add(self, address: VehicleAddress) -> VehicleRecord:
        """A vehicle, known from now on."""
        if address.vehicle_id not in self._records:
            self._records[address.vehicle_id] = VehicleRecord(address)
            self.changed.add(address.vehicle_id)
        return self._records[address.vehicle_id]

    def look_again(self) -> None:
        """Every vehicle's view may have changed: there is another current map."""
        self.changed.update(self._records)

    def find(self, vehicle_id: str) -> VehicleRecord | None:
        """One vehicle."""
        return self._records.get(vehicle_id)

    def records(self) -> list[VehicleRecord]:
        """All vehicles by id."""
        return [self._records[vehicle_id] for vehicle_id in sorted(self._records)]

    def take_state(self, item: StateItem, received_s: float) -> None:
        """A committed state that is newer than the last one."""
        record = self._records[item.vehicle_id]
        record.state, record.event_time_s = item.state, item.event_time_s
        record.received_time_s, record.late = received_s, item.late
        was_ahead = record.position_time_s > received_s + CLOCK_AHEAD_S
        if item.event_time_s >= record.position_time_s or was_ahead:
            record.position, record.velocity = item.state.agv_position, item.state.velocity
            record.position_time_s = item.event_time_s
        self.changed.add(item.vehicle_id)

    def take_factsheet(self, item: FactsheetItem) -> None:
        """What a vehicle has said that it is."""
        self._records[item.vehicle_id].width_m = _width_m(item.message.physical_parameters)

    def take_connection(self, item: ConnectionItem, received_s: float) -> None:
        """A committed connection message that was not there before."""
        record = self._records[item.vehicle_id]
        record.connection = item.message.connection_state
        record.connection_received_s = received_s
        self.changed.add(item.vehicle_id)

    def take_visualization(self, item: VisualizationItem) -> None:
        """A position between two states."""
        record = self._records.get(item.vehicle_id)
        if record is None or item.event_time_s <= record.position_time_s:
            return
        record.position = item.message.agv_position or record.position
        record.velocity = item.message.velocity or record.velocity
        record.position_time_s = item.event_time_s
        self.changed.add(item.vehicle_id)

    def connection_of(self, record: VehicleRecord) -> ConnectionView:
        """The connection to believe now."""
        return record.connection_at(self._now_s(), self._stale_after_s)

    def online_count(self) -> int:
        """How many vehicles are online."""
        return sum(self.connection_of(r) == "ONLINE" for r in self._records.values())

    def view(self, record: VehicleRecord) -> VehicleView:
        """A vehicle as the API shows it."""
        address, state = record.address, record.state
        view = VehicleView(
            vehicle_id=address.vehicle_id,
            manufacturer=address.manufacturer,
            serial_number=address.serial_number,
            connection=self.connection_of(record),
            assignment_id=record.assignment_id,
            position=self._position(record.position),
            speed_mps=_speed_mps(record.velocity),
        )
        if state is None:
            return view
        view.state_age_s = round(max(0.0, self._now_s() - record.received_time_s), 3)
        view.event_time, view.received_time = record.event_time_s, record.received_time_s
        view.battery_pct = state.battery_state.battery_charge
        view.charging = state.battery_state.charging
        view.driving, view.paused = state.driving, bool(state.paused)
        view.operating_mode = state.operating_mode
        view.emergency_stop = state.safety_state.e_stop
        view.order_id, view.last_node_id = state.order_id, state.last_node_id
        place = state.agv_position
        view.localised = place is not None and place.position_initialized
        self._show_map(view, state)
        view.errors = [error_view(error) for error in state.errors]
        view.awaits_operator = awaits_operator(state)
        waiting = waiting_of(state)
        if waiting is not None:
            view.waiting_for, view.waiting_for_ko = waiting, waiting.text_ko
        lit = attention_of(state)
        view.beacon, view.siren = lit.get("beacon"), lit.get("siren")
        return view

    def _show_map(self, view: VehicleView, state: State) -> None:
        enabled = enabled_map(state)
        if enabled is None:
            return
        view.map_id, view.map_hash = enabled.map_id, enabled.map_version
        current = self._maps.find(enabled.map_id)
        if current is not None:
            view.map_current = current.content_hash == enabled.map_version

    def _position(self, position: AgvPosition | None) -> PositionView | None:
        if position is None:
            return None
        place = self._maps.lonlat(position.map_id, position.x, position.y)
        return PositionView(
            x_m=position.x,
            y_m=position.y,
            heading_rad=position.theta,
            longitude_deg=place[0] if place else None,
            latitude_deg=place[1] if place else None,
            map_id=position.map_id,
        )


def _width_m(physical: object) -> float | None:
    """A factsheet's width, where it is one that a vehicle may have."""
    said = physical.get("width") if isinstance(physical, dict) else None
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= MAX_WIDTH_M:
        return None
    return float(said)


def _speed_mps(velocity: Velocity | None) -> float | None:
    if velocity is None or velocity.vx is None:
        return None
    return velocity.vx


def waiting_of(state: State) -> Waiting | None:
    """What the vehicle says that it waits for, where it is one of our causes; for people only."""
    said = {i.info_type: i.info_description for i in state.information or []}
    return next((cause for cause in Waiting if cause == said.get(WAITING)), None)


def attention_of(state: State) -> dict[str, bool]:
    """Whether beacon and siren are on, where the vehicle says so."""
    said = [i for i in state.information or [] if i.info_type == ATTENTION]
    told = [reference for info in said for reference in info.info_references or []]
    return {r.reference_key: r.reference_value == "on" for r in told}


def awaits_operator(state: State) -> bool:
    """Whether an action that an operator ends is under way: what may be built on, unlike words."""
    return any(
        (action.action_type, action.action_status) == (WAIT_FOR_OPERATOR, "RUNNING")
        for action in state.action_states
    )


def error_view(error: Error) -> VehicleErrorView:
    """A VDA 5050 error with the fault table's words where it is one of ours."""
    description = error.error_description or ""
    try:
        row = FAULTS[FaultKind(error.error_type)]
        text_ko, text_en = row.text_ko, row.text_en
    except ValueError:
        text_en = description or error.error_type
        text_ko = korean(text_en) or text_en
    return VehicleErrorView(
        type=error.error_type,
        level=error.error_level,
        text_ko=text_ko,
        text_en=text_en,
        description=description,
    )
