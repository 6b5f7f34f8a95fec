"""Where people have stopped, and whether they have gone away from there again.

Who stays within a step of one place for `dwell_s` stops there: long enough to put something down,
longer than it takes to walk past. A stop is left when somebody who was there is seen to be away
from it and nobody else is near, or when nobody has been seen near it for `lost_s` though it is in
view. Tracks break when somebody bends down: one that begins at a stop soon after somebody was
seen there is theirs, and a box on the same feet with its head too low, which belongs to nobody
there, is who bends down.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from perception.followed import Followed
from perception.ground_projection import GroundProjector
from perception.motion import Look
from perception.trails import StopConfig, Trails

Floats = NDArray[np.float64]

_LOW_SHARE = 0.85  # of the usual height: who bends down
_KEPT_HEIGHTS = 50  # of one person at one stop: 10 s
_FEET_SHARE = 0.15  # of somebody's height in the picture: how far off feet may be that are theirs
_PERSON_WIDE_M = 0.55
_WARM_EDGE_RAD = 0.003  # half a pixel of a thermal camera: 57 degrees over 160


@dataclass(slots=True, eq=False)
class Stop:
    """A place where somebody stopped: map metres; `left_s` None while nobody was seen to leave."""

    x_m: float
    y_m: float
    rise_m: float  # of the ground there over the vehicle's plane, when somebody stood there
    arrived_s: float
    seen_s: float  # somebody at it
    near_s: float  # somebody near it
    left_s: float | None = None
    low_looks: int = 0  # at somebody who bends down or crouches there
    people: set[int] = field(default_factory=set)  # track ids
    heights_m: dict[int, deque[float]] = field(default_factory=dict)  # of looks there, by track

    def see_height(self, key: int, height_m: float) -> None:
        """Note how tall somebody is at it; NaN: not known."""
        if not math.isnan(height_m):
            self.heights_m.setdefault(key, deque(maxlen=_KEPT_HEIGHTS)).append(height_m)

    @property
    def usual_height_m(self) -> float:
        """Of who was seen there most; NaN: nobody was, or not whole."""
        most = max(self.heights_m.values(), key=len, default=())
        return statistics.median(most) if most else math.nan

    def leave(self, stamp_s: float) -> None:
        """Nobody is there any more: who bent down as they came into view is known only now."""
        self.left_s = stamp_s
        for heights_m in self.heights_m.values():
            usual_m = statistics.median(heights_m)
            low = sum(height_m < _LOW_SHARE * usual_m for height_m in heights_m)
            self.low_looks = max(self.low_looks, low)

    @property
    def place(self) -> tuple[float, float]:
        """Where, map metres."""
        return self.x_m, self.y_m


class _Seen(Struct, frozen=True):
    """Somebody in this picture: map metres, and one standard deviation of that."""

    followed: Followed
    key: int  # the track's id
    place: tuple[float, float]
    sigma_m: float


class StopLog:
    """Stops of the last minutes; `step` once for each picture."""

    def __init__(self, config: StopConfig | None = None) -> None:
        self.config = config or StopConfig()
        self.known: list[Stop] = []
        self._trails = Trails(self.config)

    def step(
        self,
        people: Sequence[Followed],
        projector: GroundProjector,
        stamp_s: float,
        boxes: Floats | None = None,
    ) -> tuple[list[Stop], list[Stop]]:
        """Take who is seen in a picture; gives the stops that are new and those just left.

        `boxes` (n, 4) px are of all people in it, those who are not followed, too.
        """
        seen = [_Seen(one, one.track.track_id, one.place, min(one.sigma_m, 1.0)) for one in people]
        seen = [one for one in seen if math.isfinite(sum(one.place) + one.sigma_m)]
        apart_m = _distances([one.place for one in seen], [stop.place for stop in self.known])
        before, theirs = list(self.known), self._maybe_theirs(seen, apart_m)
        new: list[Stop] = []
        for one, may_be in zip(seen, theirs, strict=True):
            if self._trails.add(one.key, one.place, stamp_s):
                self._join(one, stamp_s)
            place = self._trails.stays_at(one.key, one.sigma_m, stamp_s)
            if place is None or self._stands_at_known(one, place, may_be, stamp_s):
                continue
            if all(math.dist(stop.place, place) > self.config.within_m for stop in new):
                new.append(self._stop(one, place, stamp_s))
        left = []
        by_key = {one.key: index for index, one in enumerate(seen)}
        nearest_m = apart_m.min(axis=0, initial=math.inf).tolist()
        for number, stop in enumerate(before):
            if stop.left_s is not None:
                continue
            if nearest_m[number] <= self.config.leave_m:
                stop.near_s = stamp_s
                if nearest_m[number] <= self.config.within_m:
                    self._is_at(stop, seen, apart_m[:, number], stamp_s)
            elif self._is_left(stop, seen, apart_m[:, number], by_key, projector, stamp_s):
                stop.leave(stamp_s)
                left.append(stop)
        if boxes is not None and len(boxes):
            self._see_bent_unfollowed(before, boxes, projector, stamp_s)
        self._forget(new, stamp_s)
        return new, left

    def _forget(self, new: Sequence[Stop], stamp_s: float) -> None:
        self._trails.forget(stamp_s)
        keep_s = self.config.keep_s
        kept = [stop for stop in self.known if 0 <= stamp_s - stop.seen_s <= keep_s]
        self.known = [*kept, *new][-self.config.most :]

    def _join(self, one: _Seen, stamp_s: float) -> None:
        """Whose track begins now at a stop, soon after somebody was seen there, was there."""
        config = self.config
        for stop in self.known:
            gap_s = stamp_s - stop.seen_s
            reach_m = config.rejoin_m + config.rejoin_mps * gap_s
            if 0 <= gap_s <= config.rejoin_s and math.dist(one.place, stop.place) <= reach_m:
                stop.people.add(one.key)

    def _maybe_theirs(self, seen: Sequence[_Seen], apart_m: Floats) -> list[list[Stop]]:
        """Of each of them, the known stops at which they may stay, by distances (seen, stops)."""
        found: list[list[Stop]] = [[] for _ in seen]
        reach_m = np.array([self.config.within_m + 0.5 * one.sigma_m for one in seen])
        for index, number in np.argwhere(apart_m <= 2 * reach_m[:, None]).tolist():
            found[index].append(self.known[number])
        return found

    def _stands_at_known(
        self, one: _Seen, place: tuple[float, float], may_be: Sequence[Stop], stamp_s: float
    ) -> bool:
        """Whether somebody stays at one of some known stops."""
        reach_m = self.config.within_m + 0.5 * one.sigma_m
        for stop in may_be:
            if math.dist(stop.place, place) <= reach_m:
                stop.low_looks += _is_low(one.followed)
                stop.see_height(one.key, one.followed.looks[-1].height_m)
                stop.seen_s, stop.near_s, stop.left_s = stamp_s, stamp_s, None
                stop.people.add(one.key)
                return True
        return False

    def _stop(self, one: _Seen, place: tuple[float, float], stamp_s: float) -> Stop:
        rise_m = one.followed.track.observation.point.rise_m
        arrived_s = self._trails.near_since_s(place, stamp_s)
        stop = Stop(*place, rise_m, arrived_s, stamp_s, stamp_s, people={one.key})
        looks = len(self._trails.recent(one.key, stamp_s))
        stop.low_looks = sum(_is_low(one.followed, back) for back in range(looks))
        for look in list(one.followed.looks)[-looks:]:
            stop.see_height(one.key, look.height_m)
        return stop

    def _is_at(self, stop: Stop, seen: Sequence[_Seen], apart_m: Floats, stamp_s: float) -> None:
        """Somebody is at a stop; `apart_m` (people,) are from everybody."""
        there = np.flatnonzero(apart_m <= self.config.within_m).tolist()
        stop.people.update(seen[index].key for index in there)
        stop.seen_s = stamp_s

    def _see_bent_unfollowed(
        self, stops: Sequence[Stop], boxes: Floats, projector: GroundProjector, stamp_s: float
    ) -> None:
        """Note who has just been at a stop and bends so far down there that their track broke.

        Who walks on, away from the vehicle or towards it, keeps the head about as high.
        """
        gone = [
            (stop, height_m)
            for stop in stops
            if stop.left_s is None
            and 0 < stamp_s - stop.seen_s <= self.config.rejoin_s
            and not math.isnan(height_m := stop.usual_height_m)
        ]
        if not gone:
            return
        places = np.array([stop.place for stop, _ in gone])
        sizes = np.array([(_PERSON_WIDE_M, height_m) for _, height_m in gone])
        whole = projector.boxes_at(places, sizes, np.array([stop.rise_m for stop, _ in gone]))
        left, head, right, feet = whole.T[..., None]  # NaN, behind the camera: none is there
        tall = feet - head
        middles, tops, lows = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1], boxes[:, 3]
        there = (left <= middles) & (middles <= right)
        there &= np.abs(lows - feet) <= _FEET_SHARE * tall
        bends = (there & (feet - tops < _LOW_SHARE * tall)).any(axis=1)
        for (stop, _), bent in zip(gone, bends.tolist(), strict=True):
            stop.low_looks += bent

    def _is_left(
        self,
        stop: Stop,
        seen: Sequence[_Seen],
        apart_m: Floats,
        by_key: Mapping[int, int],
        projector: GroundProjector,
        stamp_s: float,
    ) -> bool:
        """Whether a stop with nobody near is left; `apart_m` (people,) are from everybody.

        `by_key` tells where among them a track is.
        """
        config = self.config
        theirs = [by_key[key] for key in stop.people if key in by_key]
        if any(apart_m[index] > config.leave_m + seen[index].sigma_m for index in theirs):
            return True
        told_s = stamp_s - config.lost_s / 2
        if stop.near_s < told_s and not projector.in_view(*stop.place):
            stop.near_s = told_s  # nobody can tell
        return stamp_s - stop.near_s > config.lost_s


def _distances(
    ones: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> Floats:
    """(ones, others) m."""
    (x, y), (other_x, other_y) = (
        np.array(row, np.float64).reshape(-1, 2).T for row in (ones, others)
    )
    return np.asarray(np.hypot(x[:, None] - other_x, y[:, None] - other_y), np.float64)


def _is_low(one: Followed, back: int = 0) -> bool:
    """Whether somebody is clearly lower in a look (counted from the newest) than usual."""
    if back >= len(one.looks):
        return False
    look = one.looks[-1 - back]
    if not math.isnan(look.warm_height_m):
        return _is_low_by_warmth(one, look)
    return look.height_m < _LOW_SHARE * one.height_m  # NaN is low never


def _is_low_by_warmth(one: Followed, look: Look) -> bool:
    """The same of a warm box: how tall somebody is it does not tell, how they shrink it does."""
    others = [own.warm_height_m for own in one.looks if not math.isnan(own.warm_height_m)]
    edge_m = _WARM_EDGE_RAD * one.track.observation.point.range_m
    return look.warm_height_m < _LOW_SHARE * statistics.median(others) - edge_m
