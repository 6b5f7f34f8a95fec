"""Company: who else is near somebody, or was a moment ago.

A detector puts two boxes on one body now and then, and a body's track is lost and found again
under another number. Neither is company: a box that is a part of another's at the same place, and
a track that ended where, and before, somebody's own began.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perception.followed import Followed

_LEAST_LOOKS = 3  # fewer are no body
_PART = 0.7  # of its own area that lies within another's box
_SHORTER = 0.8  # of that one's height: as tall a box is somebody behind
_SAME_PLACE_M = 1.0
_WALKS_MPS = 1.5


@dataclass(slots=True)
class _Seen:
    """One track as it was seen."""

    began: tuple[float, float]
    first_s: float
    place: tuple[float, float]
    last_s: float
    looks: int = 0
    parts: int = 0  # of the looks: those within another's box


class Company:
    """Everybody of the last `company_s` seconds; near is `company_m` beyond the place's doubt."""

    def __init__(self, company_m: float, company_s: float) -> None:
        self._company_m, self._company_s = company_m, company_s
        self._seen: dict[int, _Seen] = {}

    def step(self, people: Sequence[Followed], stamp_s: float) -> None:
        """Take one picture."""
        for person in people:
            key, place = person.track.track_id, person.place
            seen = self._seen.setdefault(key, _Seen(place, stamp_s, place, stamp_s))
            seen.place, seen.last_s = place, stamp_s
            seen.looks += 1
            seen.parts += any(_is_part(person, o) for o in people if o is not person)
        since_s = stamp_s - self._company_s
        self._seen = {key: seen for key, seen in self._seen.items() if seen.last_s >= since_s}

    def is_alone(self, person: Followed) -> bool:
        """Whether nobody else is or was near; of somebody in the last picture."""
        me = self._seen[person.track.track_id]
        return not any(
            other.looks >= _LEAST_LOOKS and _is_another(me, other)
            for other in self._near(person, me)
        )

    def may_have_come(self, person: Followed) -> bool:
        """Whether somebody shows near in this picture of whom too few looks are known as yet."""
        me = self._seen[person.track.track_id]
        return any(
            other.looks < _LEAST_LOOKS and other.last_s == me.last_s and _is_another(me, other)
            for other in self._near(person, me)
        )

    def _near(self, person: Followed, me: _Seen) -> list[_Seen]:
        reach_m = self._company_m + person.sigma_m
        others = [other for other in self._seen.values() if other is not me]
        return [other for other in others if math.dist(person.place, other.place) <= reach_m]


def _is_another(me: _Seen, other: _Seen) -> bool:
    """Whether a track is another body's, not mine once more."""
    if 2 * other.parts > other.looks:
        return False
    gap_s = me.first_s - other.last_s
    reach_m = _SAME_PLACE_M + _WALKS_MPS * gap_s
    return gap_s <= 0 or math.dist(me.began, other.place) > reach_m


def _is_part(one: Followed, other: Followed) -> bool:
    """Whether a box shows a part of the body that another one shows."""
    a, b = one.track.observation.box_xyxy, other.track.observation.box_xyxy
    if a[3] - a[1] > _SHORTER * (b[3] - b[1]):
        return False
    across = max(float(min(a[2], b[2]) - max(a[0], b[0])), 0.0)
    down = max(float(min(a[3], b[3]) - max(a[1], b[1])), 0.0)
    area = max(float((a[2] - a[0]) * (a[3] - a[1])), 1.0)
    doubt_m = _SAME_PLACE_M + one.sigma_m + other.sigma_m
    return across * down > _PART * area and math.dist(one.place, other.place) <= doubt_m
