"""What has been seen of people while somebody is looked for, and forgotten with them.

A look costs a skeleton, so few are taken a picture, of those whose last look is longest ago.
Several looks at one person are one reading: the median colour of each half, less certain where the
looks differ.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from perception.appearance import HalfColour, Reading, Vector, read_colours
from perception.detectors.base import Embedder, Image, PoseDetector, Skeleton
from perception.followed import Followed
from perception.looks import UPRIGHT, skeleton_in, square_around
from perception.rules.base import Scene
from perception.rules.missing_person_config import LooksConfig
from perception.rules.old_age import AgeLooks
from perception.rules.old_age_config import OldAgeConfig
from perception.tracking import iou

_SHOULDERS, _HIPS, _KNEES = (5, 6), (11, 12), (13, 14)
_STANDS = 0.5  # thighs to trunk in the picture: 0.6 to 0.85 of who stands, under 0.3 of who sits
_OF_ONE = 0.6  # overlap of two boxes of the same body
_LEAST_SIDE_PX = 48.0  # of a crop
_SPREAD = 1.4826  # of a median deviation, as a standard deviation


@dataclass(slots=True)
class Wearer:
    """The looks at one person, newest last."""

    readings: deque[Reading]
    stands: deque[bool]
    heights_m: deque[tuple[float, float]]  # of who stood, whole in view, with one sigma
    embeddings: deque[Vector]
    age: AgeLooks
    first_s: float = 0.0  # when the first look was taken
    looked_at_s: float = 0.0

    @classmethod
    def keeping(cls, looks: int, age: OldAgeConfig | None = None, first_s: float = 0.0) -> Wearer:
        """One that keeps so many looks."""
        return cls(
            *(deque(maxlen=looks), deque(maxlen=looks), deque(maxlen=looks), deque(maxlen=looks)),
            AgeLooks(age or OldAgeConfig()),
            first_s,
        )

    @property
    def looks(self) -> int:
        """How many looks say something of the clothes."""
        return len(self.readings)

    @property
    def top(self) -> HalfColour | None:
        """The upper half of all looks."""
        return _together([(r.top, r.by_skeleton) for r in self.readings if r.top is not None])

    @property
    def trousers(self) -> HalfColour | None:
        """The lower half of all looks."""
        return _together(
            [(r.trousers, r.by_skeleton) for r in self.readings if r.trousers is not None]
        )

    @property
    def old_odds(self) -> float:
        """Logarithm of how much likelier an old person's hair and stoop are; 0 says nothing."""
        odds = self.age.odds()
        return odds["hair"] + odds["stoop"]

    @property
    def is_upright(self) -> bool:
        """Whether most skeletons stand; without any: not known to."""
        return bool(self.stands) and sum(self.stands) * 2 > len(self.stands)

    @property
    def height_m(self) -> tuple[float, float] | None:
        """How tall, and one sigma of it, by looks at who stood; None where there were none."""
        if not self.heights_m:
            return None
        height_m, sigma_m = np.median(np.array(self.heights_m), axis=0).tolist()
        return height_m, sigma_m


def _together(halves: Sequence[tuple[HalfColour, bool]]) -> HalfColour | None:
    """The median of looks at one half; those by skeleton alone where there are enough."""
    sure = [half for half, by_skeleton in halves if by_skeleton]
    used = sure if len(sure) >= 2 else [half for half, _ in halves]
    if not used:
        return None
    levels = np.array([half.levels for half in used])
    middle = np.asarray(np.median(levels, axis=0), np.float64)
    spread = _SPREAD * float(np.median(np.abs(levels - middle)))
    noise = float(np.median([half.noise for half in used]))
    return HalfColour(middle, math.hypot(noise, spread), used[-1].doubt)


