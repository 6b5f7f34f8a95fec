"""Pictures from CDR bytes, tracks and incidents → messages; pure."""

from __future__ import annotations

import array
import json
import math
import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from patrol_interfaces.msg import EvidenceRef, Track, TrackArray
from patrol_interfaces.msg import Incident as IncidentMessage
from sensor_msgs.msg import Image as ImageMessage
from vision_msgs.msg import (
    BoundingBox2D,
    Detection2D,
    Detection2DArray,
    ObjectHypothesis,
    ObjectHypothesisWithPose,
    Point2D,
    Pose2D,
)

from patrol.incident import Evidence, Incident
from patrol.stamps import NANOSECONDS
from patrol_ros.convert import MAP
from patrol_ros.stamps import header_of
from perception.detectors.base import Detections
from perception.types import TrackView

BGR8, MONO16 = "bgr8", "mono16"
ZERO_C_IN_K = 273.15


class Picture(NamedTuple):
    """A camera picture, (height, width, 3) uint8 BGR; the array looks into the message's bytes."""

    stamp_s: float
    image_bgr: NDArray[np.uint8]


class Warmth(NamedTuple):
    """A thermal picture, (height, width) float32 in degrees Celsius."""

    stamp_s: float
    celsius: NDArray[np.float32]


def _aligned(offset: int) -> int:
    return (offset + 3) & ~3


def picture_of(cdr: bytes) -> Picture:
    """A picture from a serialised sensor_msgs/Image, without copying its pixels.

    Raises ValueError for another layout or encoding.
    """
    raw = _raw(cdr, BGR8, 3)
    pixels = np.frombuffer(raw.body, np.uint8, raw.size, raw.offset)
    return Picture(raw.stamp_s, pixels.reshape(raw.height, raw.width, 3))


def warmth_of(cdr: bytes) -> Warmth:
    """A thermal picture from a serialised sensor_msgs/Image in hundredths of a kelvin.

    Raises ValueError for another layout or encoding.
    """
    raw = _raw(cdr, MONO16, 2)
    centikelvin = np.frombuffer(raw.body, "<u2", raw.size // 2, raw.offset)
    celsius = centikelvin.reshape(raw.height, raw.width).astype(np.float32) / 100 - ZERO_C_IN_K
    return Warmth(raw.stamp_s, celsius.astype(np.float32))


class _Raw(NamedTuple):
    """A message's bytes, and where in them the pixels are."""

    stamp_s: float
    height: int
    width: int
    body: memoryview
    offset: int
    size: int


def _raw(cdr: bytes, expected: str, pixel_bytes: int) -> _Raw:
    """Layout: OMG CDR 1 little endian, 4 bytes of encapsulation, then the fields with 4-byte
    alignment (DDS-XTypes 1.3, clause 7.4)."""
    if cdr[:2] != b"\x00\x01":
        raise ValueError(f"image: encapsulation {cdr[:2].hex()} is not little-endian CDR")
    body = memoryview(cdr)[4:]
    sec, nanosec, frame_length = struct.unpack_from("<iII", body, 0)
    offset = _aligned(12 + frame_length)
    height, width, encoding_length = struct.unpack_from("<III", body, offset)
    offset += 12
    encoding = bytes(body[offset : offset + encoding_length - 1]).decode("ascii", "replace")
    if encoding != expected:
        raise ValueError(f"image: encoding {encoding!r} is not {expected}")
    if expected == MONO16 and body[offset + encoding_length]:
        raise ValueError("image: big-endian pixels are not read")
    offset = _aligned(offset + encoding_length + 1)  # is_bigendian stands before the padding
    step, size = struct.unpack_from("<II", body, offset)
    if step != pixel_bytes * width or size != step * height or offset + 8 + size > len(body):
        raise ValueError(f"image: {size} bytes do not hold {width} x {height} x {pixel_bytes}")
    return _Raw(sec + nanosec / NANOSECONDS, height, width, body, offset + 8, size)


def message_of_detections(found: Detections, stamp_s: float, frame_id: str) -> Detection2DArray:
    """Boxes of a picture, in its pixels; where in the world they are is the tracks' matter."""
    header = header_of(stamp_s, frame_id)
    return Detection2DArray(
        header=header,
        detections=[
            Detection2D(
                header=header,
                results=[
                    ObjectHypothesisWithPose(
                        hypothesis=ObjectHypothesis(
                            class_id=found.label(index), score=float(found.scores[index])
                        )
                    )
                ],
                bbox=_bounding_box(*(float(edge) for edge in box)),
            )
            for index, box in enumerate(found.boxes_xyxy)
        ],
    )


def _bounding_box(x1: float, y1: float, x2: float, y2: float) -> BoundingBox2D:
    middle = Pose2D(position=Point2D(x=(x1 + x2) / 2, y=(y1 + y2) / 2))
    return BoundingBox2D(center=middle, size_x=x2 - x1, size_y=y2 - y1)


def message_of_picture(
    image_bgr: NDArray[np.uint8], stamp_s: float, frame_id: str
) -> ImageMessage:
    """A picture (height, width, 3) uint8 BGR."""
    height, width, _ = image_bgr.shape
    return ImageMessage(
        header=header_of(stamp_s, frame_id),
        height=height,
        width=width,
        encoding=BGR8,
        step=3 * width,
        data=array.array("B", image_bgr.tobytes()),
    )


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
        position_covariance_m2=[float(value) for value in incident.covariance_m2],
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
