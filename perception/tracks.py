"""What the tracker takes and gives: one detected object with its place, and a followed one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.ground_projection import GroundPoint
from perception.types import TrackView

_SIZE_SHARE = 0.5  # of the newest look in a track's size


class Observation(Struct, frozen=True):
    """One detected object with its place: what the tracker and the rules work on.

    In the image plane (`tracking_view.ImagePlane`) the place and the size are pixels.
    """

    box_xyxy: NDArray[np.float64]  # (4,) px
    score: float
    label: str
    point: GroundPoint
    width_m: float
    height_m: float
    camera: str = ""  # which one saw it; empty: there is only one
    by_warmth: bool = False  # the thermal camera alone shows it; the box is where it would be seen

    @property
    def usable(self) -> bool:
        """Whether it can be weighed against others: finite, with an extent and an uncertainty."""
        x1, y1, x2, y2 = self.box_xyxy.tolist()
        (xx, _), (_, yy) = self.point.covariance.tolist()
        point, size = self.point, self.width_m + self.height_m
        numbers = (x1, y1, x2, y2, xx, yy, self.score, point.x_m, point.y_m, size)
        finite = math.isfinite(sum(numbers))
        return finite and x2 > x1 and y2 > y1 and xx > 0 and yy > 0


class TrackState(Enum):
    """Life of a track."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"


def smoothed(sizes: NDArray[np.float64], newest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sizes (n, 2) of tracks after looks at them."""
    return (1 - _SIZE_SHARE) * sizes + _SIZE_SHARE * newest


@dataclass(slots=True)
class Track:
    """A followed object: mean (x, y, vx, vy) in map metres and m/s with covariance."""

    track_id: int
    label: str
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    first_seen_s: float
    last_seen_s: float
    updated_s: float
    observation: Observation
    hits: int = 1
    state: TrackState = TrackState.TENTATIVE
    confidence: float = 0.0
    size: NDArray[np.float64] = field(init=False)  # (2,) smoothed width and height, m
    place: tuple[float, float] = field(init=False)  # the mean's
    by_colour: bool = False  # surely seen by a colour camera, ever

    def __post_init__(self) -> None:
        self.size = np.array([self.observation.width_m, self.observation.height_m])
        self.move(self.mean, self.covariance)

    @property
    def speed_mps(self) -> float:
        """Ground speed of the filter."""
        return float(math.hypot(self.mean[2], self.mean[3]))

    def move(self, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
        """Take the filter's new state."""
        self.mean, self.covariance = mean, covariance
        x_m, y_m, _, _ = mean.tolist()
        self.place = x_m, y_m

    def see(self, seen: Observation, stamp_s: float) -> None:
        """Take a look at it: how it looks now; filter and size are updated by the tracker."""
        self.observation = seen
        self.last_seen_s = stamp_s
        self.hits += 1
        self.confidence = 0.7 * self.confidence + 0.3 * seen.score

    def view(self) -> TrackView:
        """The track as others see it."""
        x1, y1, x2, y2 = self.observation.box_xyxy.tolist()
        x_m, y_m, vx_mps, vy_mps = self.mean.tolist()
        return TrackView(
            self.track_id,
            self.label,
            x_m,
            y_m,
            larger_sigma(self.covariance[:2, :2]),
            vx_mps,
            vy_mps,
            self.confidence,
            (x1, y1, x2, y2),
            self.last_seen_s,
            self.observation.camera,
            self.observation.by_warmth,
        )
