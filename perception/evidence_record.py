"""The record of an incident's evidence: where it was seen, from where, by what, with which values.

One JSON file an incident beside its pictures, so that a person can say years later how the vehicle
came to report it: the rule's and the networks' versions, every parameter, the event's track and
the vehicle's on the map (map metres, epoch seconds), and boxes in pixels of a camera's picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from patrol.geometry import StampedPose
from patrol.incident import Incident


@dataclass(frozen=True, slots=True)
class Provenance:
    """What pictures were judged with; every value can be written as JSON."""

    software: str = ""  # version of this software
    camera: Any = None  # description, in the vehicle file, of the one that the clip is from
    networks: Any = None  # use → name and SHA-256 of the weights, and the backend
    parameters: Any = None  # all of perception's


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a picture showed the event."""

    at_s: float
    x_m: float
    y_m: float
    position_sigma_m: float
    confidence: float
    box_xyxy: tuple[float, ...] | None
    camera: str = ""  # whose picture


@dataclass(slots=True)
class EvidenceRecord:
    """Grows with every picture that shows the incident while its clip runs."""

    incident: Incident
    provenance: Provenance
    track: list[Shown] = field(default_factory=list)

    def content(self, vehicle: Sequence[StampedPose]) -> bytes:
        """The file, with the vehicle's poses of the clip."""
        told = {
            "incident": self.incident,
            "track": self.track,
            "vehicle": [
                {
                    "at_s": stamped.stamp_s,
                    "x_m": stamped.pose.x_m,
                    "y_m": stamped.pose.y_m,
                    "yaw_rad": stamped.pose.yaw_rad,
                }
                for stamped in vehicle
            ],
            "made_with": self.provenance,
        }
        return msgspec.json.format(msgspec.json.encode(told), indent=1)
