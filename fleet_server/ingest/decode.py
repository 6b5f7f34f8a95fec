"""MQTT message → typed item, or the reason why not. Pure; trusts nothing.

The topic says who speaks (the broker's permissions bind it to a login); a header that says
otherwise is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from patrol.clock import parse_iso_utc
from patrol.covariance import MOST_SIGMA_M, is_covariance, is_of_sigma, sigma_of
from patrol.errors import OrderError
from patrol.incident import AnomalyKind, EvidenceKind, IncidentPhase, Severity
from patrol.vda5050.extension import (
    AckItem,
    Backfill,
    EvidenceChunk,
    IncidentMessage,
    MapRequest,
)
from patrol.vda5050.map_transfer import is_version
from patrol.vda5050.messages import (
    SUPPORTED_MAJOR,
    Connection,
    Factsheet,
    Header,
    State,
    Visualization,
    decode,
)
from patrol.vda5050.topic_names import VehicleAddress, parse_topic

H = TypeVar("H", bound=Header)

MAX_ID = 2**53  # what JSON peers count exactly
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # ids that become file names and keys
MEDIA_SUFFIX = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "application/json": ".json",
    "application/age": ".age",
}


class MalformedError(Exception):
    """Why a message cannot be taken."""


@dataclass(frozen=True, slots=True)
class StateItem:
    """A state; `late` when it came on the back-fill lane."""

    vehicle_id: str
    state: State
    event_time_s: float
    late: bool


@dataclass(frozen=True, slots=True)
class ConnectionItem:
    """ONLINE, OFFLINE, or the last will."""

    vehicle_id: str
    message: Connection
    event_time_s: float


@dataclass(frozen=True, slots=True)
class FactsheetItem:
    """What the vehicle is."""

    vehicle_id: str
    message: Factsheet
    payload: bytes


@dataclass(frozen=True, slots=True)
class IncidentItem:
    """One revision of an incident."""

    vehicle_id: str
    message: IncidentMessage
    event_time_s: float
    started_at_s: float
    detected_at_s: float
    updated_at_s: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A piece of a picture or clip."""

    vehicle_id: str
    message: EvidenceChunk
    captured_at_s: float


@dataclass(frozen=True, slots=True)
class VisualizationItem:
    """Where the vehicle is just now; never stored."""

    vehicle_id: str
    message: Visualization
    event_time_s: float


@dataclass(frozen=True, slots=True)
class MapRequestItem:
    """Pieces of a map that a vehicle wants; never stored."""

    address: VehicleAddress
    message: MapRequest


Item = (
    StateItem
    | ConnectionItem
    | FactsheetItem
    | IncidentItem
    | EvidenceItem
    | VisualizationItem
    | MapRequestItem
)


@dataclass(slots=True)
class Decoded:
    """A message's items, and what to acknowledge to the vehicle once they are committed."""

    address: VehicleAddress | None
    topic: str
    payload: bytes
    items: list[Item] = field(default_factory=list)
    acks: list[AckItem] = field(default_factory=list)
    problem: str | None = None


def decode_message(topic: str, payload: bytes, evidence_max_bytes: int) -> Decoded:
    """Everything there is to know of one message; never raises."""
    decoded = Decoded(None, topic, payload)
    try:
        decoded.address, name = parse_topic(topic)
        reader = _READERS.get(name)
        if reader is None:
            raise MalformedError(f"topic {name!r} is not for the server")
        reader(decoded, payload, evidence_max_bytes)
    except (MalformedError, OrderError, ValueError, OverflowError) as error:
        decoded.problem = str(error)
        decoded.items = []
        decoded.acks = _ack_of_header(decoded, payload)
    return decoded


def _ack_of_header(decoded: Decoded, payload: bytes) -> list[AckItem]:
    """A refused message is kept in quarantine, so the vehicle may forget it all the same."""
    try:
        header = decode(payload, Header)
    except OrderError:
        return []
    return [
        AckItem(
            topic=decoded.topic.rsplit("/", 1)[-1],
            header_id=header.header_id,
            timestamp=header.timestamp,
        )
    ]


def _read(decoded: Decoded, payload: bytes, kind: type[H]) -> tuple[str, H]:
    assert decoded.address is not None
    message = decode(payload, kind)
    _check_header(decoded.address, message)
    return decoded.address.vehicle_id, message


def _check_header(address: VehicleAddress, message: Header) -> None:
    claimed = f"{message.manufacturer}/{message.serial_number}"
    if claimed != address.vehicle_id:
        raise MalformedError(f"header says {claimed!r}, topic says {address.vehicle_id!r}")
    if message.version.split(".", 1)[0] != SUPPORTED_MAJOR:
        raise MalformedError(f"version {message.version!r} is not {SUPPORTED_MAJOR}.x")
    if not 0 <= message.header_id < MAX_ID:
        raise MalformedError(f"headerId {message.header_id} is outside [0, 2^53)")


