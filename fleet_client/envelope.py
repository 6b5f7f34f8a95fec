"""Envelope: what this vehicle says, in messages with its own header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import msgspec

from fleet_client.factsheet import build_factsheet
from fleet_client.options import LinkOptions
from fleet_client.reports import EvidencePiece, chunk_message, incident_message
from fleet_client.state_builder import MapRef, OrderRest, StateContent, agv_position, build_state
from patrol.geometry import Pose2
from patrol.incident import Incident
from patrol.vda5050.extension import MapRequest
from patrol.vda5050.messages import (
    VERSION,
    ActionState,
    Connection,
    ConnectionStatus,
    Error,
    Header,
    Velocity,
    Visualization,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec


class HeaderFields(TypedDict):
    """The fields of `patrol.vda5050.messages.Header`."""

    header_id: int
    timestamp: str
    version: str
    manufacturer: str
    serial_number: str


class _RawBackfill(Header):
    """`patrol.vda5050.extension.Backfill` around states that are already encoded."""

    states: list[msgspec.Raw]


class Envelope:
    """Encodes messages of one vehicle; timestamps are event time, ISO 8601 UTC."""

    def __init__(
        self, address: VehicleAddress, spec: VehicleSpec, map_ref: MapRef, options: LinkOptions
    ) -> None:
        self._address = address
        self._spec = spec
        self._map_ref = map_ref
        self._stored: Sequence[MapRef] = ()
        self._order_rest = OrderRest()
        self._options = options

    def show_maps(self, enabled: MapRef, stored: Sequence[MapRef]) -> None:
        """From now on, states and positions are on this map."""
        self._map_ref, self._stored = enabled, stored

    def _header(self, header_id: int, timestamp: str) -> HeaderFields:
        return {
            "header_id": header_id,
            "timestamp": timestamp,
            "version": VERSION,
            "manufacturer": self._address.manufacturer,
            "serial_number": self._address.serial_number,
        }

    def connection(self, status: ConnectionStatus, header_id: int, timestamp: str) -> bytes:
        """ONLINE, OFFLINE, or the last will's CONNECTIONBROKEN."""
        return encode(Connection(connection_state=status, **self._header(header_id, timestamp)))

    def factsheet(self, header_id: int, timestamp: str) -> bytes:
        """What the vehicle is."""
        sheet = build_factsheet(
            self._spec,
            **self._header(header_id, timestamp),
            max_payload_bytes=self._options.max_payload_bytes,
            min_order_interval_s=self._options.min_order_interval_s,
        )
        return encode(sheet)

    def state(
        self,
        content: StateContent,
        refusals: Sequence[Error],
        action_states: Sequence[ActionState],
        header_id: int,
        timestamp: str,
    ) -> bytes:
        """How the vehicle is; `refusals` and `action_states` are the link's own."""
        state = build_state(
            content,
            self._map_ref,
            **self._header(header_id, timestamp),
            more_errors=refusals,
            more_action_states=action_states,
            stored=self._stored,
            order_rest=self._order_rest,
        )
        return encode(state)

    def visualization(
        self, pose: Pose2, speed_mps: float, yaw_rate_radps: float, header_id: int, timestamp: str
    ) -> bytes:
        """Where the vehicle is, at a high rate."""
        return encode(
            Visualization(
                agv_position=agv_position(pose, self._map_ref.map_id),
                velocity=Velocity(vx=speed_mps, vy=0.0, omega=yaw_rate_radps),
                **self._header(header_id, timestamp),
            )
        )

    def incident(self, incident: Incident, header_id: int, timestamp: str) -> bytes:
        """An incident revision."""
        return encode(incident_message(incident, self._address, header_id, timestamp))

    def evidence(self, piece: EvidencePiece, header_id: int, timestamp: str) -> bytes:
        """A piece of an evidence file."""
        return encode(chunk_message(piece, self._address, header_id, timestamp))

    def map_request(
        self, map_id: str, version: str, chunks: list[int], header_id: int, timestamp: str
    ) -> bytes:
        """Which pieces of a map are wanted."""
        header = self._header(header_id, timestamp)
        return encode(MapRequest(map_id=map_id, map_version=version, chunks=chunks, **header))

    def backfill(self, states: Sequence[bytes], header_id: int, timestamp: str) -> bytes:
        """Encoded states, oldest first, in one message."""
        raw = [msgspec.Raw(state) for state in states]
        return encode(_RawBackfill(states=raw, **self._header(header_id, timestamp)))