@dataclass(slots=True)
class Wardrobe:
    """Everybody who was looked at, by track."""

    config: LooksConfig
    pose: PoseDetector | None
    age: OldAgeConfig = field(default_factory=OldAgeConfig)
    known: dict[int, Wearer] = field(default_factory=dict)

    def forget(self) -> None:
        """All of it."""
        self.known.clear()

    def step(self, scene: Scene, embedder: Embedder | None) -> None:
        """Forget who has gone, look at a few who are there."""
        live = {track.track_id for track in scene.tracks}
        self.known = {key: value for key, value in self.known.items() if key in live}
        due = sorted(
            (p for p in scene.pictured if self._is_due(p, scene)),
            key=lambda p: self._looked_at_s(p.track.track_id),
        )
        for person in due[: self.config.per_picture]:
            self._look(person, scene, embedder)

    def _looked_at_s(self, track_id: int) -> float:
        wearer = self.known.get(track_id)
        return -math.inf if wearer is None else wearer.looked_at_s

    def _is_due(self, person: Followed, scene: Scene) -> bool:
        box = person.track.observation.box_xyxy
        if not box[3] - box[1] >= self.config.min_height_px:  # False for NaN
            return False
        wearer = self.known.get(person.track.track_id)
        if wearer is not None and wearer.looks >= self.config.kept:
            rested = scene.stamp_s - wearer.looked_at_s >= self.config.again_after_s
            return rested and not self._is_covered(person, scene)
        return not self._is_covered(person, scene)

    def _is_covered(self, person: Followed, scene: Scene) -> bool:
        """Whether somebody nearer hides too much of a box."""
        own = person.track.observation
        x1, y1, x2, y2 = own.box_xyxy.tolist()
        for other in scene.people:
            theirs = other.track.observation
            if theirs.point.range_m >= own.point.range_m:
                continue
            left, top, right, bottom = theirs.box_xyxy.tolist()
            shared = max(min(x2, right) - max(x1, left), 0) * max(
                min(y2, bottom) - max(y1, top), 0
            )
            hidden = shared / ((x2 - x1) * (y2 - y1))
            if hidden > self.config.most_overlap and iou(own.box_xyxy, theirs.box_xyxy) <= _OF_ONE:
                return True
        return False

    def _look(self, person: Followed, scene: Scene, embedder: Embedder | None) -> None:
        box = person.track.observation.box_xyxy
        skeleton = self._skeleton(box, scene.image_bgr)
        fresh = Wearer.keeping(self.config.kept, self.age, scene.stamp_s)
        wearer = self.known.setdefault(person.track.track_id, fresh)
        wearer.looked_at_s = scene.stamp_s
        speed_mps = person.motion.speed_mps
        wearer.age.look(scene.image_bgr, box, skeleton, speed_mps, scene.stamp_s)
        reading = read_colours(scene.image_bgr, box, skeleton, self.config.keypoint_score)
        if not reading.says_something:
            return
        wearer.readings.append(reading)
        stands = None if skeleton is None else _stands(skeleton, self.config.keypoint_score)
        if stands is not None:
            wearer.stands.append(stands)
        newest, point = person.looks[-1], person.track.observation.point
        if stands and math.isfinite(newest.height_m):
            sigma_m = newest.height_m * person.sigma_m / max(point.range_m, 1.0)
            wearer.heights_m.append((newest.height_m, sigma_m))  # as the range is doubted
        if embedder is not None:
            wearer.embeddings.append(embedder.embed(_crop(scene.image_bgr, box)))

    def _skeleton(self, box: Vector, image: Image) -> Skeleton | None:
        """The one in the box; None for that of a neighbour."""
        if self.pose is None:
            return None
        shape = (image.shape[0], image.shape[1])
        region = square_around(box, 1.3, _LEAST_SIDE_PX, shape)
        found = skeleton_in(image, region, UPRIGHT, self.pose, box)
        if found is None:
            return None
        trunk = found.keypoints[[*_SHOULDERS, *_HIPS], :2].mean(axis=0)
        inside = (box[:2] <= trunk).all() and (trunk <= box[2:]).all()
        middle = abs(float(trunk[0]) - float(box[0] + box[2]) / 2)
        return found if inside and middle <= 0.3 * float(box[2] - box[0]) else None


def _stands(skeleton: Skeleton, least_score: float) -> bool | None:
    """By thighs as against the trunk, in the picture; None where they are not seen."""
    points = skeleton.keypoints[[*_SHOULDERS, *_HIPS, *_KNEES]]
    if (points[:, 2] < least_score).any():
        return None
    shoulders, hips, knees = points[:, 1].reshape(3, 2).mean(axis=1).tolist()
    return bool(knees - hips > _STANDS * (hips - shoulders) > 0)


def _crop(image: Image, box: Vector) -> Image:
    height, width = image.shape[:2]
    x1, y1 = np.maximum(np.floor(box[:2]).astype(int), 0)
    x2, y2 = int(min(np.ceil(box[2]), width)), int(min(np.ceil(box[3]), height))
    return image[y1:y2, x1:x2]
