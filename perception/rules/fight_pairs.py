"""Two people near one another, and the place where such a pair has been for some seconds."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.covariance import Covariance, told_covariance
from perception.followed import Followed
from perception.motion import Look
from perception.rules.fight_spot import drift_mps, extent_m, to_and_fro_mps

_BODY_M = 1.7  # a box's height is about that
_MOST_DOUBT_M = 1.5
_CHANGE_S = 1.0  # over which a box's shape is compared
_UNKNOWN = 0.4  # share of blows that is assumed of a pair nobody has looked at yet


class Body(Struct, frozen=True):
    """One person of a picture with what all of their pairs ask for."""

    person: Followed
    box_xyxy: NDArray[np.float64]
    middle_px: float
    height_px: float
    place: tuple[float, float]
    sigma_m: float
    box_change: float  # of the box's shape: standard deviation of its aspect over the last looks

    @classmethod
    def of(cls, person: Followed) -> Body:
        """As this picture shows them."""
        box = person.track.observation.box_xyxy
        x1, y1, x2, y2 = box.tolist()
        middle, height = (x1 + x2) / 2, max(y2 - y1, 1.0)
        aspects = [look.aspect for look in person.recent(_CHANGE_S)]
        mean = sum(aspects) / len(aspects)
        change = math.sqrt(sum([(aspect - mean) ** 2 for aspect in aspects]) / len(aspects))
        return cls(person, box, middle, height, person.place, person.sigma_m, change)


class Pair(Struct, frozen=True):
    """Two people of one picture, in the order they stand in it."""

    left: Body
    right: Body
    place: tuple[float, float]  # the middle between them, map metres

    @classmethod
    def of(cls, one: Body, other: Body) -> Pair:
        """In the picture's order."""
        left, right = (one, other) if one.middle_px <= other.middle_px else (other, one)
        (x, y), (right_x, right_y) = left.place, right.place
        return cls(left, right, ((x + right_x) / 2, (y + right_y) / 2))

    @property
    def apart_m(self) -> float:
        """Between their places."""
        return math.dist(self.left.place, self.right.place)

    @property
    def sigma_m(self) -> float:
        """Of the middle."""
        return math.hypot(self.left.sigma_m, self.right.sigma_m) / 2

    @property
    def position_covariance_m2(self) -> Covariance:
        """Of the middle, as findings tell it."""
        return told_covariance((self.left.person.covariance + self.right.person.covariance) / 4)

    @property
    def together_mps(self) -> float:
        """How fast both move the same way, less one standard deviation; 0 where unknown."""
        one, other = self.left.person.motion, self.right.person.motion
        doubt = math.hypot(one.sigma_mps, other.sigma_mps) / 2
        speed = math.hypot(one.vx_mps + other.vx_mps, one.vy_mps + other.vy_mps) / 2
        return max(speed - doubt, 0.0)

    @property
    def slower_mps(self) -> float:
        """How fast both go, whichever way, less one standard deviation; 0 where unknown."""
        motions = self.left.person.motion, self.right.person.motion
        return max(min(one.speed_mps - one.sigma_mps for one in motions), 0.0)

    @property
    def box_change(self) -> float:
        """How much the calmer one's box changes its shape."""
        return min(self.left.box_change, self.right.box_change)

    @property
    def box_xyxy(self) -> NDArray[np.float64]:
        """Around both."""
        a, b = self.left.box_xyxy, self.right.box_xyxy
        return np.concatenate((np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])))


def pairs_within(bodies: Sequence[Body], reach_m: float) -> list[Pair]:
    """All pairs who are surely no further apart than that.

    "Surely" is the greater of their distance across the picture, and in the map less its doubt.
    """
    if len(bodies) < 2:
        return []
    x, y, sigma, middle, height = np.array(
        [(*b.place, b.sigma_m, b.middle_px, b.height_px) for b in bodies]
    ).T
    across = np.abs(middle[:, None] - middle) / np.maximum(height[:, None], height) * _BODY_M
    one, other = np.nonzero(across <= reach_m)
    one, other = one[one < other], other[one < other]
    doubt = np.minimum(np.hypot(sigma[one], sigma[other]), _MOST_DOUBT_M)
    near = np.hypot(x[one] - x[other], y[one] - y[other]) - doubt <= reach_m
    return [
        Pair.of(bodies[left], bodies[right])
        for left, right in zip(one[near].tolist(), other[near].tolist(), strict=True)
    ]


