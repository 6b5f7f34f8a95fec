"""Sites: straight pieces of way where a scene is staged before a vehicle that comes along."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from patrol.errors import ConfigError
from patrol.map import Edge, PatrolMap
from simulation.scenarios.seeing_file import Setting, SiteEntry
from simulation.world import ScenarioError

AFTER_S = 12.0  # from when the event is there: an alarm may come 10 s late
NOSE_M = 1.1  # from base_link to the camera
END_M = 0.5  # kept to the ends of a site
CREEP_MPS = 0.15  # slower than this it rather stands


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene's middle is along a site, where the vehicle starts, how fast it comes."""

    middle_m: float
    start_m: float
    speed_mps: float


class SiteLine:
    """Edges in a row, by metres from the first one's start."""

    def __init__(self, where: str, name: str, entry: SiteEntry, patrol_map: PatrolMap) -> None:
        self.name, self.entry, self._map = name, entry, patrol_map
        for edge_id in entry.edges:
            if edge_id not in patrol_map.edges:
                raise ConfigError(
                    f"{where}: sites: {name!r}: {patrol_map.map_id} has no edge {edge_id}"
                )
        self._edges = [patrol_map.edges[edge_id] for edge_id in entry.edges]
        for one, other in itertools.pairwise(self._edges):
            if one.end_id != other.start_id:
                raise ConfigError(
                    f"{where}: sites: {name!r}: edge {other.id} does not follow {one.id}"
                )
        self._ends_m = list(itertools.accumulate(self._flat_m(edge) for edge in self._edges))
        if entry.to_m > self.length_m:
            raise ConfigError(
                f"{where}: sites: {name!r}: to_m {entry.to_m:g} is beyond its"
                f" {self.length_m:.1f} m"
            )

    @property
    def length_m(self) -> float:
        """From end to end, as the map is drawn."""
        return self._ends_m[-1]

    def place(self, along_m: float, left_m: float) -> dict[str, Any]:
        """The keys of a Place; raises ScenarioError for one beyond the ends."""
        if not 0 <= along_m <= self.length_m:
            raise ScenarioError(
                f"{self.name!r}: a place at {along_m:.1f} m is not on its {self.length_m:.1f} m"
            )
        index = self._index(along_m)
        begin_m = self._ends_m[index] - self._flat_m(self._edges[index])
        fraction = (along_m - begin_m) / self._flat_m(self._edges[index])
        edge_id = self._edges[index].id
        return {
            "edge_id": edge_id,
            "fraction": min(1.0, max(0.0, round(fraction, 5))),
            "left_m": round(left_m, 3),
        }

    def nodes_from(self, along_m: float) -> list[int]:
        """The nodes of an order from a place to the end."""
        edges = self._edges[self._index(along_m) :]
        return [edges[0].start_id, *(edge.end_id for edge in edges)]

    def stage(self, setting: Setting, rng: np.random.Generator) -> Stage:
        """A place for the scene and a way for the vehicle that both fit.

        Raises ScenarioError where the site is too short for the standoff.
        """
        middle_m = float(rng.uniform(self.entry.from_m, self.entry.to_m))
        room_m = middle_m - setting.standoff_m - NOSE_M - END_M
        if room_m < 0:
            raise ScenarioError(
                f"{self.name!r}: a scene at {middle_m:.1f} m leaves no room for a vehicle"
                f" {setting.standoff_m:g} m before it"
            )
        left_m = self.length_m - 2 * END_M - middle_m + setting.standoff_m + NOSE_M
        limit_mps = min(edge.speed_limit_mps for edge in self._edges)
        fits_mps = min(limit_mps, room_m / setting.needs_s, max(0.0, left_m) / AFTER_S)
        speed_mps = min(setting.speed_mps, fits_mps)
        speed_mps = round(speed_mps, 3) if speed_mps >= CREEP_MPS else 0.0
        start_m = middle_m - setting.standoff_m - NOSE_M - speed_mps * setting.needs_s
        return Stage(middle_m, start_m, speed_mps)

    def _index(self, along_m: float) -> int:
        return next(i for i, end_m in enumerate(self._ends_m) if along_m <= end_m + 1e-9)

    def _flat_m(self, edge: Edge) -> float:
        a, b = self._map.nodes[edge.start_id], self._map.nodes[edge.end_id]
        return math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))
