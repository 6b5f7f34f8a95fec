"""Lines that nobody should cross, and who crosses them; sides by the position's covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from patrol.windows import Windows
from perception.followed import Followed


class Direction(StrEnum):
    """Across a line, seen from its first point to its second."""

    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a map: two points in map metres, when it is watched and which way."""

    id: str
    map_id: str
    from_map: tuple[float, float]
    to_map: tuple[float, float]
    direction: Direction = Direction.BOTH
    windows: str = ""  # opening_hours words of the map's local time; empty: always

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("id: must not be empty")
        if not math.dist(self.from_map, self.to_map) >= 0.5:
            raise ValueError(f"to_map: {list(self.to_map)} is not 0.5 m or more from from_map")
        Windows.parse(self.windows)


class WatchedLine:
    """A line with its geometry."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._start = np.array(line.from_map)
        along = np.array(line.to_map) - self._start
        self.length_m = float(np.hypot(*along))
        self._along = along / self.length_m
        self._left = np.array([-self._along[1], self._along[0]])

    def side(self, one: Followed, sigmas: float) -> int:
        """1 surely left of it, -1 surely right, 0 not known."""
        offset = float((np.array(one.place) - self._start) @ self._left)
        sigma = math.sqrt(max(float(self._left @ one.covariance @ self._left), 0.0))
        if abs(offset) < sigmas * sigma:
            return 0
        return 1 if offset > 0 else -1

    def along_m(self, place: tuple[float, float]) -> float:
        """How far along it a place is."""
        return float((np.array(place) - self._start) @ self._along)


@dataclass(frozen=True, slots=True)
class _Sided:
    stamp_s: float
    side: int
    along_m: float


class LineWatch:
    """Remembers on which side everybody was last for sure."""

    def __init__(self, sigmas: float, within_s: float) -> None:
        self._sigmas, self._within_s = sigmas, within_s
        self._last: dict[tuple[str, int], _Sided] = {}

    def step(
        self, lines: Sequence[WatchedLine], people: Sequence[Followed], stamp_s: float
    ) -> list[tuple[WatchedLine, Followed]]:
        """Who got over which line in this picture, in a direction that is watched."""
        self._last = {
            key: was for key, was in self._last.items() if stamp_s - was.stamp_s <= self._within_s
        }
        return [
            (line, one) for line in lines for one in people if self._crosses(line, one, stamp_s)
        ]

    def _crosses(self, line: WatchedLine, one: Followed, stamp_s: float) -> bool:
        side = line.side(one, self._sigmas)
        if side == 0:
            return False
        key = (line.line.id, one.track.track_id)
        was = self._last.get(key)
        now = _Sided(stamp_s, side, line.along_m(one.place))
        self._last[key] = now
        if was is None or was.side == side:
            return False
        between = 0 <= (was.along_m + now.along_m) / 2 <= line.length_m
        watched = {1: Direction.TO_LEFT, -1: Direction.TO_RIGHT}[side]
        return between and line.line.direction in (Direction.BOTH, watched)
