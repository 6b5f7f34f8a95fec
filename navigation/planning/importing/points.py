"""Points of ways in map metres by their id, and new ones between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

XY = tuple[float, float]
POSITION_DECIMALS = 3  # millimetres


class Points:
    """Positions by id; a new point gets an id below all others."""

    def __init__(self, positions: Mapping[int, XY]) -> None:
        self._positions = dict(positions)
        self._next = min(0, min(self._positions, default=0)) - 1

    def __getitem__(self, ref: int) -> XY:
        return self._positions[ref]

    def add(self, xy: XY) -> int:
        """The id of a new point."""
        ref = self._next
        self._positions[ref] = (round(xy[0], POSITION_DECIMALS), round(xy[1], POSITION_DECIMALS))
        self._next -= 1
        return ref

    def distance_m(self, a: int, b: int) -> float:
        """Between two points, straight."""
        return math.dist(self._positions[a], self._positions[b])

    def along_m(self, refs: Sequence[int]) -> list[float]:
        """How far along a line each of its points lies, from 0."""
        return list(accumulate((self.distance_m(a, b) for a, b in pairwise(refs)), initial=0.0))

    def length_m(self, refs: Sequence[int]) -> float:
        """Of a line over points."""
        return sum(self.distance_m(a, b) for a, b in pairwise(refs))
