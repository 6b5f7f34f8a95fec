"""Pictures from CDR bytes, tracks and incidents → messages; pure."""

from __future__ import annotations

import json
import math
import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from patrol_interfaces.msg import EvidenceRef, Track, TrackArray
from patrol_interfaces.msg import Incident as IncidentMessage

from patrol.incident import Evidence, Incident
from patrol.stamps import NANOSECONDS
from patrol_ros.convert import MAP
from patrol_ros.stamps import header_of
from perception.types import TrackView

BGR8 = "bgr8"


class Picture(NamedTuple):
    """A camera picture, (height, width, 3) uint8 BGR; the array looks into the message's bytes."""

    stamp_s: float
    image_bgr: NDArray[np.uint8]


def _aligned(offset: int) -> int:
    return (offset + 3) & ~3


def picture_of(cdr: bytes) -> Picture:
    """A picture from a serialised sensor_msgs/Image, without copying its pixels.

    Layout: OMG CDR 1 little endian, 4 bytes of encapsulation, then the fields with 4-byte
    alignment (DDS-XTypes 1.3, clause 7.4). Raises ValueError for another layout or encoding.
    """
    if cdr[:2] != b"\x00\x01":
        raise ValueError(f"image: encapsulation {cdr[:2].hex()} is not little-endian CDR")
    body = memoryview(cdr)[4:]
    sec, nanosec, frame_length = struct.unpack_from("<iII", body, 0)
    offset = _aligned(12 + frame_length)
    height, width, encoding_length = struct.unpack_from("<III", body, offset)
    offset += 12
    encoding = bytes(body[offset : offset + encoding_length - 1]).decode("ascii", "replace")
    if encoding != BGR8:
        raise ValueError(f"image: encoding {encoding!r} is not {BGR8}")
    offset = _aligned(offset + encoding_length + 1)  # is_bigendian stands before the padding
    step, size = struct.unpack_from("<II", body, offset)
    if step != 3 * width or size != step * height or offset + 8 + size > len(body):
        raise ValueError(f"image: {size} bytes do not hold {width} x {height} x 3")
    pixels = np.frombuffer(body, np.uint8, size, offset + 8)
    return Picture(sec + nanosec / NANOSECONDS, pixels.reshape(height, width, 3))


def message_of_tracks(tracks: list[TrackView], stamp_s: float) -> TrackArray:
    """Everything that is followed now."""
    return TrackArray(header=header_of(stamp_s, MAP), tracks=[_track(track) for track in tracks])


def _track(view: TrackView) -> Track:
    return Track(
        track_id=view.track_id,
        label=view.label,
        x_m=float(view.x_m),
        y_m=float(view.y_m),
        vx_mps=float(view.vx_mps),
        vy_mps=float(view.vy_mps),
        sigma_m=float(view.position_sigma_m),
        score=float(view.confidence),
        last_seen_s=float(view.last_seen_s),
        box_xyxy=[float(edge) for edge in view.box_xyxy],
    )


def message_of_incident(
    incident: Incident | None, evidence: list[Evidence], stamp_s: float
) -> IncidentMessage:
    """An incident revision with the files that came with it.

    Files may come after the incident: then `incident` is None and the message carries only the
    files (an empty `incident_id`).
    """
    files = [_file(item) for item in evidence]
    if incident is None:
        return IncidentMessage(header=header_of(stamp_s, MAP), evidence=files)
    return IncidentMessage(
        header=header_of(stamp_s, MAP),
        incident_id=incident.incident_id,
        kind=incident.kind.value,
        severity=incident.severity.value,
        phase=incident.phase.value,
        revision=incident.revision,
        map_id=incident.map_id,
        x_m=float(incident.x_m),
        y_m=float(incident.y_m),
        position_sigma_m=float(incident.position_sigma_m),
        started_at_s=float(incident.started_at_s),
        detected_at_s=float(incident.detected_at_s),
        updated_at_s=float(incident.updated_at_s),
        confidence=float(incident.confidence),
        rule_version=incident.rule_version,
        details_json=json.dumps(_plain(incident.details), ensure_ascii=False),
        evidence=files,
    )


def _plain(details: dict[str, float | str]) -> dict[str, float | str | None]:
    """JSON knows no infinity: such a number becomes null."""
    return {
        key: value if isinstance(value, str) else (float(value) if math.isfinite(value) else None)
        for key, value in details.items()
    }


def _file(evidence: Evidence) -> EvidenceRef:
    return EvidenceRef(
        evidence_id=evidence.evidence_id,
        incident_id=evidence.incident_id,
        kind=evidence.kind.value,
        media_type=evidence.media_type,
        sha256=evidence.sha256,
        size_bytes=evidence.size_bytes,
        captured_at_s=float(evidence.captured_at_s),
        path=evidence.path,
        blurred=evidence.blurred,
    )
