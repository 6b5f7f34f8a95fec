"""Where something of a thing's size stands free, by lidar, and since when.

A group of neighbouring returns that is no wider than a thing, with what lies beside it further
off, is something that stands free: a suitcase, a carton, a post, a pair of legs. Groups that are
found again at the same place are a spot. Spots that were seen a few times are kept in memory, so
that it is known of a thing whether it was there before. What is lower than the lidar looks is not
seen, and a lidar cannot tell a thing from somebody who stands still: that is for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_OLD_SHARE = 0.9  # of a spot's place in its new one


@dataclass(frozen=True, slots=True)
class SpotConfig:
    """What counts as one thing, and how long spots are kept."""

    far_m: float = 22.0  # from the lidar; further off a thing is one beam wide
    widest_m: float = 1.3
    join_m: float = 0.12  # returns so near are of one thing, and this share of the range more
    join_share: float = 0.02
    free_m: float = 0.3  # what lies beside it is so much further off
    same_m: float = 0.35  # from picture to picture
    proven_looks: int = 4
    unproven_s: float = 1.5  # without a look
    keep_s: float = 7200.0
    most: int = 300  # spots; the one that was not seen for longest is forgotten

    def __post_init__(self) -> None:
        for name, most in (
            ("far_m", 60.0), ("widest_m", 5.0), ("join_m", 1.0), ("join_share", 0.2),
            ("free_m", 5.0), ("same_m", 2.0), ("unproven_s", 60.0), ("keep_s", 1e6),
        ):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if self.proven_looks < 2:
            raise ValueError(f"proven_looks: {self.proven_looks} must be at least 2")
        if not 1 <= self.most <= 5000:
            raise ValueError(f"most: {self.most} must be 1 to 5000")


@dataclass(slots=True)
class Spot:
    """Something that stands at a place: map metres, its width across the view, when seen."""

    x_m: float
    y_m: float
    width_m: float
    first_s: float
    last_s: float
    looks: int = 1

    @property
    def place(self) -> tuple[float, float]:
        """Where, map metres."""
        return self.x_m, self.y_m


def groups_of(returns: Floats, lidar_base: tuple[float, float], config: SpotConfig) -> Floats:
    """What stands free: rows (n, 3) of middle x, y (frame of the returns) and width, m.

    `returns` (k, 2) are in order of their angle, as a scan gives them, `lidar_base` is where they
    were taken from.
    """
    if len(returns) == 0:
        return np.empty((0, 3))
    ranges = np.hypot(returns[:, 0] - lidar_base[0], returns[:, 1] - lidar_base[1])
    steps = np.hypot(*np.diff(returns, axis=0).T)
    nearer = np.minimum(ranges[1:], ranges[:-1])
    cuts = np.flatnonzero(steps > config.join_m + config.join_share * nearer) + 1
    starts, ends = np.concatenate(([0], cuts)), np.concatenate((cuts, [len(returns)]))
    counts = ends - starts
    first, last = returns[starts], returns[ends - 1]
    widths = np.hypot(*(last - first).T)
    least = np.minimum.reduceat(ranges, starts)
    padded = np.concatenate(([np.inf], ranges, [np.inf]))
    beside = np.minimum(padded[starts], padded[ends + 1])  # of the returns before and behind
    free = beside > np.maximum(ranges[starts], ranges[ends - 1]) + config.free_m
    good = free & (widths <= config.widest_m) & (least <= config.far_m)
    middles = np.add.reduceat(returns, starts, axis=0) / counts[:, None]
    return np.asarray(np.column_stack((middles, widths))[good], np.float64)


class SpotLog:
    """The spots of the last pictures, and those that were there before."""

    def __init__(self, config: SpotConfig | None = None) -> None:
        self.config = config or SpotConfig()
        self.known: list[Spot] = []
        self._places = np.empty((0, 2))

    def step(self, groups: Floats, stamp_s: float) -> None:
        """Take a picture's groups (n, 3): x, y in the map, width."""
        fresh = [self._new_or_seen(row, stamp_s) for row in groups]
        known = [spot for spot in self.known if self._is_kept(spot, stamp_s)]
        known += [spot for spot in fresh if spot is not None]
        if len(known) > self.config.most:
            known = sorted(known, key=lambda spot: spot.last_s)[-self.config.most :]
        self.known = known
        self._places = np.array([spot.place for spot in known]).reshape(-1, 2)

    def near(self, place: tuple[float, float], within_m: float) -> Sequence[Spot]:
        """Proven spots near a place, nearest first."""
        if not len(self.known):
            return ()
        away = np.hypot(*(self._places - np.array(place)).T)
        order = [index for index in np.argsort(away).tolist() if away[index] <= within_m]
        spots = [self.known[index] for index in order]
        return [spot for spot in spots if spot.looks >= self.config.proven_looks]

    def _new_or_seen(self, row: Floats, stamp_s: float) -> Spot | None:
        """A spot that is new; None where it is a known one, which is seen again."""
        x, y, width = row.tolist()
        if len(self._places):
            away = np.hypot(self._places[:, 0] - x, self._places[:, 1] - y)
            index = int(np.argmin(away))
            if away[index] <= self.config.same_m:
                self._again(self.known[index], x, y, width, stamp_s)
                return None
        return Spot(x, y, width, stamp_s, stamp_s)

    def _again(self, spot: Spot, x: float, y: float, width: float, stamp_s: float) -> None:
        spot.x_m = _OLD_SHARE * spot.x_m + (1 - _OLD_SHARE) * x
        spot.y_m = _OLD_SHARE * spot.y_m + (1 - _OLD_SHARE) * y
        spot.width_m = _OLD_SHARE * spot.width_m + (1 - _OLD_SHARE) * width
        spot.last_s, spot.looks = stamp_s, spot.looks + 1

    def _is_kept(self, spot: Spot, stamp_s: float) -> bool:
        config = self.config
        proven = spot.looks >= config.proven_looks
        age_s = stamp_s - spot.last_s
        return 0 <= age_s <= (config.keep_s if proven else config.unproven_s)
