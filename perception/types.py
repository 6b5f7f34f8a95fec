"""The values that enter and leave perception; positions in map metres, times in epoch seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.faults import FaultKind
from patrol.geodesy import wrap_angle
from patrol.incident import Evidence, Incident
from patrol.vehicle import CameraSpec
from perception.detectors.base import Detections, Image

# True where pictures of that map position must not be stored (a `no_record` zone).
NoRecord = Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class ThermalPicture:
    """How warm everything in view is: (height, width) float32 in degrees Celsius."""

    stamp_s: float
    celsius: NDArray[np.float32]
    camera: CameraSpec


def looks_along(thermal: CameraSpec, camera: CameraSpec) -> bool:
    """Whether a thermal camera's middle is in a camera's picture: it belongs beside that."""
    turn_rad = wrap_angle(thermal.yaw_rad - camera.yaw_rad)
    return abs(turn_rad) < camera.horizontal_fov_rad / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A camera picture: (height, width, 3) uint8 BGR, taken at `stamp_s`.

    `thermal` is the newest picture of the thermal camera that looks the same way, None where
    there is none.
    """

    stamp_s: float
    image_bgr: Image
    camera: CameraSpec
    thermal: ThermalPicture | None = None


class TrackView(Struct, frozen=True):
    """A followed object as others see it; `box_xyxy` in pixels of the last frame that saw it."""

    track_id: int
    label: str
    x_m: float
    y_m: float
    position_sigma_m: float
    vx_mps: float
    vy_mps: float
    confidence: float
    box_xyxy: tuple[float, float, float, float]
    last_seen_s: float
    camera: str = ""  # whose pixels; empty: there is only one
    by_warmth: bool = (
        False  # seen last by the thermal camera alone, which the box is worked out of
    )


@dataclass(frozen=True, slots=True)
class PerceptionOutput:
    """What one step found. `incidents` holds new revisions only, `evidence` new files only."""

    stamp_s: float
    tracks: list[TrackView] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    faults: frozenset[FaultKind] = frozenset()
    timings_s: dict[str, float] = field(default_factory=dict)  # stage -> wall seconds of this step
    found: dict[str, Detections] = field(default_factory=dict)  # all boxes, by camera
    sweep_left_out: bool = False  # to keep to the time budget
    # of the cameras with which something is wrong
    faults_by_camera: dict[str, frozenset[FaultKind]] = field(default_factory=dict)
