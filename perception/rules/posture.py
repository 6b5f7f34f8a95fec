"""What one sighting says of a person's posture, by size on the ground, shape and skeleton."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from perception.detectors.base import Skeleton
from perception.ground_projection import Footprint, GroundProjector
from perception.looks import Sighting

# COCO keypoints
NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR = range(5)
HEAD = (NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR)
SHOULDERS, HIPS = (5, 6), (11, 12)


class Posture(Enum):
    """What a single view can tell."""

    LYING = "lying"
    LOW = "low"  # sitting, squatting, bending: higher than a lying body
    UPRIGHT = "upright"
    UNKNOWN = "unknown"  # cut off at the top, too far, too small or too large


@dataclass(frozen=True, slots=True)
class PostureConfig:
    """Limits of a lying adult or child as seen from the vehicle."""

    max_range_m: float = 14.0
    max_height_m: float = 0.78  # of the box; rendered: on the side to 0.75, sitting from 0.93
    upright_height_m: float = 1.05
    min_length_m: float = 1.10  # curled up
    likely_length_m: tuple[float, ...] = (1.30, 2.10)
    max_length_m: float = 2.70
    least_ratio: float = 0.45  # box width over height: a dog that comes is narrower
    wide_ratio: float = 1.2  # box width over height of a body across the view
    unlikely_share: float = 0.8  # what a view of another shape, or of another length, counts
    full_score: float = 0.25  # a detector score that counts as much as a view can
    upright_score: float = 0.35  # only sure upright boxes speak against

    def __post_init__(self) -> None:
        if len(self.likely_length_m) != 2 or not (
            0 < self.min_length_m <= min(self.likely_length_m)
            and max(self.likely_length_m) <= self.max_length_m
        ):
            raise ValueError(
                "likely_length_m: must be two lengths between min_length_m and max_length_m"
            )
        if not 0 < self.least_ratio < self.wide_ratio:
            raise ValueError("least_ratio: must be above 0 and below wide_ratio")
        if not 0 < self.max_height_m < self.upright_height_m:
            raise ValueError("max_height_m: must be above 0 and below upright_height_m")


def is_clear(sighting: Sighting, range_m: float, config: PostureConfig) -> bool:
    """Whether a sighting can tell a posture: near and large enough, and not cut at the top."""
    x1, y1, x2, y2 = sighting.box_xyxy.tolist()
    return range_m <= config.max_range_m and y1 > 2 and x2 - x1 >= 8 and y2 - y1 >= 4


def posture_of(
    sighting: Sighting, footprint: Footprint, config: PostureConfig
) -> tuple[Posture, float]:
    """The posture of a clear sighting and how much this view counts (0..1)."""
    x1, y1, x2, y2 = sighting.box_xyxy.tolist()
    width, height = x2 - x1, y2 - y1
    if footprint.height_m > config.upright_height_m and height > width:
        sure = sighting.turn_deg == 0 and sighting.score >= config.upright_score
        return (Posture.UPRIGHT, sighting.score) if sure else (Posture.UNKNOWN, 0.0)
    if footprint.height_m > config.max_height_m:
        return (Posture.UNKNOWN, 0.0) if footprint.cut else (Posture.LOW, sighting.score)
    if width < config.least_ratio * height and not footprint.cut:
        return Posture.UNKNOWN, 0.0  # even who lies on the side, along the view, is wider
    too_short = footprint.longest_m < config.min_length_m and not footprint.cut
    if too_short or footprint.shortest_m > config.max_length_m:
        return Posture.UNKNOWN, 0.0
    if footprint.cut:  # close by and half out of view: as low as a lying body, length unknown
        return Posture.LYING, min(sighting.score / config.full_score, 1.0) * config.unlikely_share
    low, high = config.likely_length_m
    likely = footprint.longest_m >= low and footprint.shortest_m <= high
    shape = 1.0 if width > config.wide_ratio * height else config.unlikely_share
    size = 1.0 if likely else config.unlikely_share
    return Posture.LYING, min(sighting.score / config.full_score, 1.0) * shape * size


def _mean_point(
    skeleton: Skeleton, indices: tuple[int, ...], min_score: float
) -> tuple[float, float] | None:
    points = skeleton.keypoints[list(indices)]
    good = points[points[:, 2] >= min_score]
    if len(good) == 0:
        return None
    return float(good[:, 0].mean()), float(good[:, 1].mean())


def torso_tilt_rad(skeleton: Skeleton, min_score: float = 0.4) -> float | None:
    """Angle of the torso to the picture's vertical, 0..π; 0 where shoulders are above hips."""
    shoulders = _mean_point(skeleton, SHOULDERS, min_score)
    hips = _mean_point(skeleton, HIPS, min_score)
    if shoulders is None or hips is None:
        return None
    return abs(math.atan2(hips[0] - shoulders[0], hips[1] - shoulders[1]))


def head_circle(skeleton: Skeleton, min_score: float = 0.3) -> tuple[float, float, float] | None:
    """The head as (u, v, radius) px; None where neither a face nor a shoulder is seen."""
    head = _mean_point(skeleton, HEAD, min_score)
    if head is None:
        return None
    shoulders = _mean_point(skeleton, SHOULDERS, min_score)
    hips = _mean_point(skeleton, HIPS, min_score)
    radius = 0.0
    if shoulders is not None and hips is not None:
        radius = 0.45 * math.hypot(shoulders[0] - hips[0], shoulders[1] - hips[1])
    spread = skeleton.keypoints[list(HEAD)]
    seen = spread[spread[:, 2] >= min_score][:, :2]
    radius = max(radius, 1.6 * float(np.abs(seen - np.array(head)).max()), 6.0)
    return head[0], head[1], radius


def head_height_m(
    skeleton: Skeleton, projector: GroundProjector, range_m: float, min_score: float = 0.3
) -> float | None:
    """How high the head is above the ground for a person `range_m` from the camera."""
    head = _mean_point(skeleton, HEAD, min_score)
    if head is None:
        return None
    return projector.camera.z_m + range_m * projector.rays.slope(*head)
