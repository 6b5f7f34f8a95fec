"""What the ground is made of, and how tyres grip and roll on it, dry and wet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, points
from shapely.geometry import LineString, Polygon

from patrol.map import AreaKind, PatrolMap

WET_FROM_MMPH = 1.0  # rain from here on wets the whole contact; below, in proportion
UNKNOWN = "unpaved"


@dataclass(frozen=True, slots=True)
class Grip:
    """Adhesion of a rubber tyre, dry and wet, and its rolling resistance; shares of the load."""

    dry: float
    wet: float
    rolling: float

    def friction(self, rain_mmph: float) -> float:
        """Adhesion coefficient in rain (mm/h)."""
        wetness = min(1.0, max(0.0, rain_mmph) / WET_FROM_MMPH)
        return self.dry + wetness * (self.wet - self.dry)


# Adhesion: Wong, Theory of Ground Vehicles, 4th ed., table 1.4 (peak values: asphalt and concrete
# dry 0.8-0.9, wet 0.5-0.7 and 0.8, gravel 0.6, earth road dry 0.68, wet 0.55, packed snow 0.2,
# ice 0.1). Rolling: Bosch Automotive Handbook, 9th ed. (asphalt, concrete 0.013, sett 0.015,
# rolled gravel 0.02, unpaved road 0.05, field 0.1-0.35). Rows marked ~ lie between these: our
# estimate, with no measurement of their own.
GRIPS: dict[str, Grip] = {
    "asphalt": Grip(0.85, 0.60, 0.013),
    "concrete": Grip(0.85, 0.70, 0.013),
    "paving_stones": Grip(0.75, 0.55, 0.015),  # ~
    "sett": Grip(0.65, 0.45, 0.015),  # ~
    "cobblestone": Grip(0.60, 0.40, 0.020),  # ~
    "bricks": Grip(0.70, 0.50, 0.015),  # ~
    "metal": Grip(0.60, 0.25, 0.013),  # ~ covers and grates
    "wood": Grip(0.65, 0.35, 0.015),  # ~
    "compacted": Grip(0.65, 0.55, 0.020),  # ~
    "fine_gravel": Grip(0.60, 0.55, 0.025),  # ~
    "gravel": Grip(0.60, 0.55, 0.030),
    "unpaved": Grip(0.60, 0.50, 0.050),
    "dirt": Grip(0.68, 0.55, 0.050),
    "grass": Grip(0.50, 0.30, 0.080),  # ~
    "sand": Grip(0.45, 0.50, 0.150),  # ~
    "mud": Grip(0.40, 0.30, 0.150),  # ~
    "snow": Grip(0.20, 0.15, 0.030),
    "ice": Grip(0.10, 0.05, 0.013),
}
ALIASES = {"paved": "asphalt", "ground": "dirt", "earth": "dirt", "pebblestone": "gravel",
           "grass_paver": "grass", "unhewn_cobblestone": "cobblestone",
           "chipseal": "asphalt"}  # fmt: skip
AREA_SURFACES = {
    AreaKind.PARK: "grass",
    AreaKind.ROAD: "asphalt",
    AreaKind.SQUARE: "paving_stones",
}


def grip_of(surface: str) -> Grip:
    """The row of an OpenStreetMap `surface`; one that the table lacks grips as unpaved ground."""
    name = surface.split(":", 1)[0]
    return GRIPS.get(ALIASES.get(name, name), GRIPS[UNKNOWN])


class SurfaceMap:
    """The surface at a point: of the way that covers it, else of the area, else of the next way.

    Yards and forecourts are thus made like the way that they lie on.
    """

    def __init__(self, patrol_map: PatrolMap) -> None:
        nodes, edges = patrol_map.nodes, list(patrol_map.edges.values())
        ends = [
            [(nodes[i].x_m, nodes[i].y_m) for i in (edge.start_id, edge.end_id)] for edge in edges
        ]
        self._surfaces = [edge.surface for edge in edges]
        self._half_widths_m = [edge.width_m / 2 for edge in edges]
        self._ways = STRtree([LineString(pair) for pair in ends]) if ends else None
        grounds = [area for area in patrol_map.areas if area.kind in AREA_SURFACES]
        self._areas = STRtree([Polygon(area.polygon_map) for area in grounds])
        self._area_surfaces = [AREA_SURFACES[area.kind] for area in grounds]

    def at(self, x_m: float, y_m: float) -> str:
        """The surface's OpenStreetMap name."""
        return self.at_all([(x_m, y_m)])[0]

    def at_all(self, places_m: Sequence[tuple[float, float]]) -> list[str]:
        """The surfaces' names at several places, for little more than one costs."""
        spots = points(places_m)
        ways = self._next_ways(spots)
        names = [UNKNOWN if way is None else self._surfaces[way] for way, _ in ways]
        off = [way is None or distance_m > self._half_widths_m[way] for way, distance_m in ways]
        if not any(off):
            return names
        inside = self._areas.query(spots, predicate="within").T.tolist()
        for i, area in sorted(inside, reverse=True):  # of areas that overlap the first counts
            names[i] = self._area_surfaces[area] if off[i] else names[i]
        return names

    def _next_ways(self, spots: NDArray[np.object_]) -> list[tuple[int | None, float]]:
        if self._ways is None:
            return [(None, 0.0)] * len(spots)
        found, distances = self._ways.query_nearest(spots, return_distance=True)
        nearest: list[tuple[int | None, float]] = [(None, math.inf)] * len(spots)
        for i, way, distance_m in zip(*found.tolist(), distances.tolist(), strict=True):
            known = nearest[i][0]
            if known is None or way < known:  # of equally near ones always the same
                nearest[i] = (way, distance_m)
        return nearest