def _acknowledge(decoded: Decoded, topic: str, message: Header) -> None:
    decoded.acks.append(
        AckItem(topic=topic, header_id=message.header_id, timestamp=message.timestamp)
    )


def _state(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, state = _read(decoded, payload, State)
    _check_state(state)
    decoded.items.append(StateItem(vehicle_id, state, parse_iso_utc(state.timestamp), False))
    _acknowledge(decoded, "state", state)


def _check_state(state: State) -> None:
    if not 0 <= state.last_node_sequence_id < MAX_ID:
        raise MalformedError(f"lastNodeSequenceId {state.last_node_sequence_id} is out of range")


def _backfill(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, Backfill)
    assert decoded.address is not None
    for state in message.states:
        _check_header(decoded.address, state)
        _check_state(state)
        decoded.items.append(StateItem(vehicle_id, state, parse_iso_utc(state.timestamp), True))
        _acknowledge(decoded, "state", state)


def _connection(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, Connection)
    decoded.items.append(ConnectionItem(vehicle_id, message, parse_iso_utc(message.timestamp)))


def _factsheet(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, Factsheet)
    decoded.items.append(FactsheetItem(vehicle_id, message, payload))


def _visualization(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, Visualization)
    decoded.items.append(VisualizationItem(vehicle_id, message, parse_iso_utc(message.timestamp)))


def _map_request(decoded: Decoded, payload: bytes, _limit: int) -> None:
    _, message = _read(decoded, payload, MapRequest)
    assert decoded.address is not None
    if not is_version(message.map_version):
        raise MalformedError(f"mapVersion {message.map_version[:80]!r} is no content hash")
    decoded.items.append(MapRequestItem(decoded.address, message))


def _incident(decoded: Decoded, payload: bytes, _limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, IncidentMessage)
    _check_name("incidentId", message.incident_id)
    AnomalyKind(message.kind)
    Severity(message.severity)
    IncidentPhase(message.phase)
    if not 0 <= message.revision < MAX_ID:
        raise MalformedError(f"revision {message.revision} is outside [0, 2^53)")
    _check_covariance(message)
    decoded.items.append(
        IncidentItem(
            vehicle_id,
            message,
            parse_iso_utc(message.timestamp),
            parse_iso_utc(message.started_at),
            parse_iso_utc(message.detected_at),
            parse_iso_utc(message.updated_at),
            payload,
        )
    )
    _acknowledge(decoded, "incident", message)


def _check_covariance(message: IncidentMessage) -> None:
    """An older vehicle tells none."""
    told = message.position_covariance
    if told is None:
        return
    shown = ", ".join(f"{value:.3g}" for value in told)
    if not is_covariance(told):
        raise MalformedError(
            f"positionCovariance [{shown}] must be xx, xy, yy in m² with xx, yy >= 0,"
            f" xy² <= xx yy and no axis above {MOST_SIGMA_M:g} m"
        )
    if not is_of_sigma(told, message.position_sigma):
        raise MalformedError(
            f"positionCovariance [{shown}] has a larger axis of {sigma_of(told):.3g} m, and"
            f" positionSigma says {message.position_sigma:.3g} m"
        )


def _evidence(decoded: Decoded, payload: bytes, limit: int) -> None:
    vehicle_id, message = _read(decoded, payload, EvidenceChunk)
    _check_name("evidenceId", message.evidence_id)
    _check_name("incidentId", message.incident_id)
    EvidenceKind(message.kind)
    if message.media_type not in MEDIA_SUFFIX:
        raise MalformedError(
            f"mediaType {message.media_type!r} is none of {', '.join(MEDIA_SUFFIX)}"
        )
    if not re.fullmatch(r"[0-9a-f]{64}", message.sha256):
        raise MalformedError("sha256 is not 64 hexadecimal digits")
    if not 0 < message.size_bytes <= limit:
        raise MalformedError(f"sizeBytes {message.size_bytes} is outside (0, {limit}]")
    if not 0 <= message.chunk_index < message.chunk_count <= message.size_bytes:
        raise MalformedError(f"chunk {message.chunk_index} of {message.chunk_count} cannot be")
    if len(message.data) > message.size_bytes:
        raise MalformedError(
            f"a chunk of {len(message.data)} bytes of a {message.size_bytes}-byte file"
        )
    decoded.items.append(EvidenceItem(vehicle_id, message, parse_iso_utc(message.captured_at)))
    _acknowledge(decoded, "evidence", message)


def _check_name(field_name: str, value: str) -> None:
    if not NAME.fullmatch(value) or value.strip(".") == "":
        raise MalformedError(
            f"{field_name} {value[:80]!r} must be 1-64 letters, digits or one of _ . -"
        )


_READERS: dict[str, Callable[[Decoded, bytes, int], None]] = {
    "state": _state,
    "connection": _connection,
    "factsheet": _factsheet,
    "visualization": _visualization,
    "incident": _incident,
    "evidence": _evidence,
    "backfill": _backfill,
    "mapRequest": _map_request,
}
