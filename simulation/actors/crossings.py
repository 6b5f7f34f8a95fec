"""Crossings: where walkers step onto a carriageway, and whether they may."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.map import PatrolMap

ENTRY_M = 0.9  # before the crosswalk's end people wait
LOOK_AHEAD_M = 1.6


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crosswalk from `start` to `end`, `half_width_m` to each side."""

    crosswalk_id: str
    start: tuple[float, float]
    end: tuple[float, float]
    half_width_m: float

    @property
    def length_m(self) -> float:
        """From kerb to kerb, more or less."""
        return math.dist(self.start, self.end)

    def local(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Metres along from the start, and to the left of the middle line."""
        ux, uy = self._unit()
        dx, dy = x_m - self.start[0], y_m - self.start[1]
        return dx * ux + dy * uy, dy * ux - dx * uy

    def holds(self, x_m: float, y_m: float) -> bool:
        """Whether a point is on the crosswalk, its ends left out."""
        along, left = self.local(x_m, y_m)
        return ENTRY_M < along < self.length_m - ENTRY_M and abs(left) <= self.half_width_m + 0.5

    def entered_between(self, a: tuple[float, float], b: tuple[float, float]) -> bool:
        """Whether somebody who goes from a to b steps onto the crosswalk."""
        return not self.holds(*a) and self.holds(*b)

    def _unit(self) -> tuple[float, float]:
        length = max(self.length_m, 1e-6)
        return (self.end[0] - self.start[0]) / length, (self.end[1] - self.start[1]) / length


def crossings_of(patrol_map: PatrolMap) -> tuple[Crossing, ...]:
    """Every crosswalk of a map that has an edge."""
    found = []
    for crosswalk in patrol_map.crosswalks:
        if not crosswalk.edge_ids:
            continue
        edge = patrol_map.edges[crosswalk.edge_ids[0]]
        a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
        found.append(
            Crossing(crosswalk.id, (a.x_m, a.y_m), (b.x_m, b.y_m), max(edge.width_m / 2, 1.0))
        )
    return tuple(found)