class Stand(Struct, frozen=True):
    """Where a pair was in one picture."""

    stamp_s: float
    place: tuple[float, float]  # the filters', map metres
    left: Look
    right: Look

    @classmethod
    def of(cls, pair: Pair, stamp_s: float) -> Stand:
        """Of the picture that shows them now."""
        return cls(stamp_s, pair.place, pair.left.person.looks[-1], pair.right.person.looks[-1])


@dataclass(slots=True)
class Scuffle:
    """A place where two people are near one another, with the looks at their limbs."""

    key: int
    place: tuple[float, float]
    began_s: float
    seen_s: float = 0.0
    looks: deque[tuple[float, int, float]] = field(default_factory=deque)  # when, side, speed
    trail: deque[Stand] = field(default_factory=deque)
    raised: bool = False
    struck_s: float = 0.0

    def move(self, pair: Pair, stamp_s: float, window_s: float) -> None:
        """Seen once more."""
        if stamp_s - self.seen_s > window_s and not self.raised:
            self.began_s = stamp_s
        self.place, self.seen_s = pair.place, stamp_s
        self.trail.append(Stand.of(pair, stamp_s))

    def drop_before(self, stamp_s: float) -> None:
        """Looks older than that say nothing of now."""
        while self.looks and self.looks[0][0] < stamp_s:
            self.looks.popleft()
        while self.trail and self.trail[0].stamp_s < stamp_s:
            self.trail.popleft()

    def struck(self, speed: float) -> tuple[float, tuple[int, int], int]:
        """The share of blows among the looks, the blows of either side, and all looks."""
        blows = [side for _, side, moved in self.looks if moved >= speed]
        count = len(self.looks)
        return len(blows) / max(count, 1), (blows.count(0), blows.count(1)), count

    def lasted_s(self, speed: float) -> float:
        """From the first blow to the last."""
        blows = [stamp_s for stamp_s, _, moved in self.looks if moved >= speed]
        return blows[-1] - blows[0] if blows else 0.0

    def promise(self, speed: float) -> float:
        """How much a further look here is worth: the more blows were seen, the more."""
        share, _, count = self.struck(speed)
        return (share * count + 2 * _UNKNOWN) / (count + 2)

    @property
    def middle(self) -> tuple[float, float]:
        """Where: the median of the last places, for who strikes is badly placed now and then."""
        if not self.trail:
            return self.place
        x, y = np.median([stand.place for stand in self.trail], axis=0)
        return float(x), float(y)

    @property
    def there_s(self) -> float:
        """How long they have been near one another, of the time that is remembered."""
        return self.trail[-1].stamp_s - self.trail[0].stamp_s if self.trail else 0.0

    def stays(self, spot_m: float, runs_mps: float, strolls_mps: float) -> bool:
        """Whether the pair keeps to a spot, and neither runs to and fro there nor strolls past."""
        if extent_m(np.array([stand.place for stand in self.trail])) > spot_m:
            return False
        trail = sorted(self.trail, key=lambda stand: stand.stamp_s)  # cameras take turns
        middles = np.array([np.add(stand.left.place, stand.right.place) for stand in trail]) / 2
        doubts = np.array([stand.left.covariance + stand.right.covariance for stand in trail]) / 4
        stamps_s = np.array([stand.stamp_s for stand in trail])
        if drift_mps(stamps_s, middles, doubts) > strolls_mps:
            return False
        return to_and_fro_mps(stamps_s, middles, doubts) <= runs_mps
