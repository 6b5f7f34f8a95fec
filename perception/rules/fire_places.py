"""Places where something may burn: looks gathered in the map, picture by picture (`fire`)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.ground_projection import GroundPoint
from perception.rules.fire_looks import FlameLook

_SIGNS_KEPT = 40
_FLOOR_M, _FLOOR_SHARE = 0.3, 0.5  # looks share their errors: a place is never surer than that
_FRESH_S = 0.7  # looks further apart are not compared


@dataclass(frozen=True, slots=True)
class PlaceConfig:
    """When looks are of the same place."""

    join_m: float = 2.0
    forget_s: float = 3.0

    def __post_init__(self) -> None:
        if not 0 < self.join_m <= 10:
            raise ValueError(f"join_m: {self.join_m} must be in (0, 10]")
        if not 0 < self.forget_s <= 60:
            raise ValueError(f"forget_s: {self.forget_s} must be in (0, 60]")


@dataclass(frozen=True, slots=True)
class Sign:
    """One look at a place."""

    stamp_s: float
    size_m: float
    thermal: bool
    glow: float


@dataclass(slots=True)
class FirePlace:
    """Where something may burn."""

    key: int
    x_m: float
    y_m: float
    covariance: NDArray[np.float64]
    since_s: float
    signs: deque[Sign] = field(default_factory=lambda: deque(maxlen=_SIGNS_KEPT))
    raised: bool = False
    floor_m: float = math.inf

    @property
    def sigma_m(self) -> float:
        """One standard deviation of the larger axis."""
        return larger_sigma(self.covariance)

    def may_be_told(self, sure_m: float, waited_s: float, wait_s: float) -> bool:
        """Whether its place is known to `sure_m`, or a better view was waited for long enough."""
        return self.sigma_m <= sure_m or waited_s >= wait_s

    def take(self, look: FlameLook, stamp_s: float) -> None:
        """One more look."""
        self.signs.append(Sign(stamp_s, look.size_m, look.degrees_c is not None, look.glow))
        self._fuse(look.point)

    def _fuse(self, point: GroundPoint) -> None:
        """Kalman's update of a place that stays, no surer than half of its best look."""
        share = 4.0  # of the covariance: neighbouring looks tell little new
        gain = self.covariance @ np.linalg.inv(self.covariance + share * point.covariance)
        step = gain @ np.array([point.x_m - self.x_m, point.y_m - self.y_m])
        self.x_m, self.y_m = self.x_m + float(step[0]), self.y_m + float(step[1])
        self.covariance = (np.eye(2) - gain) @ self.covariance
        self.floor_m = min(self.floor_m, max(_FLOOR_M, _FLOOR_SHARE * point.sigma_m))
        if self.sigma_m < self.floor_m:
            self.covariance = self.covariance * (self.floor_m / self.sigma_m) ** 2


class FirePlaces:
    """All of them; `step` gives those that this picture shows."""

    def __init__(self, config: PlaceConfig) -> None:
        self._config = config
        self._places: list[FirePlace] = []
        self._made = 0

    def step(
        self, looks: Sequence[FlameLook], stamp_s: float
    ) -> list[tuple[FirePlace, FlameLook]]:
        """Give each place the widest look at it; the others are fragments of the same flames."""
        config = self._config
        self._places = [
            place
            for place in self._places
            if place.raised or stamp_s - place.signs[-1].stamp_s <= config.forget_s
        ]
        seen: dict[int, tuple[FirePlace, FlameLook]] = {}
        for look in sorted(looks, key=lambda one: (one.degrees_c is None, -one.size_m)):
            place = self._nearest(look.point) or self._new(look.point, stamp_s)
            seen.setdefault(place.key, (place, look))
        for place, look in seen.values():
            place.take(look, stamp_s)
        return list(seen.values())

    def _nearest(self, point: GroundPoint) -> FirePlace | None:
        def distance(place: FirePlace) -> float:
            return math.hypot(place.x_m - point.x_m, place.y_m - point.y_m)

        near = min(self._places, key=distance, default=None)
        if near is None:
            return None
        reach_m = max(self._config.join_m, 2.0 * max(near.sigma_m, point.sigma_m))
        return near if distance(near) <= reach_m else None

    def _new(self, point: GroundPoint, stamp_s: float) -> FirePlace:
        self._made += 1
        place = FirePlace(self._made, point.x_m, point.y_m, point.covariance.copy(), stamp_s)
        self._places.append(place)
        return place


def size_of(signs: Sequence[Sign]) -> float:
    """The middle size of some looks, m."""
    return float(np.median([sign.size_m for sign in signs]))


def flicker_of(signs: Sequence[Sign]) -> float:
    """How much the glow of one camera's looks goes up and down between pictures, as a share.

    Each look against the mean of its neighbours, so that what only grows, or comes nearer, does
    not flicker.
    """
    changes = [
        abs(math.log(b.glow) - (math.log(a.glow) + math.log(c.glow)) / 2)
        for a, b, c in zip(signs, signs[1:], signs[2:], strict=False)
        if min(a.glow, b.glow, c.glow) > 0 and c.stamp_s - a.stamp_s <= 2 * _FRESH_S
    ]
    return float(np.mean(changes)) if changes else 0.0
