"""What the last seconds of a track say of somebody or something that is followed.

A detector calls a dog a person now and then, and somebody on a bicycle is a person, too. So a
track is judged by its recent looks together: its height in metres (the median of boxes that the
picture does not cut), its shape, and whether something to ride on is seen under it. Who was tall
a while ago and is low now crouches. Speeds come from the
places of the looks, each with its own covariance, never from one step.
"""

from __future__ import annotations

import math
import statistics
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.detectors.base import PERSON, Detections
from perception.ground_projection import GroundProjector
from perception.motion import OUT_OF_ORDER_S, ROW, UNKNOWN_MOTION, Look, Motion, motions_of
from perception.tracking import Track, iou

RIDDEN = ("bicycle", "motorcycle")  # not "skateboard": shoes with their shadow are called that
ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "bear")
VEHICLES = ("car", "truck", "bus")
_EDGE_PX = 2.0
_WARM_HEIGHT_M = 8.0  # beyond, a thermal camera's pixel is 5 cm: no height for rules that ask


@dataclass(frozen=True, slots=True)
class FollowedConfig:
    """How long looks count, and who is somebody on foot."""

    keep_s: float = 3.0  # looks older than this say nothing of now
    min_height_m: float = 0.8  # of who stands: a child of two years is 0.85 m tall
    min_low_m: float = 0.4  # of who crouches: lower is a cat or a bag
    low_aspect: float = 0.64  # width to height: a dog that is called a person is narrower
    animal_share: float = 0.15  # of the looks at something low, with an animal's box on it
    tall_looks: int = 3  # so many looks as tall as that, ever: a person, however low now
    ride_score: float = 0.25  # of the box under somebody
    weak_ride_score: float = 0.1  # from here on it may be one
    ride_share: float = 0.25  # of the looks in which it must be seen
    speed_window_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.keep_s <= 30:
            raise ValueError(f"keep_s: {self.keep_s} must be in [0.5, 30]")
        if not 0 < self.min_height_m < 1.5:
            raise ValueError(f"min_height_m: {self.min_height_m} must be in (0, 1.5)")
        if not 0 < self.min_low_m <= self.min_height_m:
            raise ValueError(f"min_low_m: {self.min_low_m} must be in (0, min_height_m]")
        if not 0.3 <= self.low_aspect <= 3:
            raise ValueError(f"low_aspect: {self.low_aspect} must be in [0.3, 3]")
        if self.tall_looks < 1:
            raise ValueError(f"tall_looks: {self.tall_looks} must be at least 1")
        for name in ("ride_score", "weak_ride_score", "ride_share", "animal_share"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if not 0.3 <= self.speed_window_s <= self.keep_s:
            raise ValueError(f"speed_window_s: {self.speed_window_s} must be in [0.3, keep_s]")


@dataclass(slots=True)
class Followed:
    """A track that is in the picture now, with its looks, newest last."""

    track: Track
    looks: deque[Look] = field(default_factory=deque)
    tall_looks: int = 0  # of all it ever had
    nearest_m: float = math.inf  # from the camera, ever
    motion: Motion = UNKNOWN_MOTION  # over the window of the configuration
    sigma_m: float = math.inf  # the larger axis of `covariance`
    height_m: float = math.nan  # the median of its looks; NaN where every one is cut
    heights_m: array[float] = field(default_factory=lambda: array("d"))  # of each look, together
    rows: array[float] = field(default_factory=lambda: array("d"))  # of its looks, together
    rides: int = 0  # looks with something to ride on under it
    maybe_rides: int = 0  # those in which it was seen weakly, of all it ever had
    asked: tuple[float, list[Look]] = (math.nan, [])  # the last answer of `recent`

    @property
    def place(self) -> tuple[float, float]:
        """Where: the filter's mean, map metres."""
        return self.track.place

    @property
    def covariance(self) -> NDArray[np.float64]:
        """How well that is known: 2 x 2 m², of the last look.

        Not the filter's: that one shrinks with every look, as if their errors were independent,
        but the tilt of the ground and of the vehicle is the same in all of them.
        """
        return self.looks[-1].covariance

    @property
    def ride_share(self) -> float:
        """In how many of the looks something to ride on is under it (0..1)."""
        return self.rides / len(self.looks)

    @property
    def animal_share(self) -> float:
        """In how many of the looks the detector sees an animal there as well (0..1)."""
        return sum(look.animal for look in self.looks) / len(self.looks)

    @property
    def by_warmth(self) -> bool:
        """Whether the thermal camera alone shows it now, and the colour picture does not."""
        return self.track.observation.by_warmth

    def is_on_foot(self, config: FollowedConfig) -> bool:
        """A person who rides nothing; what is surely too low for one is not."""
        if self.track.label != PERSON or self.ride_share >= config.ride_share:
            return False
        if self.tall_looks >= config.tall_looks:
            return True
        height = self.height_m
        if math.isnan(height) or height >= config.min_height_m:
            return True
        aspect = statistics.median(look.aspect for look in self.looks)
        crouches = height >= config.min_low_m and aspect >= config.low_aspect
        return crouches and self.animal_share < config.animal_share

    def recent(self, window_s: float) -> Sequence[Look]:
        """The looks of the last seconds, oldest first: several rules ask for the same ones."""
        if self.asked[0] == window_s:
            return self.asked[1]
        since_s, found = self.looks[-1].stamp_s - window_s - 1e-6, []
        for look in reversed(self.looks):
            if look.stamp_s >= since_s:
                found.append(look)
            elif look.stamp_s < since_s - OUT_OF_ORDER_S:
                break
        found.reverse()
        self.asked = window_s, found
        return found

    def see(self, look: Look, config: FollowedConfig) -> None:
        """Take one more look at it, and let go of those that are too old.

        Its motion is found together with others' (`FollowedLog`).
        """
        self.asked = math.nan, []
        self.looks.append(look)
        self.heights_m.append(look.height_m)
        self.rows.extend(look.row)
        self.rides += look.rides
        self.maybe_rides += look.may_ride
        while look.stamp_s - self.looks[0].stamp_s > config.keep_s:
            self.rides -= self.looks.popleft().rides
            del self.heights_m[0], self.rows[:ROW]
        self.tall_looks += look.height_m >= config.min_height_m  # False for NaN
        self.sigma_m = larger_sigma(look.covariance)
        heights = [height_m for height_m in self.heights_m if not math.isnan(height_m)]
        self.height_m = _median(heights) if heights else math.nan


class FollowedLog:
    """Everything that is in the picture now, with its last looks."""

    def __init__(self, config: FollowedConfig | None = None) -> None:
        self.config = config or FollowedConfig()
        self._known: dict[int, Followed] = {}

    def step(
        self,
        tracks: Sequence[Track],
        found: Detections,
        projector: GroundProjector,
        stamp_s: float,
    ) -> list[Followed]:
        """Take a picture's boxes and all tracks, other cameras' too; gives what is seen in it."""
        rides = _boxes_of(found, RIDDEN, self.config.ride_score)
        maybe = _boxes_of(found, RIDDEN, self.config.weak_ride_score)
        animals = _boxes_of(found, ANIMALS, 0.0)
        live = {track.track_id for track in tracks}
        self._known = {key: one for key, one in self._known.items() if key in live}
        seen = [
            self._look(track, (rides, maybe, animals), projector, stamp_s)
            for track in tracks
            if track.last_seen_s == stamp_s
            and track.observation.camera in ("", projector.camera.name)
        ]
        motions = motions_of([one.rows for one in seen], self.config.speed_window_s)
        for one, motion in zip(seen, motions, strict=True):
            one.motion = motion
        return seen

    def carry(self, motion: NDArray[np.float64]) -> None:
        """Take all looks along with a correction of the map under the vehicle (2 x 3)."""
        for one in self._known.values():
            one.looks = deque(look.carried(motion) for look in one.looks)
            one.rows = array("d", [number for look in one.looks for number in look.row])
            one.asked = math.nan, []

    def _look(
        self,
        track: Track,
        others: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
        projector: GroundProjector,
        stamp_s: float,
    ) -> Followed:
        one = self._known.get(track.track_id)
        if one is None:
            one = self._known[track.track_id] = Followed(track)
        one.track = track
        box, point = track.observation.box_xyxy, track.observation.point
        measured = point.range_m if point.measured_range_m is None else point.measured_range_m
        x1, y1, x2, y2 = box.tolist()
        height = height_of(box, measured, projector)
        warm_height = height if one.by_warmth else math.nan
        if one.by_warmth and point.range_m > _WARM_HEIGHT_M:
            height = math.nan
        rides, maybe, animals = others
        one.nearest_m = min(one.nearest_m, point.range_m)
        one.see(
            Look(
                stamp_s,
                (point.x_m, point.y_m),
                point.covariance,
                height,
                (x2 - x1) / max(y2 - y1, 1.0),
                _is_on(box, rides),
                _is_on(box, maybe),
                len(animals) > 0 and any(iou(box, animal) > 0.5 for animal in animals),
                warm_height,
            ),
            self.config,
        )
        return one


def _median(values: list[float]) -> float:
    """As of `statistics`, which is slower."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _boxes_of(found: Detections, labels: Sequence[str], least_score: float) -> NDArray[np.float64]:
    """Boxes (n, 4) of some classes."""
    ids = {class_id for class_id, name in found.names.items() if name in labels}
    kept = [
        index
        for index, class_id in enumerate(found.class_ids.tolist())
        if class_id in ids and found.scores[index] >= least_score
    ]
    return found.boxes_xyxy[kept].astype(np.float64)


def height_of(box: NDArray[np.float64], range_m: float, projector: GroundProjector) -> float:
    """How high a box's top edge is above its lower one at a range (m); NaN where it is cut."""
    camera, rays = projector.camera, projector.rays
    x1, y1, x2, y2 = box.tolist()
    cut = x1 <= _EDGE_PX or x2 >= camera.width_px - _EDGE_PX
    if cut or y1 <= _EDGE_PX or y2 >= camera.height_px - _EDGE_PX:
        return math.nan
    middle = (x1 + x2) / 2
    return range_m * (rays.slope(middle, y1) - rays.slope(middle, y2))


def _is_on(box: NDArray[np.float64], rides: NDArray[np.float64]) -> bool:
    """Whether a person's box sits on one of the boxes: its lower edge is in it, or near its."""
    if not len(rides):
        return False
    shared = np.minimum(box[2], rides[:, 2]) - np.maximum(box[0], rides[:, 0])
    narrow = np.minimum(box[2] - box[0], rides[:, 2] - rides[:, 0])
    below = (rides[:, 3] - box[3]) / (box[3] - box[1])  # in heights of the person's box
    feet = (below > -0.3) & (below < 0.6) & (rides[:, 1] < box[3])
    return bool(np.any((shared > 0.5 * narrow) & feet & (rides[:, 1] > box[1])))
