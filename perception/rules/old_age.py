"""How old somebody looks: odds from several looks together, never from height alone.

No part is proof. Each says by how much (natural logarithm of a likelihood ratio, bounded) it is
likelier of an old person than of another grown-up who is about at that hour; they are added, as
if independent.

- **Hair** (`head_looks.py`): what lies above the eyes of a skeleton is bright in this light (the
  ground's), bright against the face, and of no colour: grey. Hats, hoods and umbrellas hide it; a
  light cap and bleached hair look the same. Where it is too dark for a skeleton, many looks at the
  top of a narrow box say half as much.
- **Stoop**: how far the trunk leans in the picture while the person walks. From before and behind
  nothing of it is seen, so an upright trunk says nothing.
- **Height**: the old are a little shorter; a weak word, for many of the young are as short.
- **Walk** (`course_of`): who goes to and fro or in circles has no aim (random, pacing, lapping);
  who walks straight on has one, and at a brisk pace is not frail.

Sources: grey hair: Panhard et al., British Journal of Dermatology 167 (2012) 865: three in four of
those between 45 and 65 have some, a quarter of their hair on average. Wandering:
Martino-Saltzman et al., The Gerontologist 31 (1991) 666: direct, random, pacing, lapping. Pace:
Bohannon, Age and Ageing 26 (1997) 15; below 0.8 m/s the old are frail (Abellan van Kan et al.,
Journal of Nutrition, Health and Aging 13 (2009) 881). Heights: Size Korea 2020: from 60 years on
women 1.54 m, men 1.66 m, others 1.61 and 1.73 m, sigma 0.06 m. Weights: rendered people, seeds 0
to 4 (docs/perception.md#measured).
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from perception.appearance import Vector
from perception.detectors.base import Image, Skeleton
from perception.rules.head_looks import HeadLook, head_by_box, head_look
from perception.rules.old_age_config import OldAgeConfig
from perception.rules.posture import torso_tilt_rad

_STEP_S = 0.5  # between places of a trail


@dataclass(frozen=True, slots=True)
class Course:
    """A way of some seconds: how long it was, how far it led, its briskest three seconds."""

    path_m: float
    net_m: float
    brisk_mps: float

    @property
    def strays(self) -> bool:
        """Much way, little gained: random, pacing or lapping."""
        return self.path_m >= 1.5 and self.net_m <= 0.5 * self.path_m

    @property
    def is_direct(self) -> bool:
        """From one place to another."""
        return self.net_m >= 4.0 and self.net_m >= 0.8 * self.path_m


def course_of(trail: Sequence[tuple[float, float, float]]) -> Course:
    """Of places (t, x, y) in a row, some `_STEP_S` apart."""
    if len(trail) < 2:
        return Course(0.0, 0.0, 0.0)
    path_m, here = 0.0, trail[0]
    for place in trail[1:]:  # steps below 0.4 m are how places tremble
        step_m = math.dist(place[1:], here[1:])
        if step_m >= 0.4:
            path_m, here = path_m + step_m, place
    brisk_mps, first = 0.0, 0
    for last, place in enumerate(trail):
        while place[0] - trail[first + 1][0] >= 3.0 and first + 1 < last:
            first += 1
        took_s = place[0] - trail[first][0]
        if took_s >= 3.0:
            brisk_mps = max(brisk_mps, math.dist(place[1:], trail[first][1:]) / took_s)
    return Course(path_m, math.dist(trail[0][1:], trail[-1][1:]), brisk_mps)


@dataclass(slots=True)
class AgeLooks:
    """What has been seen of one person that speaks of their age."""

    config: OldAgeConfig
    heads: deque[HeadLook] = field(init=False)
    by_box: deque[HeadLook] = field(init=False)
    tilts_rad: deque[float] = field(init=False)  # of the trunk, while walking
    heights_m: deque[float] = field(init=False)
    trail: deque[tuple[float, float, float]] = field(default_factory=deque)
    looked_at_s: float = -math.inf

    def __post_init__(self) -> None:
        self.heads = deque(maxlen=self.config.kept)
        self.by_box = deque(maxlen=self.config.kept)
        self.tilts_rad = deque(maxlen=self.config.kept)
        self.heights_m = deque(maxlen=self.config.kept)

    def move(self, stamp_s: float, place: tuple[float, float], height_m: float) -> None:
        """Note where they are, and how tall (NaN: not known)."""
        if not self.trail or stamp_s - self.trail[-1][0] >= _STEP_S - 1e-6:
            self.trail.append((stamp_s, *place))
        while stamp_s - self.trail[0][0] > self.config.trail_s:
            self.trail.popleft()
        if math.isfinite(height_m):
            self.heights_m.append(height_m)

    def is_due(self, now_s: float) -> bool:
        """Whether one more skeleton is worth its time."""
        looks = max(len(self.heads), len(self.by_box))
        rested = now_s - self.looked_at_s >= self.config.again_after_s
        return looks < self.config.kept or rested

    def look(
        self, image: Image, box: Vector, skeleton: Skeleton | None, speed_mps: float, now_s: float
    ) -> None:
        """Take one skeleton in a box (xyxy px); None: none was found."""
        self.looked_at_s = now_s
        by_box = head_by_box(image, box, self.config)
        if by_box is not None:
            self.by_box.append(by_box)
        if skeleton is None:
            return
        head = head_look(image, box, skeleton, self.config)
        if head is not None:
            self.heads.append(head)
        tilt_rad = torso_tilt_rad(skeleton)
        upright = tilt_rad is not None and tilt_rad < math.pi / 4
        if upright and speed_mps >= self.config.walks_mps:
            self.tilts_rad.append(tilt_rad or 0.0)

    def odds(self) -> dict[str, float]:
        """Each part's logarithm of a likelihood ratio, old against grown up; 0 says nothing."""
        return {
            "hair": self._by_hair(),
            "stoop": self._by_stoop(),
            "height": self._by_height(),
            "walk": self._by_walk(),
        }

    def _by_hair(self) -> float:
        if len(self.heads) >= self.config.min_looks:
            return _greyness(self.heads, self.config)
        if len(self.by_box) >= self.config.min_box_looks:
            return self.config.box_share * _greyness(self.by_box, self.config)
        return 0.0

    def _by_stoop(self) -> float:
        if len(self.tilts_rad) < self.config.min_looks // 2:
            return 0.0
        leans_rad = float(np.quantile(list(self.tilts_rad), 0.75))
        beyond = self.config.stoop_weight * (leans_rad - self.config.stoop_rad)
        return min(max(beyond, 0.0), self.config.most_by_stoop)

    def _by_height(self) -> float:
        if len(self.heights_m) < self.config.min_looks:
            return 0.0
        shorter_m = self.config.middle_height_m - statistics.median(self.heights_m)
        return _within(self.config.height_weight * shorter_m, self.config.most_by_height)

    def _by_walk(self) -> float:
        course = course_of(list(self.trail))
        if course.brisk_mps >= self.config.brisk_mps:
            return -self.config.brisk
        if course.is_direct:
            return -self.config.direct
        return self.config.strays if course.strays else 0.0


def _greyness(heads: Iterable[HeadLook], config: OldAgeConfig) -> float:
    """Of the median of some looks."""
    rows = np.array([(head.level, head.contrast, head.colour) for head in heads])
    level, contrast, colour = np.median(rows, axis=0).tolist()
    value = (
        config.level_weight * math.log(level / config.hair_level)
        + config.contrast_weight * math.log(contrast / config.hair_contrast)
        + config.colour_weight * (config.hair_colour - colour)
    )
    return _within(value, config.most_by_hair)


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))
