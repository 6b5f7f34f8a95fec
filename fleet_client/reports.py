"""Incidents and evidence files → messages on our extension topics."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patrol.clock import iso_utc
from patrol.incident import Evidence, Incident
from patrol.vda5050.extension import EvidenceChunk, IncidentMessage
from patrol.vda5050.messages import VERSION
from patrol.vda5050.topic_names import VehicleAddress


class EvidenceError(Exception):
    """An evidence file is missing or is not what its record says."""


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """A part of an evidence file."""

    evidence: Evidence
    index: int
    count: int
    data: bytes


def incident_message(
    incident: Incident, address: VehicleAddress, header_id: int, timestamp: str
) -> IncidentMessage:
    """An incident revision on the wire."""
    return IncidentMessage(
        header_id=header_id,
        timestamp=timestamp,
        version=VERSION,
        manufacturer=address.manufacturer,
        serial_number=address.serial_number,
        incident_id=incident.incident_id,
        kind=incident.kind.value,
        severity=incident.severity.value,
        phase=incident.phase.value,
        revision=incident.revision,
        map_id=incident.map_id,
        x=incident.x_m,
        y=incident.y_m,
        position_sigma=incident.position_sigma_m,
        position_covariance=incident.covariance_m2,
        started_at=iso_utc(incident.started_at_s),
        detected_at=iso_utc(incident.detected_at_s),
        updated_at=iso_utc(incident.updated_at_s),
        confidence=incident.confidence,
        rule_version=incident.rule_version,
        details=dict(incident.details),
    )


def evidence_pieces(evidence: Evidence, chunk_bytes: int) -> Iterator[EvidencePiece]:
    """The file in pieces; raises EvidenceError when it is missing, or not as recorded."""
    try:
        content = Path(evidence.path).read_bytes()
    except OSError as error:
        raise EvidenceError(f"{evidence.path}: cannot be read: {error.strerror}") from None
    if len(content) != evidence.size_bytes:
        raise EvidenceError(
            f"{evidence.path}: has {len(content)} bytes, its record says {evidence.size_bytes}"
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != evidence.sha256.lower():
        raise EvidenceError(f"{evidence.path}: SHA-256 {digest} is not {evidence.sha256}")
    count = max(1, -(-len(content) // chunk_bytes))
    for index in range(count):
        data = content[index * chunk_bytes : (index + 1) * chunk_bytes]
        yield EvidencePiece(evidence, index, count, data)


def chunk_message(
    piece: EvidencePiece, address: VehicleAddress, header_id: int, timestamp: str
) -> EvidenceChunk:
    """A piece of an evidence file on the wire."""
    evidence = piece.evidence
    return EvidenceChunk(
        header_id=header_id,
        timestamp=timestamp,
        version=VERSION,
        manufacturer=address.manufacturer,
        serial_number=address.serial_number,
        evidence_id=evidence.evidence_id,
        incident_id=evidence.incident_id,
        kind=evidence.kind.value,
        media_type=evidence.media_type,
        sha256=evidence.sha256.lower(),
        size_bytes=evidence.size_bytes,
        captured_at=iso_utc(evidence.captured_at_s),
        blurred=evidence.blurred,
        chunk_index=piece.index,
        chunk_count=piece.count,
        data=piece.data,
    )
